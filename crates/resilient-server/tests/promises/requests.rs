//! Requests that fail, and the two pages.

use serde_json::json;
use tokio::time::{Duration, sleep};
use unspin_resilient_server::{ClientError, FromClient, Settings};

use crate::network::{Network, settings};

#[tokio::test(start_paused = true)]
async fn a_handler_that_never_ends_is_a_timeout_and_its_worker_comes_back() {
    let network = Network::start(Settings { workers: 1, request_limit: 2_000, ..settings() });
    let mut client = network.client("client").await;
    let refused = client.request("hang", json!(null)).await;
    assert!(matches!(refused, Err(ClientError::Refused { reason, .. }) if reason == "timeout"));
    assert_eq!(client.request("echo", json!(1)).await.unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn unknown_operations_and_wrong_data_are_refused() {
    let network = Network::start(settings());
    let mut client = network.client("client").await;
    for (operation, data) in [("dance", json!(1)), ("length", json!(1)), ("wait", json!("long"))] {
        assert!(matches!(client.request(operation, data).await, Err(ClientError::Refused { .. })), "{operation}");
    }
    assert_eq!(client.request("length", json!("äöü")).await.unwrap(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_is_for_nobody_is_said_to_be() {
    let network = Network::start(settings());
    let mut client = network.client("client").await;
    let refused = client.ask(|id| FromClient::Send { id, to: "nobody".into(), data: json!(1) }).await;
    assert!(matches!(refused, Err(ClientError::Refused { reason, .. }) if reason == "nobody"));
    client.claim("port").await.unwrap();
    client.ask(|id| FromClient::Release { id, name: "port".into() }).await.unwrap();
    let refused = client.ask(|id| FromClient::Send { id, to: "port".into(), data: json!(1) }).await;
    assert!(matches!(refused, Err(ClientError::Refused { reason, .. }) if reason == "nobody"));
}

#[tokio::test(start_paused = true)]
async fn health_is_well_until_every_worker_is_stuck() {
    let network = Network::start(settings());
    assert!(network.http("GET /health HTTP/1.1\r\n\r\n").await.ends_with("{\"status\":\"ok\"}"));
    assert!(network.http("GET /nothing HTTP/1.1\r\n\r\n").await.starts_with("HTTP/1.1 404 "));
    assert!(network.http("POST /health HTTP/1.1\r\n\r\n").await.starts_with("HTTP/1.1 405 "));
}

#[tokio::test(start_paused = true)]
async fn a_monitor_that_misbehaves_is_cut_off() {
    let network = Network::start(settings());
    let endless = format!("GET /health HTTP/1.1\r\n{}", "x".repeat(9_000));
    assert_eq!(network.http("").await, "", "one that says nothing is closed");
    let response = network.http(&endless).await;
    assert!(response.is_empty() || response.starts_with("HTTP/1.1 200"), "{response}");
    sleep(Duration::from_secs(6)).await;
    assert!(network.http("GET /health HTTP/1.1\r\n\r\n").await.starts_with("HTTP/1.1 200 "));
}
