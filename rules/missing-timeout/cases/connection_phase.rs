//! Connecting, greeting and logging in: until that is done, nobody has agreed to anything.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream as BlockingStream};
use std::time::Duration;

use tokio::io::AsyncBufReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

pub struct Client {
    host: String,
    address: SocketAddr,
    timeout: Option<Duration>,
}

impl Client {
    /// The request has a timeout, and connecting does not ask for it.
    pub fn connect(&self) -> io::Result<BlockingStream> {
        let stream = BlockingStream::connect(&self.host)?; // expect: missing-timeout
        stream.set_read_timeout(self.timeout)?;
        Ok(stream)
    }

    pub fn connect_in_time(&self) -> io::Result<BlockingStream> {
        let stream = BlockingStream::connect_timeout(&self.address, Duration::from_secs(5))?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(stream)
    }

    pub fn login(&self) -> io::Result<String> {
        let mut stream = BlockingStream::connect_timeout(&self.address, Duration::from_secs(5))?;
        stream.write_all(b"LOGIN\n")?;
        let mut reader = BufReader::new(stream);
        let mut greeting = String::new();
        reader.read_line(&mut greeting)?; // expect: missing-timeout
        Ok(greeting)
    }

    pub fn login_in_time(&self) -> io::Result<String> {
        let mut stream = BlockingStream::connect_timeout(&self.address, Duration::from_secs(5))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(b"LOGIN\n")?;
        let mut reader = BufReader::new(stream);
        let mut greeting = String::new();
        reader.read_line(&mut greeting)?;
        Ok(greeting)
    }

    pub async fn connect_async(&self) -> io::Result<TcpStream> {
        let stream = TcpStream::connect(self.address).await?; // expect: missing-timeout/strict
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    pub async fn connect_async_in_time(&self) -> io::Result<TcpStream> {
        timeout(Duration::from_secs(5), TcpStream::connect(self.address)).await?
    }

    /// The connection stands in time; the banner may never come.
    pub async fn handshake(&self) -> io::Result<String> {
        let stream = timeout(Duration::from_secs(5), TcpStream::connect(self.address)).await??;
        let mut reader = tokio::io::BufReader::new(stream);
        let mut banner = String::new();
        reader.read_line(&mut banner).await?; // expect: missing-timeout
        Ok(banner)
    }

    pub async fn handshake_in_time(&self) -> io::Result<String> {
        timeout(Duration::from_secs(10), async {
            let stream = TcpStream::connect(self.address).await?;
            let mut reader = tokio::io::BufReader::new(stream);
            let mut banner = String::new();
            reader.read_line(&mut banner).await?;
            Ok(banner)
        })
        .await?
    }

    /// Either comes first.
    pub async fn connect_or_give_up(&self) -> Option<TcpStream> {
        tokio::select! {
            connected = TcpStream::connect(self.address) => connected.ok(),
            () = tokio::time::sleep(Duration::from_secs(5)) => None,
        }
    }
}

/// The handshake runs in the task that accepts, so one silent peer keeps everybody out.
pub async fn serve(listener: TcpListener, acceptor: TlsAcceptor) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        let secure = acceptor.accept(stream).await?; // expect: missing-timeout
        drop(secure);
    }
}

pub async fn serve_in_time(listener: TcpListener, acceptor: TlsAcceptor) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        let Ok(secure) = timeout(Duration::from_secs(5), acceptor.accept(stream)).await else { continue };
        drop(secure?);
    }
}

/// Who awaits this sets the deadline for all addresses together.
pub async fn connect_to_any(host: &str, port: u16) -> io::Result<TcpStream> {
    let mut last = None;
    for address in tokio::net::lookup_host((host, port)).await? { // expect: missing-timeout/audit
        match TcpStream::connect(address).await { // expect: missing-timeout/audit
            Ok(stream) => return Ok(stream),
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| io::ErrorKind::NotFound.into()))
}

impl Client {
    pub async fn connect_for(&self, address: SocketAddr) -> io::Result<TcpStream> {
        TcpStream::connect(address).await // expect: missing-timeout/audit
    }
}

/// Keeps the handshake of a connection, which its first read polls.
pub enum Secured {
    Handshaking(tokio_rustls::Accept<TcpStream>),
    Streaming(tokio_rustls::server::TlsStream<TcpStream>),
}

pub fn secured(acceptor: TlsAcceptor, stream: TcpStream) -> Secured {
    let accept = acceptor.accept(stream);
    Secured::Handshaking(accept)
}

/// A connection that becomes secure when the server says so: who awaits that sets the deadline.
pub struct Line {
    stream: Option<TcpStream>,
    secure: Option<tokio_rustls::client::TlsStream<TcpStream>>,
}

impl Line {
    pub async fn start_tls(
        &mut self,
        connector: tokio_rustls::TlsConnector,
        name: tokio_rustls::rustls::pki_types::ServerName<'static>,
    ) -> io::Result<()> {
        let stream = self.stream.take().ok_or(io::ErrorKind::NotConnected)?;
        let secure = connector.connect(name, stream).await?; // expect: missing-timeout/audit
        self.secure = Some(secure);
        Ok(())
    }
}

/// The service's own address, in its own task: nobody else can end the handshake.
pub struct Events {
    url: String,
}

impl Events {
    pub async fn connect(&self) -> Result<(), tokio_tungstenite::tungstenite::Error> {
        let (stream, _) = tokio_tungstenite::connect_async(&self.url).await?; // expect: missing-timeout
        drop(stream);
        Ok(())
    }
}

/// Who gets the future decides how long to wait for it.
pub struct Requests {
    client: hyper_util::client::legacy::Client<Connector, Body>,
}

impl Requests {
    pub async fn send_all(&self, requests: Vec<hyper::Request<Body>>) -> Result<(), hyper_util::client::legacy::Error> {
        for request in requests {
            if let Ok(answer) = timeout(Duration::from_secs(5), self.send(request)).await {
                drop(answer?);
            }
        }
        Ok(())
    }

    fn send(&self, request: hyper::Request<Body>) -> hyper_util::client::legacy::ResponseFuture {
        self.client.request(request)
    }
}

/// The handshake of HTTP/1 waits for nobody: it only makes the two halves.
pub async fn starts_http(stream: hyper_util::rt::TokioIo<tokio::net::TcpStream>) -> Result<(), hyper::Error> {
    let (_sender, connection) = hyper::client::conn::http1::handshake::<_, String>(stream).await?;
    tokio::spawn(connection);
    Ok(())
}
