//! A TLS session wants to write until its bytes are gone, and a dead peer takes none.

use std::io::{self, ErrorKind, Write};
use std::task::{Poll, ready};

pub trait Session {
    fn wants_write(&self) -> bool;
    fn write_tls(&mut self, sink: &mut dyn Write) -> io::Result<usize>;
}

pub fn flush_session<S: Session, W: Write>(session: &mut S, io: &mut W) -> io::Result<()> {
    while session.wants_write() { // expect: zero-step
        session.write_tls(io)?;
    }
    io.flush()
}

pub fn flush_session_checked<S: Session, W: Write>(session: &mut S, io: &mut W) -> io::Result<()> {
    while session.wants_write() {
        if session.write_tls(io)? == 0 {
            return Err(ErrorKind::WriteZero.into());
        }
    }
    io.flush()
}

pub fn flush_counted<S: Session, W: Write>(session: &mut S, io: &mut W) -> io::Result<usize> {
    let mut sent = 0;
    while session.wants_write() { // expect: zero-step
        sent += session.write_tls(io)?;
    }
    Ok(sent)
}

pub struct TlsStream<S, W> {
    session: S,
    io: W,
}

impl<S: Session, W: Write> TlsStream<S, W> {
    fn write_io(&mut self) -> Poll<io::Result<usize>> {
        match self.session.write_tls(&mut self.io) {
            Err(e) if e.kind() == ErrorKind::WouldBlock => Poll::Pending,
            other => Poll::Ready(other),
        }
    }

    /// Class: a shutdown towards a peer that is already gone.
    pub fn poll_shutdown(&mut self) -> Poll<io::Result<()>> {
        while self.session.wants_write() { // expect: zero-step
            ready!(self.write_io())?;
        }
        Poll::Ready(Ok(()))
    }

    pub fn poll_shutdown_checked(&mut self) -> Poll<io::Result<()>> {
        while self.session.wants_write() {
            if ready!(self.write_io())? == 0 {
                return Poll::Ready(Err(ErrorKind::WriteZero.into()));
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Class: a handshake whose arm adds the count without looking at it.
    pub fn poll_handshake(&mut self) -> Poll<io::Result<usize>> {
        let mut sent = 0;
        while self.session.wants_write() { // expect: zero-step
            match self.write_io() {
                Poll::Ready(Ok(count)) => sent += count,
                Poll::Ready(Err(e)) => return Poll::Ready(Err(e)),
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(Ok(sent))
    }

    pub fn poll_handshake_checked(&mut self) -> Poll<io::Result<usize>> {
        let mut sent = 0;
        while self.session.wants_write() {
            match self.write_io() {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(count)) => sent += count,
                Poll::Ready(Err(e)) => return Poll::Ready(Err(e)),
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(Ok(sent))
    }
}

pub struct Front<S> {
    session: S,
    socket: std::net::TcpStream,
}

impl<S: Session> Front<S> {
    /// Of what is not empty a socket takes something, or it fails.
    pub fn flush(&mut self) -> io::Result<()> {
        while self.session.wants_write() {
            self.session.write_tls(&mut self.socket)?;
        }
        Ok(())
    }
}
