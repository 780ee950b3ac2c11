//! Connections that a loop without an end asks for: nobody else waits for them.

use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

pub struct Replica {
    address: SocketAddr,
}

impl Replica {
    pub fn run(self) {
        loop {
            let stream = self.connect();
            if let Err(error) = follow(stream) {
                log::warn!("lost the leader: {error}");
                thread::sleep(Duration::from_secs(3));
            }
        }
    }

    fn connect(&self) -> TcpStream {
        loop {
            match TcpStream::connect_timeout(&self.address, Duration::from_secs(5)) {
                Ok(stream) => return stream,
                Err(error) => { // expect: retry-without-limit/strict
                    log::warn!("cannot connect: {error}");
                    thread::sleep(Duration::from_secs(2));
                }
            }
        }
    }
}

pub struct Client {
    address: SocketAddr,
}

impl Client {
    pub fn fetch(&self, keys: &[String]) -> Vec<String> {
        let mut values = Vec::new();
        for key in keys {
            values.push(ask(self.connected(), key));
        }
        values
    }

    fn connected(&self) -> TcpStream {
        loop {
            match TcpStream::connect_timeout(&self.address, Duration::from_secs(5)) {
                Ok(stream) => return stream,
                Err(error) => { // expect: retry-without-limit
                    log::warn!("cannot connect: {error}");
                    thread::sleep(Duration::from_secs(2));
                }
            }
        }
    }
}
