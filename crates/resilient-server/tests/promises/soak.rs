//! Ten minutes under everything at once, when `UNSPIN_SOAK` is set (to a number of seconds, if it is one).

use std::{io::Write, time::Duration};

use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::json;
use socket2::SockRef;
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    task::JoinSet,
    time::{Instant, sleep, timeout},
};
use unspin_resilient_server::{Connection, FromClient, Settings};

use crate::{
    network::{credentials, settings},
    sockets::start,
};

fn seconds() -> Option<u64> {
    let value = std::env::var("UNSPIN_SOAK").ok()?;
    Some(value.parse().ok().filter(|seconds| *seconds > 1).unwrap_or(600))
}

/// One connection that ends badly.
async fn misbehave(address: std::net::SocketAddr, seed: u64) {
    let mut dice = StdRng::seed_from_u64(seed);
    let Ok(mut stream) = TcpStream::connect(address).await else { return };
    if dice.random_bool(0.5) {
        let Ok(mut connection) = Connection::open(stream, &credentials("guest")).await else { return };
        for _ in 0..dice.random_range(0..20) {
            let operation = ["echo", "panic", "wait", "dance"][dice.random_range(0..4)];
            let _ = timeout(Duration::from_secs(1), connection.request(operation, json!(dice.random_range(0..50)))).await;
        }
        if dice.random_bool(0.3) {
            let _ = connection.claim("port").await;
        }
        stream = connection.into_inner();
    }
    let bytes: Vec<u8> = (0..dice.random_range(0..5000)).map(|_| dice.random()).collect();
    let _ = timeout(Duration::from_secs(1), stream.write_all(&bytes)).await;
    sleep(Duration::from_millis(dice.random_range(0..500))).await;
    if dice.random_bool(0.5) {
        let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_good_client_is_served_while_all_others_misbehave() {
    let Some(seconds) = seconds() else {
        let _ = writeln!(std::io::stderr(), "skipped: set UNSPIN_SOAK for ten minutes of this");
        return;
    };
    let server = start(Settings { ping_interval: 500, handshakes_max: 200, ..settings() });
    let (address, gauge) = (server.address(), server.gauge());
    let stream = TcpStream::connect(address).await.unwrap();
    let mut good = Connection::open(stream, &credentials("good")).await.unwrap();
    good.subscribe("news").await.unwrap();
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut others = JoinSet::new();
    let mut seed = 0;
    while Instant::now() < end {
        seed += 1;
        if others.len() < 100 {
            others.spawn(misbehave(address, seed));
        }
        while others.try_join_next().is_some() {}
        assert_eq!(good.request("echo", json!(seed)).await.unwrap(), seed);
        good.send(&FromClient::Publish { topic: "news".into(), data: json!(seed) }).await.unwrap();
        good.receive().await.unwrap();
    }
    others.shutdown().await;
    let report = server.shutdown("the soak is over").await;
    assert_eq!((report.panicked, report.stuck.len()), (0, 0), "{report:?}");
    assert_eq!(gauge.accepted(), gauge.closed());
    assert_eq!(gauge.connections(), 0);
}
