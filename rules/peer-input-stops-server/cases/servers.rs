//! Servers of one thread, and what a bad message does to them.

use std::io::Read;
use std::net::{TcpListener, UdpSocket};

/// Class: a datagram that is no number panics the thread that serves everybody.
pub fn sum(socket: UdpSocket) -> std::io::Result<()> {
    let mut total: u64 = 0;
    let mut buffer = [0; 32];
    loop {
        let (length, _) = socket.recv_from(&mut buffer)?;
        let text = String::from_utf8_lossy(&buffer[..length]);
        let number: u64 = text.trim().parse().unwrap(); // expect: peer-input-stops-server
        total += number;
        println!("{total}");
    }
}

pub fn sum_what_is_a_number(socket: UdpSocket) -> std::io::Result<()> {
    let mut total: u64 = 0;
    let mut buffer = [0; 32];
    loop {
        let (length, _) = socket.recv_from(&mut buffer)?;
        let text = String::from_utf8_lossy(&buffer[..length]);
        if let Ok(number) = text.trim().parse::<u64>() {
            total += number;
            println!("{total}");
        }
    }
}

pub fn greet(listener: TcpListener) -> std::io::Result<()> {
    for stream in listener.incoming() {
        let mut stream = stream?;
        let mut buffer = [0; 32];
        let length = stream.read(&mut buffer)?;
        println!("{}", std::str::from_utf8(&buffer[..length]).unwrap()); // expect: peer-input-stops-server
    }
    Ok(())
}

pub fn accept(listener: TcpListener) -> std::io::Result<()> {
    loop {
        let (mut stream, _) = listener.accept()?;
        std::thread::spawn(move || {
            let mut buffer = [0; 32];
            let length = stream.read(&mut buffer).unwrap();
            println!("{}", std::str::from_utf8(&buffer[..length]).unwrap());
        });
    }
}
