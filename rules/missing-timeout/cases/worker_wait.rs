//! Loops that wait for another machine without a timeout, and loops that wait for their own process.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream as BlockingStream};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// Connects once a minute; a host that swallows packets stops all of it for minutes each time.
pub fn probe(hosts: &[String]) {
    loop {
        for host in hosts {
            let reachable = BlockingStream::connect(host).is_ok(); // expect: missing-timeout/strict
            println!("{host}: {reachable}");
        }
        std::thread::sleep(Duration::from_secs(60));
    }
}

pub fn probe_in_time(hosts: &[SocketAddr]) {
    loop {
        for host in hosts {
            let reachable = BlockingStream::connect_timeout(host, Duration::from_secs(3)).is_ok();
            println!("{host}: {reachable}");
        }
        std::thread::sleep(Duration::from_secs(60));
    }
}

/// Asks and waits for the answer, which a peer that died will never give.
pub fn wait_for_ready(address: &SocketAddr) -> io::Result<()> {
    let mut stream = BlockingStream::connect_timeout(address, Duration::from_secs(5))?;
    let mut reply = [0; 64];
    loop {
        stream.write_all(b"status?\n")?;
        let count = stream.read(&mut reply)?; // expect: missing-timeout
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if reply.starts_with(b"ready") {
            return Ok(());
        }
    }
}

pub fn wait_for_ready_in_time(address: &SocketAddr) -> io::Result<()> {
    let mut stream = BlockingStream::connect_timeout(address, Duration::from_secs(5))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut reply = [0; 64];
    loop {
        stream.write_all(b"status?\n")?;
        let count = stream.read(&mut reply)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if reply.starts_with(b"ready") {
            return Ok(());
        }
    }
}

/// A channel of this process has no peer that can be gone.
pub fn work(jobs: &Receiver<Vec<u8>>) {
    while let Ok(job) = jobs.recv() {
        println!("{} bytes", job.len());
    }
}

/// What a peer sends next is its own time.
pub async fn serve(stream: TcpStream) -> io::Result<()> {
    let (read_half, mut write_half) = stream.into_split();
    let mut lines = BufReader::new(read_half).lines();
    while let Some(line) = lines.next_line().await? {
        write_half.write_all(line.as_bytes()).await?;
    }
    Ok(())
}
