//! Promise 2, in bytes: what all connections together hold, each filled up to its caps, with nothing of the kernel between.
//!
//! A program of its own, since it counts every allocation.

#![expect(clippy::unwrap_used, unreachable_pub, dead_code, reason = "these are tests, and parts of others")]

use std::{alloc::System, time::Duration};

use cap::Cap;
use serde_json::json;
use tokio::time::sleep;
use unspin_resilient_server::{CloseReason, FromClient, Settings};

#[path = "promises/network.rs"]
mod network;

#[path = "promises/spy.rs"]
mod spy;

use crate::network::{Network, Raw, settings};

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

const CONNECTIONS: usize = 200;

/// Besides its caps: the task, its state, and on the side of the test a pipe and a buffer.
const EACH: usize = 32 * 1024;

/// Requests that were taken, the workers, the runtime.
const CONSTANT: usize = 1 << 20;

/// Answers that the peer does not read.
async fn fill(peer: &mut Raw, settings: &Settings, answers: usize) {
    let answer = "x".repeat(settings.line_cap - 100);
    for id in 0..answers {
        let data = json!(answer);
        peer.say(&FromClient::Request { id: id as u64, operation: "echo".into(), data }).await;
        sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn connections_hold_no_more_than_their_caps() {
    // As shipped, but that nobody is closed while it is filled.
    let settings = Settings { write_patience: 3_600_000, line_patience: 3_600_000, ping_interval: 3_600_000, ..settings() };
    let network = Network::start(settings.clone());
    let answers = settings.output_cap / settings.line_cap;
    let before = ALLOCATOR.allocated();
    let mut peers = Vec::new();
    for number in 0..CONNECTIONS {
        peers.push(network.raw(&format!("peer {number}")).await);
    }
    for peer in &mut peers {
        fill(peer, &settings, answers).await;
        // And a line that it does not end.
        peer.write("x".repeat(settings.line_cap).as_bytes()).await.unwrap();
    }
    sleep(Duration::from_secs(1)).await;
    assert_eq!(network.gauge.sessions(), CONNECTIONS as u64, "nobody is closed");
    let (held, caps) = (ALLOCATOR.allocated() - before, settings.line_cap + settings.output_cap);
    assert!(held <= CONNECTIONS * (caps + EACH) + CONSTANT, "{held} bytes, {} for each", held / CONNECTIONS);
    assert!(held >= CONNECTIONS * caps * 9 / 10, "they are full: {} for each of {caps}", held / CONNECTIONS);

    // One answer more is one too many.
    let mut greedy = network.raw("greedy").await;
    fill(&mut greedy, &settings, answers + 1).await;
    assert_eq!(network.gauge.closes(CloseReason::SlowReader), 1);
    drop((peers, greedy));
    sleep(Duration::from_secs(1)).await;
    assert_eq!(network.gauge.connections(), 0);
    let held = ALLOCATOR.allocated().saturating_sub(before);
    assert!(held <= CONSTANT, "{held} bytes are left of connections that are gone");
}
