//! Promise 9: idle costs next to nothing, also with dead peers.

use std::{sync::atomic::Ordering, time::Duration};

use tokio::time::sleep;
use unspin_resilient_server::{CloseReason, Settings};

use crate::network::{Network, settings};

#[tokio::test(start_paused = true)]
async fn an_idle_session_does_nothing_between_two_pings() {
    let network = Network::start(settings());
    let mut clients = tokio::task::JoinSet::new();
    for number in 0..50 {
        let mut client = network.client(&format!("client {number}")).await;
        clients.spawn(async move { while client.receive().await.is_ok() {} });
    }
    sleep(Duration::from_secs(1)).await;
    let before = network.seen.polls.load(Ordering::Relaxed);
    sleep(Duration::from_hours(1)).await;
    let polls = network.seen.polls.load(Ordering::Relaxed) - before;
    // Both sides ping after 10 s of silence: at most two exchanges, each a handful of reads and writes.
    let exchanges = 50 * 2 * 360;
    assert!(polls <= exchanges * 8, "{polls} reads and writes for {exchanges} exchanges");
    assert_eq!(network.gauge.sessions(), 50);
}

#[tokio::test(start_paused = true)]
async fn dead_peers_cost_their_pings_and_nothing_more() {
    // So many that they are still there when the hour is over.
    let network = Network::start(Settings { ping_interval: 600_000, ping_probes: 9, ..settings() });
    let mut dead = Vec::new();
    for number in 0..500 {
        dead.push(network.raw(&format!("dead {number}")).await);
    }
    sleep(Duration::from_secs(1)).await;
    let before = network.seen.polls.load(Ordering::Relaxed);
    sleep(Duration::from_hours(1)).await;
    let polls = network.seen.polls.load(Ordering::Relaxed) - before;
    assert!(polls <= 500 * 6 * 4, "{polls} reads and writes for 6 pings to each of 500 peers");
    sleep(Duration::from_hours(1)).await;
    assert_eq!(network.gauge.closes(CloseReason::PeerSilent), 500);
}
