//! Timeouts of whoever sends a datagram, of another peer each time, of a report from time to time.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

/// Class: a socket that many share.
pub async fn route(socket: UdpSocket, mut closed: watch::Receiver<bool>) {
    let mut buffer = [0; 2048];
    loop {
        tokio::select! {
            received = socket.recv_from(&mut buffer) => match received {
                Ok((length, from)) => println!("{length} bytes of {from}"),
                Err(error) if error.kind() == io::ErrorKind::TimedOut => continue,
                Err(_) => break,
            },
            _ = closed.changed() => return,
        }
    }
}

pub struct Transport(TcpListener);

impl Transport {
    pub async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        self.0.accept().await
    }
}

async fn handshake(stream: &mut TcpStream) -> io::Result<()> {
    stream.write_all(b"hello\n").await
}

/// Class: each timeout is that of another peer.
pub async fn serve(transport: Transport) {
    loop {
        match transport.accept().await {
            Ok((mut stream, peer)) => match timeout(Duration::from_secs(5), handshake(&mut stream)).await {
                Ok(_) => println!("{peer} is here"),
                Err(_) => println!("{peer} says nothing"),
            },
            Err(_) => sleep(Duration::from_millis(100)).await,
        }
    }
}

/// Class: a connection for one report; the next one gets another.
pub async fn report(to: SocketAddr, count: fn() -> u64) {
    loop {
        sleep(Duration::from_secs(1)).await;
        let mut stream = match timeout(Duration::from_secs(1), TcpStream::connect(to)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(_)) => continue,
            Err(_) => continue,
        };
        let _ = timeout(Duration::from_secs(1), stream.write_u64(count())).await;
    }
}
