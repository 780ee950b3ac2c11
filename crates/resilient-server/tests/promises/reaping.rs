//! Promise 3: a dead peer is reaped within `interval × (probes + 1)`, also while others keep writing to it.

use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, sleep, timeout};
use unspin_resilient_server::{CloseReason, FromClient, FromServer, Settings};

use crate::network::{Network, Raw, settings};

/// As shipped: a ping after 10 s of silence, two of them.
const BOUND: Duration = Duration::from_secs(30);
const TICK: Duration = Duration::from_secs(1);

/// How long a session goes on whose peer has become silent; it still reads, so that writes succeed.
async fn reaped_after(network: &Network, mut silent: Raw) -> Duration {
    let started = Instant::now();
    let reading = async { while silent.read().await.is_some() {} };
    timeout(BOUND + TICK, reading).await.expect("reaped within the bound");
    assert_eq!(network.gauge.closes(CloseReason::PeerSilent), 1);
    started.elapsed()
}

#[tokio::test(start_paused = true)]
async fn a_silent_peer_is_reaped_within_the_bound() {
    let network = Network::start(settings());
    let silent = network.raw("silent").await;
    let after = reaped_after(&network, silent).await;
    assert!(after + TICK > BOUND, "two pings were given a chance: {after:?}");
}

#[tokio::test(start_paused = true)]
async fn writing_to_a_dead_peer_does_not_keep_it_alive() {
    let network = Network::start(settings());
    let mut silent = network.raw("silent").await;
    silent.say(&FromClient::Subscribe { id: 1, topic: "news".into() }).await;
    let mut writer = network.client("writer").await;
    let writing = async {
        loop {
            writer.send(&FromClient::Publish { topic: "news".into(), data: json!("are you there?") }).await.unwrap();
            // It reads its own pings meanwhile.
            let _ = timeout(Duration::from_millis(500), writer.receive()).await;
        }
    };
    tokio::select! {
        after = reaped_after(&network, silent) => assert!(after <= BOUND + TICK),
        () = writing => {}
    }
    assert_eq!(network.gauge.sessions(), 1, "the writer goes on");
}

#[tokio::test(start_paused = true)]
async fn a_dead_peer_whose_pipe_is_full_is_reaped_within_the_bound() {
    let network = Network::start(Settings { write_patience: 3_600_000, ..settings() });
    let mut stuck = network.raw("stuck").await;
    for id in 0..20 {
        let data = json!("x".repeat(1000));
        stuck.say(&FromClient::Request { id, operation: "echo".into(), data }).await;
    }
    sleep(BOUND + TICK).await;
    assert_eq!(network.gauge.closes(CloseReason::PeerSilent), 1);
}

#[tokio::test(start_paused = true)]
async fn an_idle_but_healthy_peer_is_never_closed() {
    let network = Network::start(settings());
    let mut idle = network.client("idle").await;
    let nothing = timeout(Duration::from_hours(24), idle.receive()).await;
    assert!(nothing.is_err(), "{nothing:?}");
    assert_eq!(network.gauge.sessions(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_to_the_last_ping_is_enough() {
    let network = Network::start(settings());
    let mut late = network.raw("late").await;
    for _ in 0..100 {
        assert_eq!(late.read().await, Some(FromServer::Ping));
        assert_eq!(late.read().await, Some(FromServer::Ping));
        sleep(Duration::from_secs(9)).await;
        late.say(&FromClient::Pong).await;
    }
    assert_eq!(network.gauge.sessions(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_jump_of_the_clock_within_the_bound_closes_nobody_who_answers() {
    let network = Network::start(settings());
    let mut healthy = network.raw("healthy").await;
    // The process was stopped for a while: two pings are due at once.
    tokio::time::advance(Duration::from_secs(25)).await;
    assert_eq!(healthy.read().await, Some(FromServer::Ping));
    healthy.say(&FromClient::Pong).await;
    sleep(Duration::from_secs(9)).await;
    assert_eq!(network.gauge.sessions(), 1);
}

#[tokio::test(start_paused = true)]
async fn after_a_long_jump_of_the_clock_all_peers_are_taken_for_dead_and_newcomers_served() {
    let network = Network::start(settings());
    let mut silent = Vec::new();
    for number in 0..100 {
        silent.push(network.raw(&format!("silent {number}")).await);
    }
    tokio::time::advance(Duration::from_hours(5)).await;
    sleep(Duration::from_secs(1)).await;
    assert_eq!(network.gauge.closes(CloseReason::PeerSilent), 100);
    network.assert_serves().await;
}
