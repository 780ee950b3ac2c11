//! The same mistakes with asynchronous readers.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::BytesMut;
use futures::io::AsyncRead as PollRead;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

pub async fn read_reply(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut reply = Vec::new();
    let mut buf = [0u8; 1024];
    loop { // expect: unread-end-of-input
        let n = stream.read(&mut buf).await?;
        reply.extend_from_slice(&buf[..n]);
        if reply.ends_with(b"\r\n") {
            return Ok(reply);
        }
    }
}

pub async fn read_reply_checked(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut reply = Vec::new();
    let mut buf = [0u8; 1024];
    while let n @ 1.. = stream.read(&mut buf).await? {
        reply.extend_from_slice(&buf[..n]);
        if reply.ends_with(b"\r\n") {
            return Ok(reply);
        }
    }
    Err(io::ErrorKind::UnexpectedEof.into())
}

pub async fn read_reply_in_time(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    // The timeout bounds one read; at the end no read waits.
    let mut reply = Vec::new();
    let mut buf = [0u8; 1024];
    while !reply.ends_with(b"\r\n") { // expect: unread-end-of-input
        let n = timeout(Duration::from_secs(5), stream.read(&mut buf)).await??;
        reply.extend_from_slice(&buf[..n]);
    }
    Ok(reply)
}

pub async fn read_buffered<R: AsyncRead + Unpin>(source: &mut R) -> io::Result<BytesMut> {
    let mut buffer = BytesMut::with_capacity(4096);
    while !buffer.contains(&b'\n') { // expect: unread-end-of-input
        source.read_buf(&mut buffer).await?;
    }
    Ok(buffer)
}

pub async fn read_buffered_checked<R: AsyncRead + Unpin>(source: &mut R) -> io::Result<BytesMut> {
    let mut buffer = BytesMut::with_capacity(4096);
    while !buffer.contains(&b'\n') {
        if source.read_buf(&mut buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(buffer)
}

pub async fn read_status(stream: TcpStream) -> io::Result<String> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    while !line.starts_with("200") { // expect: unread-end-of-input
        line.clear();
        reader.read_line(&mut line).await?;
    }
    Ok(line)
}

pub async fn read_status_by_lines(stream: TcpStream) -> io::Result<String> {
    let mut lines = BufReader::new(stream).lines();
    while let Some(line) = lines.next_line().await? {
        if line.starts_with("200") {
            return Ok(line);
        }
    }
    Err(io::ErrorKind::UnexpectedEof.into())
}

pub async fn read_frames(stream: &mut TcpStream) -> io::Result<Vec<Vec<u8>>> {
    let mut frames = Vec::new();
    loop {
        let size = stream.read_u32().await? as usize;
        if size == 0 {
            return Ok(frames);
        }
        let mut frame = vec![0; size];
        stream.read_exact(&mut frame).await?;
        frames.push(frame);
    }
}

pub trait Decode {
    fn decode(&self, buffer: &[u8]) -> io::Result<Option<usize>>;
}

pub struct Framed<S, D> {
    inner: S,
    decoder: D,
    buffer: Vec<u8>,
}

impl<S: PollRead + Unpin, D: Decode> Framed<S, D> {
    /// Class: a framed reader whose decoder wants more and whose source has no more.
    pub fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut chunk = [0u8; 8192];
        loop { // expect: unread-end-of-input
            let n = ready!(Pin::new(&mut self.inner).poll_read(cx, &mut chunk))?;
            self.buffer.extend_from_slice(&chunk[..n]);
            if let Some(end) = self.decoder.decode(&self.buffer)? {
                return Poll::Ready(Ok(end));
            }
        }
    }

    pub fn poll_frame_checked(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut chunk = [0u8; 8192];
        loop {
            let n = ready!(Pin::new(&mut self.inner).poll_read(cx, &mut chunk))?;
            self.buffer.extend_from_slice(&chunk[..n]);
            if let Some(end) = self.decoder.decode(&self.buffer)? {
                return Poll::Ready(Ok(end));
            }
            if n == 0 {
                return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            }
        }
    }
}

/// A name of the prelude may be imported all the same.
pub async fn read_features(reader: &mut BufReader<TcpStream>) -> std::io::Result<Vec<std::string::String>> {
    let mut features = Vec::new();
    loop { // expect: unread-end-of-input
        let mut line = std::vec::Vec::new();
        reader.read_until(b'\n', &mut line).await?;
        let line = std::string::String::from_utf8_lossy(&line);
        features.push(line.to_string());
        if line.starts_with("211 ") {
            return Ok(features);
        }
    }
}
