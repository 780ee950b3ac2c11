//! Who puts the deadline around it, and who is at the other end.

use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::{TlsAcceptor, TlsConnector, client, rustls::pki_types::ServerName, server};

/// Shakes hands over a connection that the caller opened, who can wait as long as it likes for that.
pub async fn secured(
    connector: TlsConnector,
    name: ServerName<'static>,
    stream: TcpStream,
) -> io::Result<client::TlsStream<TcpStream>> {
    connector.connect(name, stream).await // expect: missing-timeout/audit
}

/// One silent client, and nobody else is accepted.
pub async fn serve(listener: tokio::net::TcpListener, acceptor: TlsAcceptor) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        let secure: server::TlsStream<TcpStream> = acceptor.accept(stream).await?; // expect: missing-timeout
        drop(secure);
    }
}

/// Only makes the future: who awaits it is not seen.
pub fn connect(address: SocketAddr) -> impl Future<Output = io::Result<TcpStream>> {
    TcpStream::connect(address)
}

pub struct Daemon {
    path: String,
}

impl Daemon {
    pub async fn connect(&self) -> io::Result<()> {
        let stream = UnixStream::connect(&self.path).await?;
        let (socket, _) = tokio_tungstenite::client_async("ws://localhost/events", stream).await.map_err(io::Error::other)?;
        drop(socket);
        Ok(())
    }
}
