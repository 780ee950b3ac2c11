//! Promise 8: every close has exactly one named reason, counted.

use std::{sync::atomic::Ordering, time::Duration};

use rand::{Rng, RngExt, SeedableRng, rngs::StdRng};
use serde_json::json;
use tokio::{io::AsyncWriteExt, time::sleep};
use unspin_resilient_server::{CloseReason, FromClient};

use crate::network::{Network, Raw, settings};

/// A peer that does one of the things that peers do.
async fn misbehave(network: &Network, dice: &mut impl Rng) -> Option<Raw> {
    if dice.random_ratio(1, 4) {
        let mut raw = Raw::new(network.connect());
        match dice.random_range(0..4) {
            0 => return None,
            1 => return Some(raw),
            2 => raw.write(b"GET / HTTP/1.1\r\n\r\n").await.ok()?,
            _ => raw.write(b"{\"type\":\"hel").await.ok()?,
        }
        return dice.random_bool(0.5).then_some(raw);
    }
    let mut raw = network.raw("somebody").await;
    raw.say(&FromClient::Subscribe { id: 1, topic: "news".into() }).await;
    match dice.random_range(0..8) {
        0 => return None,
        1 => raw.write(b"{\"type\":\"pi").await.ok()?,
        2 => raw.write(b"[]\n").await.ok()?,
        3 => raw.say(&FromClient::Claim { id: 2, name: "port".into() }).await,
        4 => raw.say(&FromClient::Request { id: 2, operation: "panic".into(), data: json!(null) }).await,
        5 => raw.say(&FromClient::Request { id: 2, operation: "wait".into(), data: json!(100) }).await,
        6 => raw.stream.get_mut().shutdown().await.ok()?,
        _ => raw.say(&FromClient::Publish { topic: "news".into(), data: json!("x".repeat(500)) }).await,
    }
    dice.random_bool(0.7).then_some(raw)
}

#[tokio::test(start_paused = true)]
async fn accepted_connections_are_open_or_closed_for_one_reason() {
    for seed in 0..20 {
        let mut dice = StdRng::seed_from_u64(seed);
        let network = Network::start(settings());
        let mut kept = Vec::new();
        for _ in 0..60 {
            kept.extend(misbehave(&network, &mut dice).await);
            sleep(Duration::from_millis(dice.random_range(0..200))).await;
            let gauge = &network.gauge;
            assert_eq!(gauge.accepted(), gauge.closed() + gauge.connections(), "with seed {seed}");
        }
        network.assert_serves().await;
        let (gauge, seen) = (network.gauge.clone(), network.seen.clone());
        let report = network.server.shutdown("test").await;
        assert_eq!(report.panicked, 0, "with seed {seed}: {report:?}");
        assert_eq!((gauge.connections(), gauge.sessions()), (0, 0), "with seed {seed}");
        assert_eq!(gauge.accepted(), gauge.closed(), "with seed {seed}");
        assert_eq!(gauge.closes(CloseReason::Aborted), 0, "with seed {seed}");
        assert_eq!(seen.late_writes.load(Ordering::Relaxed), 0, "with seed {seed}");
    }
}

#[test]
fn every_reason_has_a_name_of_its_own() {
    let names: std::collections::BTreeSet<_> = CloseReason::ALL.iter().map(|reason| reason.name()).collect();
    assert_eq!(names.len(), CloseReason::ALL.len());
}

#[tokio::test(start_paused = true)]
async fn the_reasons_are_metrics() {
    let network = Network::start(settings());
    drop(network.raw("leaver").await);
    sleep(Duration::from_millis(10)).await;
    let response = network.http("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
    assert!(response.contains("resilient_closes_total{reason=\"peer-closed\"} 1\n"), "{response}");
    assert!(response.contains("resilient_connections 0\n"), "{response}");
}
