//! Functions that call themselves when something failed.

use std::io;
use std::net::TcpStream;

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
