//! One address after the other, and what is counted when all of them were tried.

use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(5);

pub fn first_that_answers(servers: &[SocketAddr], most: u32) -> Option<TcpStream> {
    let mut next = 0;
    let mut rounds = 0;
    loop {
        match TcpStream::connect_timeout(&servers[next], PATIENCE) {
            Ok(stream) => return Some(stream),
            Err(error) => eprintln!("{error}"),
        }
        next += 1;
        if next < servers.len() {
            continue;
        }
        next = 0;
        if rounds < most {
            rounds += 1;
            std::thread::sleep(Duration::from_secs(1));
            continue;
        }
        return None;
    }
}

pub fn some_day(servers: &[SocketAddr]) -> TcpStream {
    let mut next = 0;
    loop {
        match TcpStream::connect_timeout(&servers[next], PATIENCE) {
            Ok(stream) => return stream,
            Err(error) => eprintln!("{error}"), // expect: retry-without-limit
        }
        next += 1;
        if next < servers.len() {
            continue;
        }
        next = 0;
        std::thread::sleep(Duration::from_secs(1));
    }
}
