//! Promise 4: connections that have not shaken hands end in time, are limited apart from sessions, and starve nobody.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use unspin_resilient_server::{CloseReason, FromServer, Settings, encode};

use crate::network::{Network, Raw, SECRET, hello, settings};

const GRACE: Duration = Duration::from_secs(5);

#[tokio::test(start_paused = true)]
async fn a_peer_that_stays_silent_is_closed_after_the_grace() {
    let network = Network::start(settings());
    let started = Instant::now();
    let mut silent = Raw::new(network.connect());
    silent.challenge().await;
    assert_eq!(silent.read_to_bye().await.as_deref(), Some("handshake-timeout"));
    assert!(started.elapsed() <= GRACE + Duration::from_millis(10));
    assert_eq!(network.gauge.closes(CloseReason::HandshakeTimeout), 1);
}

#[tokio::test(start_paused = true)]
async fn a_byte_every_three_seconds_does_not_prolong_the_grace() {
    let network = Network::start(settings());
    let started = Instant::now();
    let mut slow = Raw::new(network.connect());
    let nonce = slow.challenge().await;
    for byte in encode(&hello(nonce, "slow", SECRET)).bytes() {
        sleep(Duration::from_secs(3)).await;
        if slow.write(&[byte]).await.is_err() {
            break;
        }
    }
    assert!(started.elapsed() <= GRACE + Duration::from_secs(3), "{:?}", started.elapsed());
    assert_eq!(network.gauge.closes(CloseReason::HandshakeTimeout), 1);
}

#[tokio::test(start_paused = true)]
async fn a_thousand_half_handshakes_starve_no_session_and_few_newcomers() {
    let network = Network::start(settings());
    let mut before = network.client("before").await;
    let half: Vec<_> = (0..1000).map(|_| network.connect()).collect();
    sleep(Duration::from_millis(10)).await;
    assert!(network.gauge.handshakes() <= 100);
    assert!(network.gauge.closes(CloseReason::HandshakesFull) >= 900);
    assert_eq!(before.request("echo", "x".into()).await.unwrap(), "x");
    // Those that were let in end in time, and everything is as before.
    sleep(GRACE).await;
    assert_eq!(network.gauge.handshakes(), 0);
    network.assert_serves().await;
    drop(half);
}

#[tokio::test(start_paused = true)]
async fn newcomers_have_a_chance_while_a_flood_goes_on() {
    let network = Network::start(settings());
    let mut flood = Vec::new();
    let mut served = 0;
    for round in 0..200 {
        flood.extend((0..10).map(|_| network.connect()));
        sleep(Duration::from_millis(50)).await;
        let mut newcomer = Raw::new(network.connect());
        if let Some(FromServer::Challenge { .. }) = newcomer.read().await {
            served += 1;
        }
        assert!(network.gauge.handshakes() <= 100, "in round {round}");
    }
    assert!(served > 5, "early random drop leaves places: {served} of 200");
}

#[tokio::test(start_paused = true)]
async fn a_wrong_secret_is_told_so() {
    let network = Network::start(settings());
    let mut thief = Raw::new(network.connect());
    let nonce = thief.challenge().await;
    thief.say(&hello(nonce, "thief", "another secret")).await;
    assert_eq!(thief.read_to_bye().await.as_deref(), Some("wrong-proof"));
}

#[tokio::test(start_paused = true)]
async fn an_answer_to_an_old_challenge_is_refused() {
    let network = Network::start(settings());
    let mut first = Raw::new(network.connect());
    let nonce = first.challenge().await;
    let answer = hello(nonce, "alice", SECRET);
    first.say(&answer).await;
    assert!(matches!(first.read().await, Some(FromServer::Welcome { .. })));

    let mut replay = Raw::new(network.connect());
    replay.challenge().await;
    replay.say(&answer).await;
    assert_eq!(replay.read_to_bye().await.as_deref(), Some("wrong-proof"));
}

#[tokio::test(start_paused = true)]
async fn sessions_are_limited_and_told_so() {
    let network = Network::start(Settings { sessions_max: 1, ..settings() });
    let first = network.client("first").await;
    let mut second = Raw::new(network.connect());
    let nonce = second.challenge().await;
    second.say(&hello(nonce, "second", SECRET)).await;
    assert_eq!(second.read_to_bye().await.as_deref(), Some("sessions-full"));
    drop(first);
    sleep(Duration::from_millis(10)).await;
    network.assert_serves().await;
}
