//! Promise 10: a returning owner takes its name over at once; a revoked one is refused for good.

use std::time::Duration;

use serde_json::json;
use tokio::{
    sync::mpsc,
    time::{Instant, sleep},
};
use unspin_resilience::{CancellationToken, StopReason};
use unspin_resilient_server::{
    AgentEvent, AgentSettings, ClientError, CloseReason, FromClient, FromServer, Settings, run_agent,
};

use crate::network::{Network, credentials, limits, settings};

#[tokio::test(start_paused = true)]
async fn the_same_owner_takes_over_at_once_and_the_old_session_is_fenced() {
    let network = Network::start(settings());
    let mut dead = network.raw("alice").await;
    dead.say(&FromClient::Claim { id: 1, name: "port".into() }).await;
    assert!(matches!(dead.read().await, Some(FromServer::Claimed { generation: 1, .. })));

    let started = Instant::now();
    let mut alive = network.client("alice").await;
    assert_eq!(alive.claim("port").await.unwrap(), 2);
    assert!(started.elapsed() < Duration::from_millis(10), "{:?}", started.elapsed());
    assert_eq!(dead.read_to_bye().await.as_deref(), Some("fenced"));

    let mut sender = network.client("sender").await;
    let done = sender.ask(|id| FromClient::Send { id, to: "port".into(), data: json!("hi") }).await;
    assert!(matches!(done, Ok(FromServer::Done { .. })));
    let expected = FromServer::Delivery { name: "port".into(), generation: 2, from: "sender".into(), data: json!("hi") };
    assert_eq!(alive.receive().await.unwrap(), expected);
}

#[tokio::test(start_paused = true)]
async fn another_owner_gets_the_name_of_a_dead_one_within_the_bound() {
    let network = Network::start(settings());
    let mut dead = network.raw("alice").await;
    dead.say(&FromClient::Claim { id: 1, name: "port".into() }).await;
    sleep(Duration::from_millis(10)).await;
    let started = Instant::now();
    let mut bob = network.client("bob").await;
    loop {
        match bob.claim("port").await {
            Ok(_) => break,
            Err(ClientError::Refused { reason, retry_after: Some(pause) }) => {
                assert_eq!(reason, "held");
                assert!(pause <= Duration::from_secs(31), "{pause:?}");
                // As long as it was told, but it may come back sooner; it answers pings meanwhile.
                let _ = tokio::time::timeout(Duration::from_secs(1), bob.receive()).await;
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert!(started.elapsed() <= Duration::from_secs(31), "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_holder_that_lives_keeps_its_name() {
    let network = Network::start(settings());
    let mut alice = network.client("alice").await;
    alice.claim("port").await.unwrap();
    let mut bob = network.client("bob").await;
    let holding = async { while alice.receive().await.is_ok() {} };
    let claiming = async {
        for _ in 0..120 {
            assert!(bob.claim("port").await.is_err());
            let _ = tokio::time::timeout(Duration::from_secs(30), bob.receive()).await;
        }
    };
    tokio::select! {
        () = holding => panic!("the holder was closed"),
        () = claiming => {}
    }
}

#[tokio::test(start_paused = true)]
async fn a_revoked_owner_is_closed_refused_and_gives_up_for_good() {
    let network = Network::start(Settings { admins: vec!["admin".into()], ..settings() });
    let settings =
        AgentSettings { credentials: credentials("mallory"), names: vec!["port".into()], topics: Vec::new(), limits: limits() };
    let (events, mut inbox) = mpsc::channel(100);
    let stop = CancellationToken::new();
    let agent = run_agent(&settings, async || Ok(network.connect()), &events, &stop);
    let revoking = async {
        while !matches!(inbox.recv().await.expect("the agent runs"), AgentEvent::Claimed { .. }) {}
        let mut nobody = network.client("nobody").await;
        let refused = nobody.ask(|id| FromClient::Revoke { id, client: "mallory".into() }).await;
        assert!(matches!(refused, Err(ClientError::Refused { reason, .. }) if reason == "not-allowed"));
        let mut admin = network.client("admin").await;
        admin.ask(|id| FromClient::Revoke { id, client: "mallory".into() }).await.unwrap();
    };
    let (end, ()) = tokio::join!(agent, revoking);
    assert_eq!(end.reason, StopReason::Permanent, "{end:?}");
    assert!(end.last.unwrap().contains("revoked"));

    // One that does not give up is held back longer each time, and never served.
    let mut waits = Vec::new();
    for _ in 0..4 {
        let started = Instant::now();
        let refused = unspin_resilient_server::Connection::open(network.connect(), &credentials("mallory")).await;
        assert!(matches!(refused, Err(ClientError::Bye(reason)) if reason == "revoked"));
        waits.push(started.elapsed());
    }
    assert!(waits.is_sorted() && waits[3] > 2 * waits[0], "{waits:?}");
    sleep(Duration::from_secs(1)).await;
    assert_eq!(network.gauge.closes(CloseReason::Revoked), 5, "the session of the agent, and four more");
    // Its name is free.
    network.client("bob").await.claim("port").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn two_live_owners_of_one_name_flap_a_limited_number_of_times() {
    let network = Network::start(settings());
    let agent_settings =
        AgentSettings { credentials: credentials("twin"), names: vec!["port".into()], topics: Vec::new(), limits: limits() };
    let (events, mut inbox) = mpsc::channel(10_000);
    let stop = CancellationToken::new();
    let first = run_agent(&agent_settings, async || Ok(network.connect()), &events, &stop);
    let second = run_agent(&agent_settings, async || Ok(network.connect()), &events, &stop);
    let minutes = 30;
    let stopping = async {
        sleep(Duration::from_mins(minutes)).await;
        stop.cancel();
    };
    tokio::join!(first, second, stopping);
    let mut claims = 0;
    while let Ok(event) = inbox.try_recv() {
        claims += u64::from(matches!(event, AgentEvent::Claimed { .. }));
    }
    // Five takeovers a minute, and the claims of a name that was given back.
    assert!((2..=minutes * 12).contains(&claims), "{claims} claims in {minutes} minutes");
    network.assert_serves().await;
}
