//! A `BufferedSocket` is flushed over a transport that takes nothing and says so, as a full in-memory pipe does.

use std::io;
use std::task::{Context, Poll};

use sqlx_core::io::{ProtocolEncode, ReadBuf};
use sqlx_core::net::{BufferedSocket, Socket};

struct Pipe {
    room: usize,
}

impl Socket for Pipe {
    fn try_read(&mut self, _: &mut dyn ReadBuf) -> io::Result<usize> {
        Ok(0)
    }

    fn try_write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let taken = buf.len().min(self.room);
        self.room -= taken;
        Ok(taken)
    }

    fn poll_read_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_write_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

struct Message;

impl ProtocolEncode<'_, ()> for Message {
    fn encode_with(&self, buf: &mut Vec<u8>, (): ()) -> Result<(), sqlx_core::Error> {
        buf.extend_from_slice(&[7; 16]);
        Ok(())
    }
}

fn main() {
    let room = if std::env::args().nth(1).as_deref() == Some("finding") { 8 } else { 32 };
    let mut socket = BufferedSocket::new(Pipe { room });
    socket.write(Message).expect("it is encoded");
    println!("ready");
    println!("{:?}", futures_executor::block_on(socket.flush()));
}
