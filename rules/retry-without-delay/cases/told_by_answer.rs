//! A function that tells by its answer that it could not connect, and loops that ask it again.

use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

pub struct Client {
    address: std::net::SocketAddr,
    stream: Option<TcpStream>,
    running: AtomicBool,
}

impl Client {
    fn connect(&mut self) -> bool {
        match TcpStream::connect_timeout(&self.address, Duration::from_secs(5)) {
            Ok(stream) => {
                self.stream = Some(stream);
                true
            }
            Err(_) => false,
        }
    }

    fn try_connect(&mut self) -> std::io::Result<()> {
        self.stream = Some(TcpStream::connect_timeout(&self.address, Duration::from_secs(5))?);
        Ok(())
    }

    fn is_connected_now(&mut self) -> bool {
        self.try_connect().is_ok()
    }

    pub fn keep_up(&mut self) {
        while self.running.load(Ordering::Relaxed) && !self.connect() {} // expect: retry-without-delay
    }

    pub fn keep_up_again(&mut self) {
        while self.running.load(Ordering::Relaxed) {
            if self.is_connected_now() { // expect: retry-without-delay
                break;
            }
        }
    }

    pub fn keep_up_with_pauses(&mut self) {
        while self.running.load(Ordering::Relaxed) && !self.connect() {
            std::thread::sleep(Duration::from_secs(1));
        }
    }

    pub fn keep_up_for_a_while(&mut self) -> bool {
        for _ in 0..5 {
            if self.connect() {
                return true;
            }
            std::thread::sleep(Duration::from_secs(1));
        }
        false
    }
}
