//! A function that takes a timeout and does not give it to the call that waits.
//!
//! The shape of a DNS client over TLS: the timeout bounded each query on the connection, and not the connecting.

use std::io;
use std::net::{SocketAddr, TcpStream as BlockingStream, ToSocketAddrs};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub async fn exchange(server: SocketAddr, query: &[u8], timeout: Duration) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(server).await?; // expect: missing-timeout
    stream.write_all(query).await?;
    let mut answer = vec![0; 512];
    let count = tokio::time::timeout(timeout, stream.read(&mut answer)).await??;
    answer.truncate(count);
    Ok(answer)
}

pub async fn exchange_in_time(server: SocketAddr, query: &[u8], timeout: Duration) -> io::Result<Vec<u8>> {
    let mut stream = tokio::time::timeout(timeout, TcpStream::connect(server)).await??;
    stream.write_all(query).await?;
    let mut answer = vec![0; 512];
    let count = tokio::time::timeout(timeout, stream.read(&mut answer)).await??;
    answer.truncate(count);
    Ok(answer)
}

pub fn open(host: &str, connect_timeout: Duration) -> io::Result<BlockingStream> {
    let stream = BlockingStream::connect(host)?; // expect: missing-timeout
    tracing::debug!("connected, would have waited {connect_timeout:?}");
    Ok(stream)
}

pub fn open_in_time(host: &str, connect_timeout: Duration) -> io::Result<BlockingStream> {
    let address = host.to_socket_addrs()?.next().ok_or(io::ErrorKind::NotFound)?;
    BlockingStream::connect_timeout(&address, connect_timeout)
}

/// As an HTTP client was repaired: without a timeout the caller has decided.
pub fn open_optional(host: &str, timeout: Option<Duration>) -> io::Result<BlockingStream> {
    match timeout {
        Some(timeout) => {
            let address = host.to_socket_addrs()?.next().ok_or(io::ErrorKind::NotFound)?;
            BlockingStream::connect_timeout(&address, timeout)
        }
        None => BlockingStream::connect(host),
    }
}

/// The trait names the parameter; what implements it may call it otherwise.
pub trait Provider {
    fn connect_tcp(&self, address: SocketAddr, timeout: Option<Duration>) -> io::Result<BlockingStream>;
}

pub struct SystemProvider;

impl Provider for SystemProvider {
    fn connect_tcp(&self, address: SocketAddr, wait_for: Option<Duration>) -> io::Result<BlockingStream> {
        BlockingStream::connect_timeout(&address, wait_for.unwrap_or(Duration::from_secs(5)))
    }
}

pub fn exchange(provider: &impl Provider, address: SocketAddr, timeout: Duration) -> io::Result<BlockingStream> {
    let stream = provider.connect_tcp(address, None)?; // expect: missing-timeout
    stream.set_read_timeout(Some(timeout))?;
    Ok(stream)
}

pub fn exchange_in_time(provider: &impl Provider, address: SocketAddr, timeout: Duration) -> io::Result<BlockingStream> {
    provider.connect_tcp(address, Some(timeout))
}

pub struct Broker {
    uri: AMQPUri,
}

impl Broker {
    /// What the timeout was put into is handed on, and what is made with that is told as well.
    pub async fn reconnect(&self, connection_timeout: u64) -> Result<Channel, Error> {
        let mut uri = self.uri.clone();
        uri.query.connection_timeout = Some(connection_timeout);
        let connection = lapin::Connection::connect_uri(uri.clone(), ConnectionProperties::default()).await?;
        connection.create_channel().await
    }

    pub async fn reconnect_at_leisure(&self, connection_timeout: u64) -> Result<lapin::Connection, Error> {
        log::info!("connecting, for {connection_timeout} ms at most");
        lapin::Connection::connect_uri(self.uri.clone(), ConnectionProperties::default()).await // expect: missing-timeout
    }
}

/// A timeout of zero is none.
pub fn open_in_time_if_any(address: SocketAddr, timeout: Patience) -> io::Result<BlockingStream> {
    if let Some(timeout) = timeout.not_zero() {
        BlockingStream::connect_timeout(&address, timeout)
    } else {
        BlockingStream::connect(address)
    }
}
