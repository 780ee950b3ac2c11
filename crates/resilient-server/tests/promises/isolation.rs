//! Promise 1: no input and no order of disconnects ends the process, or one session because of another.

use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;
use unspin_resilient_server::{ClientError, CloseReason, FromClient, FromServer};

use crate::network::{Network, settings};

#[tokio::test(start_paused = true)]
async fn a_handler_that_panics_is_an_answer_and_nothing_else() {
    let network = Network::start(settings());
    let (mut alice, mut bob) = (network.client("alice").await, network.client("bob").await);
    let refused = alice.request("panic", json!(null)).await;
    assert!(matches!(refused, Err(ClientError::Refused { reason, .. }) if reason == "panicked"));
    assert_eq!(network.gauge.handler_panics(), 1);
    assert_eq!(alice.request("echo", json!(1)).await.unwrap(), 1, "the session goes on");
    assert_eq!(bob.request("echo", json!(2)).await.unwrap(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_bad_line_closes_its_own_session_only() {
    let network = Network::start(settings());
    let mut good = network.client("good").await;
    let mut bad = network.raw("bad").await;
    bad.write(b"{]\n").await.unwrap();
    assert_eq!(bad.read_to_bye().await.as_deref(), Some("bad-message"));
    assert_eq!(good.request("echo", json!("x")).await.unwrap(), "x");
}

#[tokio::test(start_paused = true)]
async fn every_order_of_leaving_leaves_the_others_connected() {
    // Subscribers of one topic, each of which also holds a name and has a request with a worker.
    let orders: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    for order in orders {
        let network = Network::start(settings());
        let mut witness = network.client("witness").await;
        witness.subscribe("news").await.unwrap();
        let mut guests = Vec::new();
        for number in 0..3 {
            let mut guest = network.raw(&format!("guest {number}")).await;
            guest.say(&FromClient::Subscribe { id: 1, topic: "news".into() }).await;
            guest.say(&FromClient::Claim { id: 2, name: format!("port {number}") }).await;
            guest.say(&FromClient::Request { id: 3, operation: "wait".into(), data: json!(50) }).await;
            guests.push(Some(guest));
        }
        for number in order {
            let leaving = guests[number].take();
            witness.send(&FromClient::Publish { topic: "news".into(), data: json!(number) }).await.unwrap();
            drop(leaving);
            let heard = witness.receive().await.unwrap();
            assert_eq!(heard, FromServer::Event { topic: "news".into(), data: json!(number) });
        }
        sleep(Duration::from_secs(1)).await;
        assert_eq!(network.gauge.sessions(), 1, "only the witness is left");
        assert_eq!(witness.request("echo", json!("fine")).await.unwrap(), "fine");
        assert_eq!(network.gauge.closes(CloseReason::Aborted), 0);
    }
}
