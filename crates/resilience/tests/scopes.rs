//! Shutdown ends within its bound and says what it had to do.

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{sync::oneshot, time::sleep};
use unspin_resilience::{Scope, ScopeClosed};

const GRACE: Duration = Duration::from_secs(5);

#[tokio::test(start_paused = true)]
async fn shutdown_says_what_each_task_needed() -> Result<(), ScopeClosed> {
    let scope = Scope::new();
    scope.spawn("over before", |_| async {})?;
    for _ in 0..3 {
        scope.spawn("drained", |stop| async move {
            stop.draining().await;
            assert!(!stop.is_cancelled());
            sleep(GRACE / 2).await;
        })?;
    }
    scope.spawn("cancelled", |stop| async move { stop.cancelled().await })?;
    scope.spawn("deaf", |_| pending())?;
    scope.spawn("panics", |_| async { panic!("on purpose") })?;
    tokio::task::yield_now().await;

    let report = scope.shutdown(GRACE, "test").await;
    assert_eq!((report.drained, report.cancelled, report.panicked), (3, 1, 1));
    assert_eq!((report.aborted, report.stuck), (vec!["deaf"], vec![]));
    assert_eq!(report.reason, "test");
    assert!(report.elapsed <= GRACE + Duration::from_secs(1));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn shutdown_of_polite_tasks_does_not_wait_for_the_grace() -> Result<(), ScopeClosed> {
    let scope = Scope::new();
    scope.spawn("polite", |stop| async move { stop.draining().await })?;
    let report = scope.shutdown(GRACE, "test").await;
    assert_eq!((report.drained, report.elapsed), (1, Duration::ZERO));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn no_task_starts_after_shutdown_began() -> Result<(), ScopeClosed> {
    let scope = Scope::new();
    let spawner = scope.spawner().clone();
    let (sender, late) = oneshot::channel();
    scope.spawn("spawns", move |stop| async move {
        assert_eq!(spawner.spawn("early", |stop| async move { stop.draining().await }), Ok(()));
        stop.draining().await;
        let _ = sender.send(spawner.spawn("late", |_| pending()));
    })?;
    tokio::task::yield_now().await;
    let report = scope.shutdown(GRACE, "test").await;
    assert_eq!((report.drained, report.aborted), (2, vec![]));
    assert_eq!(late.await, Ok(Err(ScopeClosed)));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_scope_that_is_dropped_takes_its_tasks_with_it() -> Result<(), ScopeClosed> {
    let scope = Scope::new();
    let spawner = scope.spawner().clone();
    let (sender, dropped) = oneshot::channel::<()>();
    scope.spawn("deaf", |_| async move {
        let _kept = sender;
        pending::<()>().await;
    })?;
    tokio::task::yield_now().await;
    drop(scope);
    assert!(dropped.await.is_err());
    assert!(spawner.is_empty());
    assert_eq!(spawner.spawn("late", |_| pending()), Err(ScopeClosed));
    Ok(())
}

/// On a real clock: a task that never awaits keeps a real thread.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_that_never_awaits_is_named_and_left_behind() -> Result<(), ScopeClosed> {
    let scope = Scope::new();
    let is_over = Arc::new(AtomicBool::new(false));
    let until = Arc::clone(&is_over);
    let (sender, started) = oneshot::channel();
    scope.spawn("never awaits", move |_| async move {
        let _ = sender.send(());
        while !until.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(1));
        }
    })?;
    scope.spawn("polite", |stop| async move { stop.draining().await })?;
    started.await.expect("the task runs");
    let report = scope.shutdown(Duration::from_millis(10), "test").await;
    is_over.store(true, Ordering::Relaxed);
    assert_eq!((report.drained, report.stuck), (1, vec!["never awaits"]));
    Ok(())
}
