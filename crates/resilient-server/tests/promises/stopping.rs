//! Promise 7: shutdown ends within the grace and a second, and says what it had to do.

use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;
use unspin_resilient_server::{CloseReason, FromClient, FromServer, Settings};

use crate::network::{Network, settings};

#[tokio::test(start_paused = true)]
async fn a_request_that_was_taken_is_answered_before_the_end() {
    let network = Network::start(settings());
    let mut client = network.raw("client").await;
    client.say(&FromClient::Request { id: 1, operation: "wait".into(), data: json!(3000) }).await;
    sleep(Duration::from_millis(10)).await;
    let gauge = network.gauge.clone();
    let (report, bye) = tokio::join!(network.server.shutdown("test"), client.read_to_bye());
    assert_eq!(bye.as_deref(), Some("drained"));
    assert_eq!(client.seen, [FromServer::Answer { id: 1, data: json!(3000) }]);
    assert!(report.elapsed < Duration::from_secs(5), "{:?}", report.elapsed);
    assert!(report.aborted.is_empty() && report.stuck.is_empty(), "{report:?}");
    assert_eq!(gauge.closes(CloseReason::Drained), 1);
}

#[tokio::test(start_paused = true)]
async fn what_does_not_end_by_itself_is_cancelled_after_the_grace() {
    let network = Network::start(Settings { request_limit: 3_600_000, ..settings() });
    let mut client = network.raw("client").await;
    client.say(&FromClient::Request { id: 1, operation: "hang".into(), data: json!(null) }).await;
    sleep(Duration::from_millis(10)).await;
    let gauge = network.gauge.clone();
    let (report, _) = tokio::join!(network.server.shutdown("test"), client.read_to_bye());
    assert!(report.elapsed <= Duration::from_secs(11), "{:?}", report.elapsed);
    // The session, and the worker with the handler.
    assert!(report.cancelled >= 1, "{report:?}");
    assert_eq!(gauge.connections(), 0);
    assert_eq!(gauge.closed(), gauge.accepted());
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_does_not_read_does_not_hold_up_the_end() {
    let network = Network::start(settings());
    let mut stuck = network.raw("stuck").await;
    for id in 0..20 {
        stuck.say(&FromClient::Request { id, operation: "echo".into(), data: json!("x".repeat(1000)) }).await;
    }
    sleep(Duration::from_millis(10)).await;
    let gauge = network.gauge.clone();
    let report = network.server.shutdown("test").await;
    assert!(report.elapsed <= Duration::from_secs(11), "{:?}", report.elapsed);
    assert_eq!(gauge.connections(), 0);
}

#[tokio::test(start_paused = true)]
async fn all_sessions_drain_at_once() {
    let network = Network::start(settings());
    let mut clients = Vec::new();
    for number in 0..200 {
        clients.push(network.client(&format!("client {number}")).await);
    }
    let gauge = network.gauge.clone();
    let reading = async {
        for client in &mut clients {
            while client.receive().await.is_ok() {}
        }
        drop(clients);
    };
    let (report, ()) = tokio::join!(network.server.shutdown("test"), reading);
    assert!(report.elapsed <= Duration::from_secs(1), "{:?}", report.elapsed);
    assert_eq!(gauge.closes(CloseReason::Drained), 200);
}
