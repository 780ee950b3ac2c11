//! A stream that is made secure by its own method is there already: whoever has it may put a deadline around that.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::server::TlsStream;
use tokio_rustls::TlsAcceptor;

pub enum Stream<S> {
    Raw { raw: S },
    Tls { tls: TlsStream<S> },
}

impl<S: AsyncRead + AsyncWrite + Unpin> Stream<S> {
    pub async fn secure(self, config: Arc<ServerConfig>) -> io::Result<TlsStream<S>> {
        match self {
            Stream::Raw { raw } => TlsAcceptor::from(config).accept(raw).await, // expect: missing-timeout/audit
            Stream::Tls { tls } => Ok(tls),
        }
    }
}

pub async fn serve(listener: TcpListener, config: Arc<ServerConfig>) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        greet(TlsAcceptor::from(config.clone()).accept(stream).await?).await; // expect: missing-timeout
    }
}

async fn greet(stream: TlsStream<TcpStream>) {}

pub struct Secured {
    connector: tokio_rustls::TlsConnector,
    name: rustls_pki_types::ServerName<'static>,
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> Connect<S> for Secured {
    /// Whoever awaits the future may put a deadline around it.
    fn connect(self, stream: S) -> Self::Future {
        self.connector.connect(self.name, stream).map_ok(Stream::from).boxed()
    }
}

pub struct Transport {
    connector: tokio_rustls::TlsConnector,
    host: String,
}

impl Transport {
    /// Whoever has opened the stream and awaits this may put a deadline around both.
    pub async fn wrap(&self, stream: TcpStream) -> io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
        let name = rustls_pki_types::ServerName::try_from(self.host.clone()).map_err(io::Error::other)?;
        self.connector.connect(name, stream).await // expect: missing-timeout/audit
    }

    pub async fn open(&self) -> io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
        let stream = TcpStream::connect((self.host.as_str(), 443)).await?; // expect: missing-timeout/audit
        let name = rustls_pki_types::ServerName::try_from(self.host.clone()).map_err(io::Error::other)?;
        self.connector.connect(name, stream).await // expect: missing-timeout
    }
}
