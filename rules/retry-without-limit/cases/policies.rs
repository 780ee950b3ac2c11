//! What decides elsewhere: a policy that says no, a stop signal beside the pause, a limit for whoever asked for one.

use std::io;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::time::sleep;

pub struct Client {
    address: String,
    tries: u32,
}

pub trait Schedule {
    fn next_delay(&mut self) -> Option<Duration>;
}

pub trait ReconnectionPolicy {
    fn new_schedule(&self) -> Box<dyn Schedule>;
}

async fn pause(schedule: &mut Box<dyn Schedule>) {
    sleep(schedule.next_delay().unwrap_or(Duration::from_secs(1))).await;
}

impl Client {
    fn next_delay(&mut self) -> io::Result<Duration> {
        self.tries += 1;
        Duration::from_millis(100).checked_mul(self.tries).ok_or_else(|| io::ErrorKind::TimedOut.into())
    }

    /// Class: the helper that gives the delay fails when there were enough.
    pub async fn connect(&mut self) -> io::Result<TcpStream> {
        loop {
            match TcpStream::connect(&self.address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => {
                    let delay = match self.next_delay() {
                        Ok(delay) => delay,
                        Err(_) => return Err(error),
                    };
                    sleep(delay).await;
                }
            }
        }
    }

    /// Class: whoever waits beside the pause can end it.
    pub async fn connect_until(&self, mut shutdown: oneshot::Receiver<()>) -> Option<TcpStream> {
        loop {
            tokio::select! {
                () = sleep(Duration::from_secs(1)) => {}
                _ = &mut shutdown => return None,
            }
            match TcpStream::connect(&self.address).await {
                Ok(stream) => return Some(stream),
                Err(error) => println!("{error}"),
            }
        }
    }

    /// Class: a limit where somebody set one.
    pub async fn connect_at_most(&self, most: Option<u32>) -> Option<TcpStream> {
        let mut tries = 0;
        loop {
            if let Some(most) = most {
                tries += 1;
                if tries > most {
                    return None;
                }
            }
            match TcpStream::connect(&self.address).await {
                Ok(stream) => return Some(stream),
                Err(error) => println!("{error}"), // expect: retry-without-limit/strict
            }
            sleep(Duration::from_secs(1)).await;
        }
    }

    /// Class: somebody else's policy made the schedule.
    pub async fn connect_by(&self, policy: &dyn ReconnectionPolicy) -> TcpStream {
        let mut schedule = policy.new_schedule();
        loop {
            match TcpStream::connect(&self.address).await {
                Ok(stream) => return stream,
                Err(error) => println!("{error}"),
            }
            pause(&mut schedule).await;
        }
    }
}
