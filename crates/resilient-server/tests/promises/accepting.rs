//! Promise 6: failed accepts never spin.

use std::time::Duration;

use tokio::time::Instant;

use crate::network::{Network, Raw, settings};

#[tokio::test(start_paused = true)]
async fn the_pause_after_a_failed_accept_grows_from_10_ms_to_1_s() {
    let network = Network::start(settings());
    let started = Instant::now();
    for _ in 0..10 {
        network.fail_accept();
    }
    Raw::new(network.connect()).challenge().await;
    let expected = Duration::from_millis(10 + 20 + 40 + 80 + 160 + 320 + 640 + 3 * 1000);
    let took = started.elapsed();
    assert!(took >= expected && took < expected + Duration::from_millis(50), "{took:?}");
    assert_eq!(network.gauge.accept_errors(), 10);

    // One that succeeds makes the next pause short again.
    let started = Instant::now();
    network.fail_accept();
    Raw::new(network.connect()).challenge().await;
    assert!(started.elapsed() < Duration::from_millis(20));
}

#[tokio::test(start_paused = true)]
async fn shutdown_does_not_wait_for_the_pause() {
    let network = Network::start(settings());
    for _ in 0..20 {
        network.fail_accept();
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    let report = network.server.shutdown("test").await;
    assert!(report.elapsed < Duration::from_millis(10), "{:?}", report.elapsed);
}
