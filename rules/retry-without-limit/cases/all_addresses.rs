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

/// Without a number of retries it goes on for ever, as was asked for.
pub fn as_often_as_asked(servers: &[SocketAddr], retries: Option<u32>) -> Option<TcpStream> {
    let mut next = 0;
    let mut done = 0;
    loop {
        match TcpStream::connect_timeout(&servers[next], PATIENCE) {
            Ok(stream) => return Some(stream),
            Err(error) => eprintln!("{error}"), // expect: retry-without-limit/strict
        }
        next += 1;
        if next < servers.len() {
            continue;
        }
        next = 0;
        let unlimited = retries.is_none();
        let most = retries.unwrap_or_default();
        if unlimited || done < most {
            done += 1;
            std::thread::sleep(Duration::from_secs(1));
            continue;
        }
        return None;
    }
}
