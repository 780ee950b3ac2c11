//! A session that ends when it is told to, but not while it connects.
use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::Duration;

pub struct Agent {
    address: SocketAddr,
    stopped: AtomicBool,
    stream: Option<TcpStream>,
}

impl Agent {
    pub fn connect(&mut self) {
        loop {
            match TcpStream::connect_timeout(&self.address, Duration::from_secs(5)) {
                Ok(stream) => {
                    self.stream = Some(stream);
                    break;
                }
                Err(error) => eprintln!("cannot connect: {error}"), // expect: retry-without-limit
            }
            sleep(Duration::from_millis(100));
        }
    }

    pub fn ping(&mut self) {
        while !self.stopped.load(Ordering::Relaxed) {
            if let Some(stream) = &mut self.stream
                && stream.write_all(b"ping").is_err()
            {
                return;
            }
            sleep(Duration::from_secs(1));
        }
    }
}
