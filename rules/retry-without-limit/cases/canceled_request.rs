//! Requests that are handed back by the pool and sent again.
//!
//! The shape of an HTTP client's pool: a request on a connection that closed before it was written comes back and may
//! be sent again. With a server that closes each fresh connection at once it came back for ever.

use std::net::SocketAddr;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

pub struct Request {
    pub target: String,
}

pub enum SendError {
    Fatal(std::io::Error),
    Canceled { request: Request, error: std::io::Error, connection_reused: bool },
}

pub struct Client {
    address: SocketAddr,
    turns: std::sync::Mutex<()>,
    retry_canceled: bool,
    max_retries: u32,
}

impl Client {
    pub async fn send(&self, mut request: Request) -> Result<TcpStream, std::io::Error> {
        loop {
            request = match self.try_send(request).await {
                Ok(stream) => return Ok(stream),
                Err(SendError::Fatal(error)) => return Err(error),
                Err(SendError::Canceled { request, error, .. }) => { // expect: retry-without-limit
                    if !self.retry_canceled {
                        return Err(error);
                    }
                    tracing::trace!("canceled, sending again: {error}");
                    request
                }
            }
        }
    }

    pub async fn send_counted(&self, mut request: Request) -> Result<TcpStream, std::io::Error> {
        let mut retries = 0;
        loop {
            request = match self.try_send(request).await {
                Ok(stream) => return Ok(stream),
                Err(SendError::Fatal(error)) => return Err(error),
                Err(SendError::Canceled { request, error, .. }) => {
                    retries += 1;
                    if retries > self.max_retries {
                        return Err(error);
                    }
                    request
                }
            }
        }
    }

    pub async fn send_once_more(&self, request: Request) -> Result<TcpStream, std::io::Error> {
        match self.try_send(request).await {
            Ok(stream) => Ok(stream),
            Err(SendError::Fatal(error)) => Err(error),
            Err(SendError::Canceled { request, .. }) => match self.try_send(request).await {
                Ok(stream) => Ok(stream),
                Err(SendError::Fatal(error) | SendError::Canceled { error, .. }) => Err(error),
            },
        }
    }

    async fn try_send(&self, request: Request) -> Result<TcpStream, SendError> {
        let mut stream = TcpStream::connect(self.address).await.map_err(SendError::Fatal)?;
        match stream.write_all(request.target.as_bytes()).await {
            Ok(()) => Ok(stream),
            Err(error) => Err(SendError::Canceled { request, error }),
        }
    }
}

impl Client {
    /// What else the sending does, such as waiting for a lock, is no reason to try again for ever.
    async fn try_send_request(&self, request: Request) -> Result<TcpStream, SendError> {
        let _turn = self.turns.lock().unwrap();
        self.exchange(request).await
    }

    pub async fn send_request(&self, mut request: Request) -> Result<TcpStream, std::io::Error> {
        loop {
            request = match self.try_send_request(request).await {
                Ok(stream) => return Ok(stream),
                Err(SendError::Fatal(error)) => return Err(error),
                Err(SendError::Canceled { request, .. }) => request, // expect: retry-without-limit
            }
        }
    }
}

impl Client {
    /// Only what failed on a connection that was kept is sent again, and there are only so many of these.
    pub async fn send_on_fresh(&self, mut request: Request) -> Result<TcpStream, std::io::Error> {
        loop {
            request = match self.try_send_request(request).await {
                Ok(stream) => return Ok(stream),
                Err(SendError::Fatal(error)) => return Err(error),
                Err(SendError::Canceled { request, error, connection_reused }) => {
                    if !connection_reused {
                        return Err(error);
                    }
                    request
                }
            }
        }
    }
}
