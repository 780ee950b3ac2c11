//! Faults: lines that are too long, too slow, cut, or no message.

use std::time::Duration;

use serde_json::json;
use tokio::{
    io::AsyncWriteExt,
    time::{Instant, sleep},
};
use unspin_resilient_server::{CloseReason, FromClient, FromServer, Settings, encode};

use crate::network::{Network, settings};

/// A request whose line is this long, its end not counted.
fn request_of(length: usize) -> String {
    let line = |text: String| {
        let message = FromClient::Request { id: 7, operation: "length".into(), data: json!(text) };
        encode(&message).trim_end().to_owned()
    };
    let rest = line(String::new()).len();
    line("x".repeat(length - rest))
}

#[tokio::test(start_paused = true)]
async fn a_line_at_the_cap_is_taken_and_one_over_is_not() {
    let cap = Settings::default().line_cap;
    let network = Network::start(settings());
    let mut client = network.raw("client").await;
    client.write(request_of(cap).as_bytes()).await.unwrap();
    client.write(b"\n").await.unwrap();
    assert!(matches!(client.read().await, Some(FromServer::Answer { id: 7, .. })));
    client.write(request_of(cap + 1).as_bytes()).await.unwrap();
    client.write(b"\n").await.unwrap();
    assert_eq!(client.read_to_bye().await.as_deref(), Some("line-too-long"));
}

#[tokio::test(start_paused = true)]
async fn a_gigabyte_without_an_end_is_cut_off_at_the_cap() {
    let network = Network::start(settings());
    let mut client = network.raw("client").await;
    let chunk = [b'x'; 4096];
    let mut written = 0;
    while written < 1 << 30 && client.write(&chunk).await.is_ok() {
        written += chunk.len();
    }
    // What the pipe and the last words took comes on top.
    assert!(written < 1 << 20, "{written} bytes were taken");
    assert_eq!(network.gauge.closes(CloseReason::LineTooLong), 1);
    network.assert_serves().await;
}

#[tokio::test(start_paused = true)]
async fn a_byte_every_three_seconds_is_too_slow() {
    let network = Network::start(settings());
    let mut slow = network.raw("slow").await;
    let started = Instant::now();
    for byte in request_of(200).bytes() {
        if slow.write(&[byte]).await.is_err() {
            break;
        }
        sleep(Duration::from_secs(3)).await;
    }
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
    assert_eq!(network.gauge.closes(CloseReason::LineTooSlow), 1);
}

#[tokio::test(start_paused = true)]
async fn a_line_may_come_in_two_parts_cut_anywhere() {
    let network = Network::start(settings());
    let mut client = network.raw("client").await;
    let line = format!("{}\r\n", request_of(120));
    for cut in 0..=line.len() {
        client.write(&line.as_bytes()[..cut]).await.unwrap();
        sleep(Duration::from_millis(10)).await;
        client.write(&line.as_bytes()[cut..]).await.unwrap();
        assert!(matches!(client.read().await, Some(FromServer::Answer { id: 7, .. })), "cut at {cut}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_may_end_anywhere_within_a_line() {
    let network = Network::start(settings());
    let line = format!("{}\n", request_of(120));
    for cut in 0..line.len() {
        let mut client = network.raw("client").await;
        client.write(&line.as_bytes()[..cut]).await.unwrap();
        client.stream.get_mut().shutdown().await.unwrap();
        assert_eq!(client.read_to_bye().await, None);
    }
    assert_eq!(network.gauge.closes(CloseReason::PeerClosed), 1, "the one that was cut before its first byte");
    assert_eq!(network.gauge.closes(CloseReason::PeerCut), line.len() as u64 - 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_no_message_closes_the_session() {
    let request = |data: &str| format!(r#"{{"type":"request","id":1,"operation":"echo","data":{data}}}"#);
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let long_number = "9".repeat(5_000);
    let lines: Vec<(&str, Vec<u8>)> = vec![
        ("bad UTF-8", b"{\"type\":\"publish\",\"topic\":\"\xff\",\"data\":1}".to_vec()),
        ("100,000 levels", request(&nested).into_bytes()),
        ("100,000 levels at the top", nested.clone().into_bytes()),
        ("a number of 5,000 digits", request(&long_number).into_bytes()),
        ("a repeated key", br#"{"type":"claim","id":1,"id":2,"name":"port"}"#.to_vec()),
        ("a repeated type", br#"{"type":"ping","type":"pong"}"#.to_vec()),
        ("an unknown key", br#"{"type":"claim","id":1,"name":"port","force":true}"#.to_vec()),
        ("an array", b"[1,2,3]".to_vec()),
        ("a string", b"\"ping\"".to_vec()),
        ("null", b"null".to_vec()),
        ("nothing", b"".to_vec()),
        ("two messages", br#"{"type":"ping"}{"type":"ping"}"#.to_vec()),
    ];
    let network = Network::start(Settings { line_cap: 1 << 20, ..settings() });
    for (name, line) in lines {
        let mut client = network.raw("client").await;
        // The server may close before it has read all of it.
        let _ = client.write(&line).await;
        let _ = client.write(b"\n").await;
        assert_eq!(client.read_to_bye().await.as_deref(), Some("bad-message"), "{name}");
    }
    network.assert_serves().await;
}
