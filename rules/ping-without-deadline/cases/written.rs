//! Heartbeats over a connection.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

pub fn send_keepalive(stream: &mut TcpStream) -> std::io::Result<()> {
    loop {
        stream.write_all(&[0])?; // expect: ping-without-deadline/strict
        std::thread::sleep(Duration::from_secs(30));
    }
}

pub fn keepalive_with_answer(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut answer = [0];
    loop {
        stream.write_all(&[0])?;
        stream.read_exact(&mut answer)?;
        std::thread::sleep(Duration::from_secs(30));
    }
}
