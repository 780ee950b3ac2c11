//! Waits that somebody chose: a type that can be made in time as well, a stream that does not block.

use std::io;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use tungstenite::handshake::HandshakeError;

pub struct Telnet {
    stream: TcpStream,
}

impl Telnet {
    pub fn connect<A: ToSocketAddrs>(address: A) -> io::Result<Self> {
        Ok(Self { stream: TcpStream::connect(address)? }) // expect: missing-timeout/strict
    }

    pub fn connect_timeout(address: &SocketAddr, timeout: Duration) -> io::Result<Self> {
        Ok(Self { stream: TcpStream::connect_timeout(address, timeout)? })
    }
}

pub struct Ftp {
    stream: TcpStream,
}

impl Ftp {
    pub fn connect<A: ToSocketAddrs>(address: A) -> io::Result<Self> {
        Ok(Self { stream: TcpStream::connect(address)? }) // expect: missing-timeout
    }

    pub fn is_open(&self) -> bool {
        self.stream.peer_addr().is_ok()
    }
}

pub fn shake_hands(stream: mio::net::TcpStream) -> Option<Pending> {
    match tungstenite::accept(stream) {
        Ok(socket) => Some(Pending::Ready(socket)),
        Err(HandshakeError::Interrupted(handshake)) => Some(Pending::Unfinished(handshake)),
        Err(HandshakeError::Failure(_)) => None,
    }
}
