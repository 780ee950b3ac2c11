//! Streams whose other end the program holds itself, and devices, which have no end.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;

pub fn drain_own_pair() -> io::Result<()> {
    let (mut receive, _send) = UnixStream::pair()?;
    receive.set_nonblocking(true)?;
    let mut buf = [0; 128];
    loop {
        match receive.read(&mut buf) {
            Ok(_) => continue,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}

pub fn drain_peer(mut peer: TcpStream) -> io::Result<()> {
    let mut buf = [0; 128];
    loop { // expect: unread-end-of-input
        match peer.read(&mut buf) {
            Ok(_) => continue,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}

pub fn next_key() -> io::Result<u8> {
    let mut keys = File::open("/dev/input/event0")?;
    let mut event = [0; 24];
    while event[16] == 0 {
        keys.read(&mut event)?;
    }
    Ok(event[18])
}
