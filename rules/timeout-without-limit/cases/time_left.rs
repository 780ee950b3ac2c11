//! A deadline that is asked for the time that is left.

use std::io::ErrorKind;
use std::net::UdpSocket;
use std::time::{Duration, Instant};

pub fn answer(socket: &UdpSocket, patience: Duration) -> Option<Vec<u8>> {
    let deadline = Instant::now() + patience;
    let mut answer = vec![0; 1500];
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return None;
        }
        socket.set_read_timeout(Some(left.min(Duration::from_millis(100)))).ok()?;
        match socket.recv(&mut answer) {
            Ok(length) => return Some(answer[..length].to_vec()),
            Err(error) if error.kind() == ErrorKind::WouldBlock || error.kind() == ErrorKind::TimedOut => continue,
            Err(_) => return None,
        }
    }
}

pub fn answer_of_a_peer_that_lives(socket: &UdpSocket) -> Option<Vec<u8>> {
    let mut answer = vec![0; 1500];
    loop {
        socket.set_read_timeout(Some(Duration::from_millis(100))).ok()?;
        match socket.recv(&mut answer) {
            Ok(length) => return Some(answer[..length].to_vec()),
            Err(error) if error.kind() == ErrorKind::WouldBlock || error.kind() == ErrorKind::TimedOut => continue, // expect: timeout-without-limit
            Err(_) => return None,
        }
    }
}
