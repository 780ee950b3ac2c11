//! The server's own loops: in its metrics where they are watched, and nothing where they are not.

use serde_json::json;
use unspin_resilience::IS_MONITORED;

use crate::network::{Network, settings};

#[tokio::test(start_paused = true)]
async fn the_loops_of_the_server_are_in_its_metrics_where_they_are_watched() {
    let network = Network::start(settings());
    let mut client = network.client("client").await;
    client.request("echo", json!(1)).await.unwrap();
    let response = network.http("GET /metrics HTTP/1.1\r\n\r\n").await;
    for file in ["listener", "http", "session", "outbox", "pool"] {
        let hot = |line: &str| line.starts_with("resilient_loop_trips") && line.ends_with(":loop\",trip=\"hot\"} 0");
        let mut lines = response.lines().filter(|line| line.contains(&format!("/src/{file}.rs:")));
        assert_eq!(lines.any(hot), IS_MONITORED, "{file}: {response}");
    }
}
