//! Four loops that go wrong, each for a second, and what the monitor says about them and when.
//!
//! `cargo run -p unspin-resilience --features monitor --example trips`

use std::{
    io::{self, Write},
    thread,
    time::{Duration, Instant},
};

use unspin_resilience::{monitor, monitored, progress};

const SECOND: Duration = Duration::from_secs(1);

#[monitored]
fn stuck() {
    for _ in 0..1 {
        thread::sleep(SECOND);
    }
}

#[monitored(service)]
fn hot() {
    let begun = Instant::now();
    while begun.elapsed() < SECOND {}
}

#[monitored]
async fn never_yields() {
    let begun = Instant::now();
    while begun.elapsed() < SECOND {
        std::future::ready(()).await;
    }
}

#[monitored(service(progress = "500ms"))]
fn no_progress() {
    let begun = Instant::now();
    while begun.elapsed() < SECOND {
        thread::sleep(Duration::from_millis(10));
        if begun.elapsed() > SECOND {
            progress!();
        }
    }
}

fn main() -> io::Result<()> {
    let begun = Instant::now();
    monitor::on_report(move |report| {
        // There is nobody to tell that standard output is closed.
        let _ = writeln!(io::stdout().lock(), "after {:3} ms: {report}", begun.elapsed().as_millis());
    });
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    thread::scope(|scope| {
        scope.spawn(stuck);
        scope.spawn(hot);
        scope.spawn(|| runtime.block_on(never_yields()));
        scope.spawn(no_progress);
    });
    Ok(())
}
