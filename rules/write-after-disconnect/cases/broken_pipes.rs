//! In Rust a test asks what failed.
use std::io::{self, ErrorKind, Write};
use std::net::TcpStream;

fn insists(stream: &mut TcpStream, line: &[u8]) {
    if let Err(error) = stream.write_all(line) {
        if error.kind() == ErrorKind::BrokenPipe {
            stream.write_all(b"bye\n").expect("the peer is told"); // expect: write-after-disconnect
        }
    }
}

fn drops(stream: &mut TcpStream, line: &[u8]) {
    if let Err(error) = stream.write_all(line) {
        if error.kind() == ErrorKind::BrokenPipe {
            let _ = stream.write_all(b"bye\n");
        }
    }
}

fn asks_for_another_kind(stream: &mut TcpStream, line: &[u8]) -> io::Result<()> {
    if let Err(error) = stream.write_all(line) {
        if error.kind() == ErrorKind::WouldBlock {
            stream.set_nonblocking(false)?;
            return stream.write_all(line);
        }
    }
    Ok(())
}
