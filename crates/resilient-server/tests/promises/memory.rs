//! Promise 2: memory is bounded by the caps of lines and outputs.

use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;
use unspin_resilient_server::{CloseReason, FromClient, FromServer, Settings};

use crate::network::{Network, settings};

#[tokio::test(start_paused = true)]
async fn a_reader_that_stops_under_fan_out_is_closed_with_its_output_cap() {
    let network = Network::start(Settings { output_cap: 16 * 1024, ..settings() });
    let mut stuck = network.raw("stuck").await;
    stuck.say(&FromClient::Subscribe { id: 1, topic: "news".into() }).await;
    sleep(Duration::from_millis(10)).await;
    let mut reader = network.client("reader").await;
    reader.subscribe("news").await.unwrap();
    let mut writer = network.client("writer").await;
    // The pipe holds 4 KiB and the outbox 16 KiB: the reader gets all, the one that is stuck ends on the way.
    let event = json!("x".repeat(1000));
    for _ in 0..50 {
        writer.send(&FromClient::Publish { topic: "news".into(), data: event.clone() }).await.unwrap();
        reader.receive().await.unwrap();
    }
    sleep(Duration::from_millis(10)).await;
    assert_eq!(network.gauge.closes(CloseReason::SlowReader), 1);
    assert_eq!(network.gauge.sessions(), 2, "reader and writer go on");
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_stops_within_its_cap_is_closed_when_one_line_takes_too_long() {
    let network = Network::start(Settings { ping_interval: 600_000, ..settings() });
    let mut stuck = network.raw("stuck").await;
    stuck.say(&FromClient::Subscribe { id: 1, topic: "news".into() }).await;
    let mut writer = network.client("writer").await;
    let event = json!("x".repeat(10_000));
    sleep(Duration::from_millis(10)).await;
    writer.send(&FromClient::Publish { topic: "news".into(), data: event }).await.unwrap();
    sleep(Duration::from_secs(9)).await;
    assert_eq!(network.gauge.closes(CloseReason::SlowReader), 0);
    sleep(Duration::from_secs(2)).await;
    assert_eq!(network.gauge.closes(CloseReason::SlowReader), 1);
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_refuses_at_once() {
    let network = Network::start(Settings { workers: 1, queue: 2, ..settings() });
    let mut eager = network.raw("eager").await;
    for id in 0..10 {
        eager.say(&FromClient::Request { id, operation: "wait".into(), data: json!(1000) }).await;
        sleep(Duration::from_millis(1)).await;
    }
    // One is with the worker, two wait.
    let mut refused = 0;
    for _ in 0..10 {
        match eager.read().await {
            Some(FromServer::Refused { reason, .. }) if reason == "overloaded" => refused += 1,
            _ => {}
        }
    }
    assert_eq!(refused, 7);
}

#[tokio::test(start_paused = true)]
async fn one_session_cannot_fill_the_queue() {
    let network = Network::start(Settings { requests_per_session: 2, ..settings() });
    let mut eager = network.raw("eager").await;
    for id in 0..3 {
        eager.say(&FromClient::Request { id, operation: "wait".into(), data: json!(1000) }).await;
    }
    let reason = "too-many-requests".to_owned();
    let refused = FromServer::Refused { id: 2, reason, retry_after: None };
    assert_eq!(eager.read().await, Some(refused));
    network.assert_serves().await;
}

#[tokio::test(start_paused = true)]
async fn a_session_takes_part_in_a_limited_number_of_things() {
    let network = Network::start(settings());
    let mut greedy = network.client("greedy").await;
    for number in 0..32 {
        greedy.subscribe(&format!("topic {number}")).await.unwrap();
    }
    assert!(greedy.subscribe("one more").await.unwrap_err().to_string().contains("too-many-topics"));
    for number in 0..8 {
        greedy.claim(&format!("port {number}")).await.unwrap();
    }
    assert!(greedy.claim("one more").await.unwrap_err().to_string().contains("too-many-names"));
    assert!(greedy.subscribe(&"x".repeat(65)).await.unwrap_err().to_string().contains("not-a-name"));
}
