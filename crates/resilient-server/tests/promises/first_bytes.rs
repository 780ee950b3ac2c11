//! Faults: what speaks another protocol, or none.

use std::time::Duration;

use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::{
    io::AsyncWriteExt,
    time::{sleep, timeout},
};

use crate::network::{Network, Raw, settings};

/// The grace as shipped, and a moment.
const GRACE: Duration = Duration::from_millis(5_010);

/// The first bytes of other protocols, and the reason that they are closed for.
const PROTOCOLS: [(&str, &[u8]); 6] = [
    ("HTTP", b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"),
    ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\x9f\x0a\x11 and more of a ClientHello"),
    ("SSH", b"SSH-2.0-OpenSSH_9.6\r\n"),
    ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\x12\x04\0\0\0\0\0"),
    ("an empty line", b"\n"),
    ("another message", b"{\"type\":\"ping\"}\n"),
];

#[tokio::test(start_paused = true)]
async fn other_protocols_are_closed_within_the_grace() {
    let network = Network::start(settings());
    for (name, bytes) in PROTOCOLS {
        let mut raw = Raw::new(network.connect());
        raw.challenge().await;
        raw.write(bytes).await.unwrap();
        let bye = timeout(GRACE, raw.read_to_bye()).await.expect(name);
        let expected = if bytes.contains(&b'\n') { "not-our-protocol" } else { "handshake-timeout" };
        assert_eq!(bye.as_deref(), Some(expected), "{name}");
    }
    network.assert_serves().await;
}

#[tokio::test(start_paused = true)]
async fn random_bytes_are_closed_within_the_grace() {
    let network = Network::start(settings());
    for seed in 0..200 {
        let mut dice = StdRng::seed_from_u64(seed);
        let mut raw = Raw::new(network.connect());
        raw.challenge().await;
        let bytes: Vec<u8> = (0..dice.random_range(1..3000)).map(|_| dice.random()).collect();
        raw.write(&bytes).await.unwrap();
        timeout(GRACE, raw.read_to_bye()).await.expect("closed");
    }
    sleep(Duration::from_secs(1)).await;
    assert_eq!(network.gauge.closed(), 200);
    network.assert_serves().await;
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_ends_at_once_or_within_its_hello_is_closed() {
    let network = Network::start(settings());
    drop(network.connect());
    let mut raw = Raw::new(network.connect());
    raw.challenge().await;
    raw.write(b"{\"type\":").await.unwrap();
    raw.stream.get_mut().shutdown().await.unwrap();
    assert_eq!(raw.read_to_bye().await, None);
    network.assert_serves().await;
    assert_eq!(network.gauge.handshakes(), 0);
}
