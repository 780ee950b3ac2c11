//! Promise 5: after close nothing is written to the socket, and never in the handler of its own disconnect.

use std::{sync::atomic::Ordering, time::Duration};

use serde_json::json;
use tokio::{io::AsyncWriteExt, time::sleep};
use unspin_resilient_server::{CloseReason, FromClient};

use crate::network::{Network, settings};

#[tokio::test(start_paused = true)]
async fn nothing_is_written_to_a_peer_that_has_left() {
    let network = Network::start(settings());
    let mut writer = network.client("writer").await;
    for number in 0..20 {
        let mut leaver = network.raw("leaver").await;
        leaver.say(&FromClient::Subscribe { id: 1, topic: "news".into() }).await;
        leaver.say(&FromClient::Request { id: 2, operation: "wait".into(), data: json!(number) }).await;
        // A half-close: it could still read, but said that it is done.
        leaver.stream.get_mut().shutdown().await.unwrap();
        writer.send(&FromClient::Publish { topic: "news".into(), data: json!("too late?") }).await.unwrap();
        sleep(Duration::from_millis(number * 2)).await;
    }
    sleep(Duration::from_secs(1)).await;
    assert_eq!(network.gauge.closes(CloseReason::PeerClosed), 20);
    assert_eq!(network.seen.late_writes.load(Ordering::Relaxed), 0);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_is_refused_hears_one_last_line() {
    let network = Network::start(settings());
    let mut bad = network.raw("bad").await;
    bad.say(&FromClient::Subscribe { id: 1, topic: "news".into() }).await;
    bad.write(b"not json\n").await.unwrap();
    let mut writer = network.client("writer").await;
    for _ in 0..10 {
        writer.send(&FromClient::Publish { topic: "news".into(), data: json!("an event") }).await.unwrap();
    }
    // `read_to_bye` fails when anything follows.
    assert_eq!(bad.read_to_bye().await.as_deref(), Some("bad-message"));
}
