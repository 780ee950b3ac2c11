//! A short timeout that only serves to look at the stop signal is no failure.

use std::io::{ErrorKind, Read};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

pub struct Worker {
    jobs: Receiver<Vec<u8>>,
    stop: Arc<AtomicBool>,
}

impl Worker {
    pub fn close(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    pub fn poll_channel(&self) {
        while !self.stop.load(Ordering::Relaxed) {
            match self.jobs.recv_timeout(Duration::from_millis(500)) {
                Ok(job) => handle(&job),
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
    }

    /// A local channel cannot be a dead peer, however long the timeout.
    pub fn poll_channel_slowly(&self) {
        while !self.stop.load(Ordering::Relaxed) {
            match self.jobs.recv_timeout(Duration::from_secs(30)) {
                Ok(job) => handle(&job),
                Err(RecvTimeoutError::Timeout) => tracing::debug!("nothing to do"),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
    }

    pub fn poll_socket(&self, mut stream: TcpStream) -> std::io::Result<()> {
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        let mut buffer = [0; 4096];
        while !self.stop.load(Ordering::Relaxed) {
            match stream.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => handle(&buffer[..count]),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => continue,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The same loop, but half a minute is not how one looks at a flag.
    pub fn read_with_liveness_timeout(&self, mut stream: TcpStream) -> std::io::Result<()> {
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        let mut buffer = [0; 4096];
        while !self.stop.load(Ordering::Relaxed) {
            match stream.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => handle(&buffer[..count]),
                Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => continue, // expect: timeout-without-limit
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// A short timeout, but no stop signal that it would be short for.
    pub fn read_with_nothing_to_look_at(&self, mut stream: TcpStream) -> std::io::Result<()> {
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        let mut buffer = [0; 4096];
        loop {
            match stream.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(count) => handle(&buffer[..count]),
                Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {} // expect: timeout-without-limit
                Err(error) => return Err(error),
            }
        }
    }
}

pub fn wait_until_stopped(state: &Mutex<bool>, changed: &Condvar) {
    let mut stopped = state.lock().unwrap();
    while !*stopped {
        stopped = changed.wait_timeout(stopped, Duration::from_secs(30)).unwrap().0;
    }
}

fn handle(bytes: &[u8]) {
    tracing::info!("{} bytes", bytes.len());
}

pub async fn until_cancelled(socket: tokio::net::UdpSocket, stop: tokio_util::sync::CancellationToken) {
    let mut bytes = [0; 1500];
    while let Some(received) = stop.run_until_cancelled(socket.recv_from(&mut bytes)).await {
        match received {
            Ok((length, _)) => drop(length),
            Err(_) => tokio::time::sleep(Duration::from_secs(1)).await,
        }
    }
}

/// The flag that it was handed is looked at each time.
pub async fn poll_until_told(mut stream: tokio::net::TcpStream, wanted: Arc<AtomicBool>) -> std::io::Result<Vec<u8>> {
    let mut seen = Vec::new();
    let mut buffer = [0; 512];
    loop {
        if wanted.load(Ordering::Relaxed) {
            return Ok(seen);
        }
        let read = match tokio::time::timeout(Duration::from_millis(10), stream.read(&mut buffer)).await {
            Ok(read) => read?,
            Err(_) => continue,
        };
        match read {
            0 => return Ok(seen),
            count => seen.extend_from_slice(&buffer[..count]),
        }
    }
}
