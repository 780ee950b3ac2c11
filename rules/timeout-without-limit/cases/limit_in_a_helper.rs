//! The arm of the timeout asks an object or a function; what that does decides.

use std::time::Duration;

use link_policy::LinkPolicy;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

const READ_TIMEOUT: Duration = Duration::from_secs(20);

pub struct TimeoutBudget {
    limit: u32,
    used: u32,
}

#[derive(Debug)]
pub struct Exhausted;

impl TimeoutBudget {
    pub fn new(limit: u32) -> Self {
        Self { limit, used: 0 }
    }

    fn on_timeout(&mut self) -> bool {
        self.used += 1;
        self.used < self.limit
    }

    fn spend(&mut self) -> Result<(), Exhausted> {
        self.used += 1;
        if self.used >= self.limit { Err(Exhausted) } else { Ok(()) }
    }

    fn note(&mut self) {
        self.used += 1;
    }
}

pub async fn read_with_verdict(mut stream: TcpStream) {
    let mut budget = TimeoutBudget::new(3);
    let mut buffer = [0; 512];
    loop {
        match timeout(READ_TIMEOUT, stream.read(&mut buffer)).await {
            Ok(Ok(0)) | Ok(Err(_)) => break,
            Ok(Ok(count)) => handle(&buffer[..count]),
            Err(_) => {
                if !budget.on_timeout() {
                    break;
                }
            }
        }
    }
}

pub async fn read_with_failing_helper(mut stream: TcpStream) -> Result<(), Exhausted> {
    let mut budget = TimeoutBudget::new(3);
    let mut buffer = [0; 512];
    loop {
        match timeout(READ_TIMEOUT, stream.read(&mut buffer)).await {
            Ok(Ok(0)) | Ok(Err(_)) => return Ok(()),
            Ok(Ok(count)) => handle(&buffer[..count]),
            Err(_) => budget.spend()?,
        }
    }
}

pub async fn read_with_note_only(mut stream: TcpStream) {
    let mut budget = TimeoutBudget::new(3);
    let mut buffer = [0; 512];
    loop {
        match timeout(READ_TIMEOUT, stream.read(&mut buffer)).await {
            Ok(Ok(0)) | Ok(Err(_)) => break,
            Ok(Ok(count)) => handle(&buffer[..count]),
            Err(_) => budget.note(), // expect: timeout-without-limit
        }
    }
}

pub async fn read_with_ignored_verdict(mut stream: TcpStream) {
    let mut budget = TimeoutBudget::new(3);
    let mut buffer = [0; 512];
    loop {
        match timeout(READ_TIMEOUT, stream.read(&mut buffer)).await {
            Ok(Ok(0)) | Ok(Err(_)) => break,
            Ok(Ok(count)) => handle(&buffer[..count]),
            Err(_) => { // expect: timeout-without-limit
                let _ = budget.on_timeout();
            }
        }
    }
}

/// What the policy does is out of sight, and it decides: silent.
pub async fn read_with_unknown_policy(mut stream: TcpStream, mut policy: LinkPolicy) {
    let mut buffer = [0; 512];
    loop {
        match timeout(READ_TIMEOUT, stream.read(&mut buffer)).await {
            Ok(Ok(0)) | Ok(Err(_)) => break,
            Ok(Ok(count)) => handle(&buffer[..count]),
            Err(_) => {
                if policy.timed_out() {
                    break;
                }
            }
        }
    }
}

fn handle(bytes: &[u8]) {
    tracing::info!("{} bytes", bytes.len());
}
