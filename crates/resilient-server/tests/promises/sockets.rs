//! What only real sockets show: resets, half-closes, the kernel's buffers.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use serde_json::json;
use socket2::SockRef;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    runtime::Handle,
    time::{sleep, timeout},
};
use unspin_resilient_server::{CloseReason, Connection, FromClient, Gauge, Operations, Server, Settings, bind};

use crate::network::{credentials, settings};

pub fn start(settings: Settings) -> Server {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let (listener, http) = (bind(any, false).unwrap(), bind(any, false).unwrap());
    Server::start(settings, listener, http, Arc::new(Operations { faults: true }), Handle::current()).unwrap()
}

/// Waits for something that needs a moment on a real network; a minute is more than any machine takes.
pub async fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let waiting = async {
        while !is_so() {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_mins(1), waiting).await.unwrap_or_else(|_| panic!("never: {what}"));
}

async fn client(server: &Server, name: &str) -> Connection<TcpStream> {
    let stream = TcpStream::connect(server.address()).await.unwrap();
    Connection::open(stream, &credentials(name)).await.unwrap()
}

async fn closed(gauge: &Gauge, reason: CloseReason) {
    eventually(reason.name(), || gauge.closes(reason) == 1).await;
    assert_eq!(gauge.closed(), 1, "for one reason");
}

#[tokio::test]
async fn a_reset_is_a_failed_read() {
    let server = start(settings());
    let gauge = server.gauge();
    let stream = client(&server, "rude").await.into_inner();
    SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
    drop(stream);
    closed(&gauge, CloseReason::ReadFailed).await;
}

#[tokio::test]
async fn an_end_at_once_and_a_half_close_are_the_peers_end() {
    let server = start(settings());
    let gauge = server.gauge();
    drop(TcpStream::connect(server.address()).await.unwrap());
    eventually("closed", || gauge.closed() == 1).await;

    let mut stream = client(&server, "half").await.into_inner();
    stream.shutdown().await.unwrap();
    eventually("closed", || gauge.closed() == 2).await;
    let mut rest = Vec::new();
    timeout(Duration::from_mins(1), stream.read_to_end(&mut rest)).await.unwrap().unwrap();
    assert!(!String::from_utf8_lossy(&rest).contains("bye"), "nothing is said to a peer that has left");
}

#[tokio::test]
async fn a_reader_that_stops_is_closed_when_the_kernels_buffers_and_its_own_are_full() {
    let server = start(settings());
    let gauge = server.gauge();
    let mut stuck = client(&server, "stuck").await;
    stuck.subscribe("news").await.unwrap();
    let mut writer = client(&server, "writer").await;
    let event = json!("x".repeat(60_000));
    for _ in 0..2000 {
        writer.send(&FromClient::Publish { topic: "news".into(), data: event.clone() }).await.unwrap();
        if gauge.closes(CloseReason::SlowReader) == 1 {
            break;
        }
    }
    closed(&gauge, CloseReason::SlowReader).await;
    assert_eq!(writer.request("echo", json!(1)).await.unwrap(), 1);
}

#[tokio::test]
async fn a_silent_peer_is_reaped_within_the_bound_in_every_trial() {
    // 200 ms × (2 + 1), and a tick; what is measured is printed by the benchmark.
    let server = start(Settings { ping_interval: 200, ping_probes: 2, ..settings() });
    let gauge = server.gauge();
    let mut silent = Vec::new();
    for number in 0..50 {
        silent.push(client(&server, &format!("silent {number}")).await);
    }
    eventually("all are reaped", || gauge.closes(CloseReason::PeerSilent) == 50).await;
    assert_eq!(gauge.sessions(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_that_blocks_its_thread_holds_up_no_session() {
    let handlers = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let settings = Settings { workers: 1, request_limit: 100, ..settings() };
    let (listener, http) = (bind(any, false).unwrap(), bind(any, false).unwrap());
    let handler = Arc::new(Operations { faults: true });
    let server = Server::start(settings, listener, http, handler, handlers.handle().clone()).unwrap();
    let (mut blocking, mut other) = (client(&server, "blocking").await, client(&server, "other").await);
    let refused = blocking.request("block", json!(3_000)).await.unwrap_err();
    assert_eq!(refused.to_string(), "refused: timeout");
    // The only worker waits for the thread; all else goes on.
    other.subscribe("news").await.unwrap();
    blocking.send(&FromClient::Publish { topic: "news".into(), data: json!(1) }).await.unwrap();
    other.receive().await.unwrap();
    let mut stream = TcpStream::connect(server.http_address()).await.unwrap();
    stream.write_all(b"GET /health HTTP/1.1\r\n\r\n").await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    assert!(response.starts_with("HTTP/1.1 503") && response.contains("all workers are stuck"), "{response}");
    handlers.shutdown_background();
}
