//! Accept loops: with no descriptor left, `accept` fails at once, and the connection stays in the queue.

use std::io::{self, ErrorKind};
use std::net::TcpListener as BlockingListener;
use std::thread;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

pub async fn serve(listener: TcpListener) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(talk(stream));
            }
            Err(error) => tracing::warn!("accept: {error}"), // expect: retry-without-delay
        }
    }
}

pub async fn serve_with_continue(listener: TcpListener) {
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(_) => continue, // expect: retry-without-delay
        };
        tracing::debug!("{peer}");
        tokio::spawn(talk(stream));
    }
}

pub async fn serve_with_let_else(listener: TcpListener, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let Ok((stream, _)) = listener.accept().await else { continue }; // expect: retry-without-delay
        tokio::spawn(talk(stream));
    }
}

/// The shape of a DNS server: the accept arm of a `select!` goes on after every error.
pub async fn serve_in_select(listener: TcpListener, shutdown: CancellationToken) {
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => (stream, peer),
                Err(error) => { // expect: retry-without-delay
                    tracing::debug!("accept: {error}");
                    continue;
                }
            },
            () = shutdown.cancelled() => break,
        };
        tracing::debug!("accepted {peer}");
        tokio::spawn(talk(stream));
    }
}

/// The errors of an iterator are its items: silent.
pub fn serve_incoming(listener: &BlockingListener) {
    for stream in listener.incoming() {
        match stream {
            Ok(stream) => drop(thread::spawn(move || drop(stream))),
            Err(error) => eprintln!("accept: {error}"),
        }
    }
}

pub async fn serve_with_pause(listener: TcpListener) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(talk(stream));
            }
            Err(error) => {
                tracing::warn!("accept: {error}");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

pub async fn serve_until_error(listener: TcpListener) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(talk(stream));
    }
}

pub async fn serve_in_select_with_pause(listener: TcpListener, shutdown: CancellationToken) {
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    tokio::spawn(talk(stream));
                }
                Err(_) => tokio::time::sleep(Duration::from_secs(1)).await,
            },
            () = shutdown.cancelled() => break,
        }
    }
}

pub fn serve_interrupted(listener: &BlockingListener) -> io::Result<()> {
    loop {
        match listener.accept() {
            Ok((stream, _)) => drop(thread::spawn(move || drop(stream))),
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => continue,
            Err(error) => return Err(error),
        }
    }
}

async fn talk(stream: TcpStream) {
    drop(stream);
}

/// Each round makes the listener anew, which needs a descriptor as well and leaves without one.
pub fn one_after_the_other(address: &str) -> io::Result<()> {
    loop {
        let listener = BlockingListener::bind(address)?;
        match listener.accept() {
            Ok((stream, peer)) => {
                tracing::info!("{peer}");
                drop(stream);
            }
            Err(error) => tracing::error!("accept: {error}"),
        }
    }
}
