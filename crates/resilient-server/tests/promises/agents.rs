//! The client that stays: comes back, and gives up when that is of no use.

use std::time::Duration;

use tokio::{
    io::{AsyncWriteExt, DuplexStream, duplex},
    sync::mpsc,
    time::{Instant, sleep, timeout},
};
use unspin_resilience::{CancellationToken, GateError, StopReason};
use unspin_resilient_server::{AgentEnd, AgentEvent, AgentSettings, Credentials, FromServer, Secret, encode, run_agent};

use crate::network::{Network, credentials, limits, settings};

fn agent(name: &str) -> AgentSettings {
    AgentSettings { credentials: credentials(name), names: vec!["port".into()], topics: vec!["news".into()], limits: limits() }
}

#[tokio::test(start_paused = true)]
async fn an_agent_comes_back_after_a_restart_and_claims_its_names_again() {
    let (first, second) = (Network::start(settings()), Network::start(settings()));
    let connectors = [first.connector(), second.connector()];
    let (events, mut inbox) = mpsc::channel(100);
    let stop = CancellationToken::new();
    let mut attempt = 0;
    let settings = agent("alice");
    let connect = || {
        attempt += 1;
        std::future::ready(Ok(connectors[usize::from(attempt > 1)]()))
    };
    let running = run_agent(&settings, connect, &events, &stop);
    let watching = async {
        let mut first = Some(first);
        loop {
            if let AgentEvent::Claimed { .. } = inbox.recv().await.expect("the agent runs") {
                let Some(first) = first.take() else { break };
                sleep(Duration::from_secs(100)).await;
                let _ = first.server.shutdown("restart").await;
            }
        }
        stop.cancel();
    };
    let (end, ()) = timeout(Duration::from_mins(10), async { tokio::join!(running, watching) }).await.unwrap();
    assert_eq!(end.reason, StopReason::Cancelled);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_secret_or_an_impostor_ends_it_for_good() {
    let network = Network::start(settings());
    let mut wrong = agent("alice");
    wrong.credentials = Credentials { name: "alice".into(), secret: Secret::new("not the secret") };
    let (events, _inbox) = mpsc::channel(100);
    let stop = CancellationToken::new();
    let end = run_agent(&wrong, async || Ok(network.connect()), &events, &stop).await;
    assert_eq!(end.reason, StopReason::Permanent, "{end:?}");

    let end = run_agent(&agent("alice"), async || Ok(impostor()), &events, &stop).await;
    assert_eq!(end.reason, StopReason::Permanent, "{end:?}");
}

/// A server that does not know the secret.
fn impostor() -> DuplexStream {
    let (ours, mut theirs) = duplex(4096);
    tokio::spawn(async move {
        let welcome = FromServer::Welcome { session: 1, proof: "00".repeat(32), ping_interval: 1000, ping_probes: 1 };
        for message in [FromServer::Challenge { nonce: "ab".repeat(32) }, welcome] {
            theirs.write_all(encode(&message).as_bytes()).await.unwrap();
        }
        sleep(Duration::from_mins(1)).await;
    });
    ours
}

#[tokio::test(start_paused = true)]
async fn a_server_that_accepts_and_drops_is_not_hammered() {
    let mut attempts = 0;
    let (events, _inbox) = mpsc::channel(10_000);
    let stop = CancellationToken::new();
    let started = Instant::now();
    let connect = || {
        attempts += 1;
        std::future::ready(Ok(duplex(16).0))
    };
    let AgentEnd { reason, .. } = run_agent(&agent("alice"), connect, &events, &stop).await;
    assert_eq!(reason, StopReason::Consecutive);
    assert_eq!(attempts, 50, "as its limits say");
    assert!(started.elapsed() > Duration::from_secs(10), "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn an_agent_stops_at_once_when_it_is_told_to() {
    let (events, mut inbox) = mpsc::channel(100);
    let stop = CancellationToken::new();
    let (settings, told) = (agent("alice"), stop.clone());
    // In a task of its own, connecting through what it borrows there.
    let running = tokio::spawn(async move {
        let hour = Duration::from_hours(1);
        let connect = async || {
            sleep(hour).await;
            Err::<DuplexStream, GateError<std::io::Error>>(GateError::Timeout)
        };
        run_agent(&settings, connect, &events, &told).await
    });
    let started = Instant::now();
    sleep(Duration::from_secs(1)).await;
    stop.cancel();
    let end = running.await.unwrap();
    assert_eq!(end.reason, StopReason::Cancelled);
    assert!(inbox.try_recv().is_err(), "it was told to stop, and lost nothing");
    assert!(started.elapsed() < Duration::from_secs(2));
}
