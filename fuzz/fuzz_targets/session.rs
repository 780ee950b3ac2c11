//! Any bytes from a peer, before and after the handshake: the server ends the connection in time, for one reason that is
//! counted, and serves others meanwhile.
#![no_main]

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use libfuzzer_sys::fuzz_target;
use tokio::{
    io::{AsyncWriteExt, DuplexStream, duplex},
    runtime::{Builder, Handle},
    sync::mpsc,
    time::sleep,
};
use unspin_fuzz::within_budget;
use unspin_resilient_server::{Connection, Credentials, Listener, Operations, Secret, Server, Settings};

const SECRET: &str = "a secret of the fuzzer";

/// Connections in the order that they are made.
struct Pipes(mpsc::UnboundedReceiver<DuplexStream>);

impl Listener for Pipes {
    type Stream = DuplexStream;

    async fn accept(&mut self) -> io::Result<(DuplexStream, SocketAddr)> {
        match self.0.recv().await {
            Some(stream) => Ok((stream, SocketAddr::from(([192, 0, 2, 7], 7)))),
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(SocketAddr::from(([192, 0, 2, 1], 7400)))
    }
}

fn credentials(name: &str) -> Credentials {
    Credentials { name: name.to_owned(), secret: Secret::new(SECRET) }
}

/// What the first byte asks for: a handshake first, pieces of which size, and whether the peer leaves or falls silent.
struct Plan {
    shakes_hands: bool,
    leaves: bool,
    piece: usize,
}

impl Plan {
    fn of(byte: u8) -> Self {
        Self { shakes_hands: byte & 1 == 1, leaves: byte & 2 == 2, piece: usize::from(byte >> 2).pow(2) + 1 }
    }
}

async fn misbehave(stream: DuplexStream, plan: &Plan, bytes: &[u8]) {
    let stream = if plan.shakes_hands {
        Connection::open(stream, &credentials("guest")).await.expect("a session").into_inner()
    } else {
        stream
    };
    let (mut reader, mut writer) = tokio::io::split(stream);
    let reading = tokio::spawn(async move { tokio::io::copy(&mut reader, &mut tokio::io::sink()).await });
    for piece in bytes.chunks(plan.piece) {
        if writer.write_all(piece).await.is_err() {
            break;
        }
    }
    if plan.leaves {
        let _ = writer.shutdown().await;
    }
    // Whoever stays is silent from here on: three pings of 10 s, a last word.
    let _ = reading.await;
}

async fn serve(plan: &Plan, bytes: &[u8]) {
    let (connections, listener) = mpsc::unbounded_channel();
    let (_requests, http) = mpsc::unbounded_channel();
    let settings = Settings { secret: Secret::new(SECRET), line_cap: 4096, ..Settings::default() };
    let handler = Arc::new(Operations::default());
    let server = Server::start(settings, Pipes(listener), Pipes(http), handler, Handle::current()).expect("a server");
    let gauge = server.gauge();
    let connect = || {
        let (ours, theirs) = duplex(4096);
        connections.send(theirs).expect("the server listens");
        ours
    };
    let mut good = Connection::open(connect(), &credentials("good")).await.expect("a session");
    tokio::select! {
        () = misbehave(connect(), plan, bytes) => {}
        // It answers the server's pings meanwhile.
        other = good.receive() => panic!("nobody says anything to it: {other:?}"),
    }
    sleep(Duration::from_secs(1)).await;
    assert_eq!((gauge.connections(), gauge.closed()), (1, 1), "closed, for one reason");
    assert_eq!(good.request("echo", 1.into()).await.expect("an answer"), 1);
    drop(good);
    let report = server.shutdown("done").await;
    assert_eq!((report.panicked, report.stuck.len()), (0, 0), "{report:?}");
    assert_eq!(gauge.handler_panics(), 0);
}

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    within_budget(bytes.len(), || {
        let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime");
        runtime.block_on(serve(&Plan::of(*first), rest));
    });
});
