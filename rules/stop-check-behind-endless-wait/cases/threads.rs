//! Threads that look at their stop flag between two waits that nothing ends.

use std::io::{self, Read};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::Duration;

pub struct Server {
    listener: TcpListener,
    stop: AtomicBool,
}

impl Server {
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Release);
    }

    pub fn serve(&self) -> io::Result<()> {
        while !self.stop.load(Ordering::Acquire) { // fixme: expect: stop-check-behind-endless-wait/strict
            let (stream, _) = self.listener.accept()?;
            drop(stream);
        }
        Ok(())
    }

    pub fn serve_polling(&self) -> io::Result<()> {
        self.listener.set_nonblocking(true)?;
        while !self.stop.load(Ordering::Acquire) {
            match self.listener.accept() {
                Ok((stream, _)) => drop(stream),
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => {
                    thread::sleep(Duration::from_millis(50));
                }
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }
}

/// Stopping connects to the own address, which ends the wait.
pub struct WokenServer {
    listener: TcpListener,
    stop: AtomicBool,
}

impl WokenServer {
    pub fn stop(&self) -> io::Result<()> {
        self.stop.store(true, Ordering::Release);
        TcpStream::connect(self.listener.local_addr()?)?;
        Ok(())
    }

    pub fn serve(&self) -> io::Result<()> {
        while !self.stop.load(Ordering::Acquire) {
            let (stream, _) = self.listener.accept()?;
            drop(stream);
        }
        Ok(())
    }
}

pub struct Reader {
    stream: Mutex<TcpStream>,
    stop: AtomicBool,
}

impl Reader {
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Release);
    }

    pub fn run(&self, stream: &mut TcpStream) -> io::Result<u64> {
        let mut buf = [0u8; 4096];
        let mut total = 0;
        loop { // fixme: expect: stop-check-behind-endless-wait/strict
            if self.stop.load(Ordering::Acquire) {
                return Ok(total);
            }
            match stream.read(&mut buf)? {
                0 => return Ok(total),
                n => total += n as u64,
            }
        }
    }

    pub fn run_with_timeout(&self, stream: &mut TcpStream) -> io::Result<u64> {
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        let mut buf = [0u8; 4096];
        let mut total = 0;
        while !self.stop.load(Ordering::Acquire) {
            match stream.read(&mut buf) {
                Ok(0) => break,
                Ok(n) => total += n as u64,
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => {}
                Err(e) => return Err(e),
            }
        }
        Ok(total)
    }

    pub fn peer(&self) -> io::Result<std::net::SocketAddr> {
        match self.stream.lock() {
            Ok(stream) => stream.peer_addr(),
            Err(_) => Err(io::ErrorKind::Other.into()),
        }
    }
}

pub struct Buffer {
    items: Mutex<Vec<u64>>,
    changed: Condvar,
    closed: AtomicBool,
}

impl Buffer {
    pub fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    pub fn drain(&self) {
        while !self.closed.load(Ordering::Acquire) { // fixme: expect: stop-check-behind-endless-wait/strict
            let items = self.items.lock().unwrap();
            let mut items = self.changed.wait(items).unwrap();
            items.clear();
        }
    }

    pub fn drain_in_steps(&self) {
        while !self.closed.load(Ordering::Acquire) {
            let items = self.items.lock().unwrap();
            let (mut items, _) = self.changed.wait_timeout(items, Duration::from_secs(1)).unwrap();
            items.clear();
        }
    }
}

pub struct NotifyingBuffer {
    items: Mutex<Vec<u64>>,
    changed: Condvar,
    closed: AtomicBool,
}

impl NotifyingBuffer {
    pub fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.changed.notify_all();
    }

    pub fn drain(&self) {
        while !self.closed.load(Ordering::Acquire) {
            let items = self.items.lock().unwrap();
            let mut items = self.changed.wait(items).unwrap();
            items.clear();
        }
    }
}

pub struct Worker {
    stop: AtomicBool,
}

impl Worker {
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Release);
    }

    pub fn run(&self, jobs: &Receiver<u64>, results: &mut Vec<u64>) {
        while !self.stop.load(Ordering::Acquire) {
            match jobs.recv_timeout(Duration::from_millis(200)) {
                Ok(job) => results.push(job),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
    }

    pub fn run_parked(&self, results: &mut Vec<u64>) {
        while !self.stop.load(Ordering::Acquire) { // expect: stop-check-behind-endless-wait/strict
            thread::park();
            results.clear();
        }
    }

    pub fn run_parked_a_while(&self, results: &mut Vec<u64>) {
        while !self.stop.load(Ordering::Acquire) {
            thread::park_timeout(Duration::from_secs(1));
            results.clear();
        }
    }
}
