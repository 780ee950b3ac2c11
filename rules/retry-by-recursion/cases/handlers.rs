//! Functions that call themselves when something failed, or once more after a pause.

use std::io;
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

pub struct Client {
    address: String,
}

impl Client {
    /// Class: each refused connection is a frame of the stack.
    pub fn connect(&self) -> TcpStream {
        match TcpStream::connect(&self.address) {
            Ok(stream) => stream,
            Err(_) => self.connect(), // expect: retry-by-recursion/strict
        }
    }

    pub fn connect_some_times(&self, attempts: u32) -> io::Result<TcpStream> {
        match TcpStream::connect(&self.address) {
            Ok(stream) => Ok(stream),
            Err(error) if attempts == 0 => Err(error),
            Err(_) => self.connect_some_times(attempts - 1),
        }
    }
}

pub struct Device {
    port: Box<dyn Port>,
    failed: bool,
}

pub trait Port {
    fn is_ready(&self) -> bool;
}

impl Device {
    pub fn wait_until_ready(&self) {
        if !self.port.is_ready() {
            thread::sleep(Duration::from_secs(1));
            self.wait_until_ready(); // expect: retry-by-recursion/strict
        }
    }

    pub fn wait_once(&mut self) {
        if !self.port.is_ready() && !self.failed {
            self.failed = true;
            thread::sleep(Duration::from_secs(1));
            self.wait_once();
        }
    }

    pub fn wait_some_times(&self, attempts: u32) {
        if !self.port.is_ready() && attempts > 0 {
            thread::sleep(Duration::from_secs(1));
            self.wait_some_times(attempts - 1);
        }
    }
}
