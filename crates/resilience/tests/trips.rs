//! Loops that do what they may not are named by file and line, with what they did; others are not.
#![cfg(feature = "monitor")]

use std::{
    sync::{Mutex, Once},
    thread,
    time::{Duration, Instant},
};

use unspin_resilience::{
    CancellationToken,
    monitor::{self, Trip, waiting},
    monitored, progress,
};

/// What was reported.
static REPORTS: Mutex<Vec<(u32, Trip)>> = Mutex::new(Vec::new());

fn is_reported(line: u32, trip: Trip) -> bool {
    REPORTS.lock().expect("no panic").contains(&(line, trip))
}

/// Whether to go on waiting for a report. Nothing may wait for ever, least of all a test of this.
struct Until {
    line: u32,
    trip: Trip,
    patience: Instant,
}

impl Until {
    fn reported(line: u32, trip: Trip) -> Self {
        static LISTEN: Once = Once::new();
        LISTEN.call_once(|| {
            monitor::on_report(|report| {
                assert!(report.to_string().contains("tests/trips.rs:"), "{report}");
                REPORTS.lock().expect("no panic").push((report.site.line(), report.trip));
            });
        });
        Self { line, trip, patience: Instant::now() + Duration::from_secs(20) }
    }

    fn is_open(&self) -> bool {
        !is_reported(self.line, self.trip) && Instant::now() < self.patience
    }

    /// Blocks the thread.
    fn wait(&self) {
        while self.is_open() {
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn verify(&self) {
        assert!(is_reported(self.line, self.trip), "line {} was not reported as {}", self.line, self.trip.name());
    }
}

#[test]
#[monitored(service)]
fn a_loop_that_turns_without_progress_is_hot() {
    let report = Until::reported(line!() + 1, Trip::Hot);
    while report.is_open() {
        std::hint::spin_loop();
    }
    report.verify();
}

#[test]
#[monitored(service(progress = "200ms"))]
fn a_loop_that_turns_slowly_without_progress_is_named() {
    let report = Until::reported(line!() + 1, Trip::NoProgress);
    while report.is_open() {
        thread::sleep(Duration::from_millis(10));
        if !report.is_open() {
            progress!();
        }
    }
    report.verify();
}

#[test]
#[monitored]
fn a_loop_that_is_stuck_inside_one_iteration_is_named() {
    let report = Until::reported(line!() + 1, Trip::Stuck);
    for _ in 0..1 {
        report.wait();
    }
    report.verify();
}

#[test]
#[monitored]
fn a_loop_that_was_fast_and_is_stuck_now_is_named() {
    let report = Until::reported(line!() + 1, Trip::Stuck);
    for n in 0..100_000 {
        if n == 99_999 {
            report.wait();
        }
    }
    report.verify();
}

#[tokio::test]
#[monitored]
async fn a_task_that_is_stuck_is_named() {
    let report = Until::reported(line!() + 1, Trip::Stuck);
    for _ in 0..1 {
        tokio::task::yield_now().await;
        report.wait();
    }
    report.verify();
}

#[tokio::test]
#[monitored]
async fn a_task_that_never_yields_is_named() {
    let report = Until::reported(line!() + 1, Trip::NeverYields);
    while report.is_open() {
        std::future::ready(()).await;
    }
    report.verify();
}

#[tokio::test]
#[monitored]
async fn a_task_that_never_yields_in_a_function_is_named_there() {
    for _ in 0..2 {
        turn_without_yielding().verify();
    }
}

#[monitored]
fn turn_without_yielding() -> Until {
    let report = Until::reported(line!() + 1, Trip::NeverYields);
    while report.is_open() {}
    report
}

#[tokio::test]
#[monitored]
async fn a_loop_in_an_arm_of_a_select_is_named() {
    let report = Until::reported(line!() + 4, Trip::NeverYields);
    tokio::select! {
        () = std::future::pending() => {}
        () = std::future::ready(()) => {
            while report.is_open() {}
        }
    }
    report.verify();
}

#[test]
#[monitored(bounded(time = "50ms"))]
fn a_loop_that_runs_too_long_is_named() {
    let report = Until::reported(line!() + 1, Trip::Time);
    while report.is_open() {
        thread::sleep(Duration::from_millis(1));
    }
    report.verify();
}

#[test]
#[monitored(bounded(iterations = 10))]
fn a_loop_that_makes_too_many_iterations_is_named() {
    let report = Until::reported(line!() + 1, Trip::Iterations);
    for n in 1..=11 {
        assert_eq!(is_reported(report.line, Trip::Iterations), n > 10);
    }
    report.verify();
    let sites = monitor::sites();
    let site = sites.iter().find(|site| site.line() == report.line && site.file().ends_with("trips.rs")).expect("entered");
    assert_eq!((site.trips(Trip::Iterations), site.watches_for(Trip::Time)), (1, false));
    let text = unspin_resilience::Metrics::new("test", 1).expect("sound").text();
    assert!(text.contains(&format!("test_loop_trips_total{{loop=\"{site}\",trip=\"iterations\"}} 1\n")), "{text}");
}

#[monitored(service)]
fn block() -> u32 {
    let line = line!() + 1;
    for _ in 0..1 {
        waiting(|| thread::sleep(Duration::from_millis(900)));
    }
    line
}

#[monitored(service)]
async fn suspend() -> u32 {
    let line = line!() + 1;
    for _ in 0..1 {
        tokio::time::sleep(Duration::from_millis(900)).await;
    }
    line
}

#[test]
fn a_loop_that_waits_as_it_may_is_not_stuck() {
    let blocked = thread::spawn(block);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let lines = [runtime.block_on(suspend()), blocked.join().expect("no panic")];
    assert!(lines.into_iter().all(|line| !is_reported(line, Trip::Stuck)));
}

#[monitored(yields = "20ms", trip = yield)]
async fn hog(stop: CancellationToken, until: Instant) -> bool {
    loop {
        if stop.is_cancelled() || Instant::now() > until {
            return stop.is_cancelled();
        }
    }
}

#[tokio::test]
async fn a_loop_that_trips_yields_if_told_to() {
    // One thread: the other task runs only if the hog lets it.
    let stop = CancellationToken::new();
    let hog = tokio::spawn(hog(stop.clone(), Instant::now() + Duration::from_secs(20)));
    tokio::spawn(async move { stop.cancel() });
    assert!(hog.await.expect("no panic"), "the other task never ran");
}

#[monitored(bounded(iterations = 1000), trip = cancel(stop))]
fn turn_until_cancelled(stop: &CancellationToken) -> u32 {
    let mut turns = 0;
    while !stop.is_cancelled() && turns < 1_000_000 {
        turns += 1;
    }
    turns
}

#[test]
fn a_loop_that_trips_cancels_if_told_to() {
    assert_eq!(turn_until_cancelled(&CancellationToken::new()), 1001);
}

#[monitored(bounded(iterations = 10))]
fn exceed() -> u32 {
    let line = line!() + 1;
    for _ in 0..100 {}
    line
}

#[test]
fn a_site_is_reported_once_a_minute() {
    let report = Until::reported(exceed(), Trip::Iterations);
    for _ in 0..100 {
        exceed();
    }
    let reports = REPORTS.lock().expect("no panic").iter().filter(|(line, _)| *line == report.line).count();
    assert!(reports <= 1, "{reports} reports");
}
