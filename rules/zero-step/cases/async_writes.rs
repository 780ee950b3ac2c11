//! The same with asynchronous writers.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

pub async fn send<W: AsyncWrite + Unpin>(stream: &mut W, buf: &[u8]) -> io::Result<()> {
    let mut pos = 0;
    while pos < buf.len() { // expect: zero-step
        pos += stream.write(&buf[pos..]).await?;
    }
    Ok(())
}

/// Of what is not empty a socket takes something, or it fails.
pub async fn send_to_socket(stream: &mut TcpStream, buf: &[u8]) -> io::Result<()> {
    let mut pos = 0;
    while pos < buf.len() {
        pos += stream.write(&buf[pos..]).await?;
    }
    Ok(())
}

pub async fn send_checked(stream: &mut TcpStream, buf: &[u8]) -> io::Result<()> {
    let mut pos = 0;
    while pos < buf.len() {
        match stream.write(&buf[pos..]).await? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            count => pos += count,
        }
    }
    Ok(())
}

pub async fn send_in_one(stream: &mut TcpStream, buf: &[u8]) -> io::Result<()> {
    stream.write_all(buf).await
}

pub async fn send_buffer<W: AsyncWrite + Unpin>(stream: &mut W, mut buffer: BytesMut) -> io::Result<()> {
    while !buffer.is_empty() { // expect: zero-step
        let count = stream.write(&buffer).await?;
        buffer.advance(count);
    }
    Ok(())
}

pub async fn send_buffer_checked(stream: &mut TcpStream, mut buffer: BytesMut) -> io::Result<()> {
    while !buffer.is_empty() {
        let count = stream.write(&buffer).await?;
        if count == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        buffer.advance(count);
    }
    Ok(())
}

pub struct Outgoing<W> {
    io: W,
    buf: Vec<u8>,
    pos: usize,
}

impl<W: AsyncWrite + Unpin> Outgoing<W> {
    pub fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.pos < self.buf.len() { // expect: zero-step
            let count = ready!(Pin::new(&mut self.io).poll_write(cx, &self.buf[self.pos..]))?;
            self.pos += count;
        }
        Poll::Ready(Ok(()))
    }

    pub fn poll_drain_checked(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.pos < self.buf.len() {
            let count = ready!(Pin::new(&mut self.io).poll_write(cx, &self.buf[self.pos..]))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.pos += count;
        }
        Poll::Ready(Ok(()))
    }
}

/// A vector takes whatever it is given.
pub fn key(pass: &[u8], size: usize) -> std::io::Result<Vec<u8>> {
    let mut key = Vec::new();
    let mut sum = digest(pass);
    while key.len() < size {
        sum = digest(&sum);
        std::io::Write::write(&mut key, &sum)?;
    }
    Ok(key)
}

fn digest(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().rev().copied().collect()
}

pub struct Frames<W> {
    io: W,
    head: BytesMut,
    body: Option<BytesMut>,
}

impl<W: AsyncWrite + Unpin> Frames<W> {
    pub fn poll_out(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.head.is_empty() { // expect: zero-step
            match self.body {
                Some(ref mut body) => {
                    let mut both = (&mut self.head).chain(body);
                    ready!(tokio_util::io::poll_write_buf(Pin::new(&mut self.io), cx, &mut both))?
                }
                None => ready!(tokio_util::io::poll_write_buf(Pin::new(&mut self.io), cx, &mut self.head))?,
            };
        }
        Poll::Ready(Ok(()))
    }

    pub fn poll_out_checked(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.head.is_empty() {
            if ready!(tokio_util::io::poll_write_buf(Pin::new(&mut self.io), cx, &mut self.head))? == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
        }
        Poll::Ready(Ok(()))
    }
}
