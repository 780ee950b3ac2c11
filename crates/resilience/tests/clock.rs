//! The wrappers keep the bounds of their state machines, on a clock that is paused.

use std::{
    future::pending,
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWriteExt, ReadBuf},
    time::{sleep, timeout},
};
use unspin_resilience::{
    Attempt, Backoff, BreakerPolicy, BudgetSettings, CancellationToken, ConnectGate, ConnectionHealthChecker, GateError,
    GateSettings, GiveUp, Health, Instant, Line, LinePolicy, LineSettings, Lines, LinesError, LivenessPolicy, Reach,
    RetryBudget, RetryPolicy, RetrySettings, StopReason, with_timeout_retry,
};

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Five attempts of a second each, three seconds in all.
fn policy() -> RetryPolicy {
    let backoff = Backoff::new(ms(100), ms(400)).expect("sound");
    RetryPolicy::new(RetrySettings { attempts: 5, attempt_timeout: ms(1000), deadline: ms(3000), backoff }).expect("sound")
}

fn refused() -> io::Error {
    io::ErrorKind::ConnectionRefused.into()
}

#[tokio::test(start_paused = true)]
async fn attempts_that_hang_end_with_the_deadline() {
    let begun = Instant::now();
    let hangs = async |_| pending::<io::Result<()>>().await;
    let given_up = with_timeout_retry(&policy(), &CancellationToken::new(), hangs).await.expect_err("nothing answers");
    let GiveUp { reason, attempts, elapsed, last } = given_up;
    assert_eq!(reason, StopReason::Deadline);
    assert!((2..=3).contains(&attempts) && last.is_none());
    assert!(elapsed <= ms(3000) && elapsed == begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn attempts_that_fail_are_counted_and_the_last_error_is_kept() {
    let fails =
        async |attempt: Attempt| Err::<(), _>(io::Error::new(io::ErrorKind::ConnectionReset, attempt.number.to_string()));
    let given_up = with_timeout_retry(&policy(), &CancellationToken::new(), fails).await.expect_err("all fail");
    assert_eq!((given_up.reason, given_up.attempts), (StopReason::Attempts, 5));
    assert_eq!(given_up.last.expect("an error").to_string(), "5");

    let denied = async |_| Err::<(), _>(io::Error::from(io::ErrorKind::PermissionDenied));
    let given_up = with_timeout_retry(&policy(), &CancellationToken::new(), denied).await.expect_err("denied");
    assert_eq!((given_up.reason, given_up.attempts, given_up.elapsed), (StopReason::Permanent, 1, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn cancellation_ends_attempts_and_pauses_at_once() {
    let slow = Backoff::new(ms(60_000), ms(60_000)).expect("sound");
    let during_attempt = async |_: Attempt| pending::<io::Result<()>>().await;
    let during_pause = async |_: Attempt| Err::<(), _>(refused());
    // Also where the attempt that is cancelled is the last one: it was not the number of attempts that ended it.
    for (attempts, is_pause) in [(9, false), (9, true), (1, false)] {
        let settings = RetrySettings { attempts, attempt_timeout: ms(60_000), deadline: ms(600_000), backoff: slow };
        let policy = RetryPolicy::new(settings).expect("sound");
        let (stop, begun) = (CancellationToken::new(), Instant::now());
        let cancel = async {
            sleep(ms(700)).await;
            stop.cancel();
        };
        let run = async {
            if is_pause {
                with_timeout_retry(&policy, &stop, during_pause).await
            } else {
                with_timeout_retry(&policy, &stop, during_attempt).await
            }
        };
        let (result, ()) = tokio::join!(run, cancel);
        let given_up = result.expect_err("cancelled");
        // The pause is drawn at random; where it was short, another attempt was made.
        assert_eq!(given_up.reason, StopReason::Cancelled);
        assert_eq!(begun.elapsed(), ms(700));
        assert!(is_pause || given_up.attempts == 1);
        let given_up = with_timeout_retry(&policy, &stop, during_attempt).await.expect_err("cancelled before");
        assert_eq!((given_up.reason, given_up.attempts), (StopReason::Cancelled, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn callers_share_a_budget() {
    let settings = BudgetSettings { ratio: 0.5, least_per_second: 0, window: ms(10_000) };
    let policy = policy().with_budget(Arc::new(RetryBudget::new(settings).expect("sound")));
    let attempts = AtomicU32::new(0);
    for _ in 0..20 {
        let count = async |_| {
            attempts.fetch_add(1, Ordering::Relaxed);
            Err::<(), _>(refused())
        };
        let given_up = with_timeout_retry(&policy, &CancellationToken::new(), count).await.expect_err("all fail");
        assert!(matches!(given_up.reason, StopReason::Budget | StopReason::Attempts));
    }
    assert!(attempts.into_inner() <= 20 + 10, "half a retry for each call");
}

#[tokio::test(start_paused = true)]
async fn a_quiet_peer_stays_and_a_dead_one_does_not() {
    let policy = LivenessPolicy::new(ms(3000), 2).expect("sound");
    let mut checker = ConnectionHealthChecker::new(policy);
    let sign = checker.life_sign();
    for _ in 0..1000 {
        assert_eq!(checker.next().await, Health::Ping);
        sleep(ms(2999)).await;
        sign.heard();
    }
    let heard = Instant::now();
    let mut pings = 0;
    // Dropped and asked again, as in a `select!`, it forgets nothing.
    loop {
        match timeout(ms(70), checker.next()).await {
            Err(_) => {}
            Ok(Health::Ping) => pings += 1,
            Ok(_) => break,
        }
    }
    assert_eq!((pings, heard.elapsed()), (2, policy.bound()));
    sign.heard();
    assert_eq!(checker.next().await, Health::Dead);
}

fn line_policy() -> LinePolicy {
    LinePolicy::new(LineSettings { max_length: 100, patience: ms(5000), min_rate: 10 }).expect("sound")
}

#[tokio::test(start_paused = true)]
async fn a_line_that_trickles_is_too_slow() {
    let (mut peer, ours) = tokio::io::duplex(1024);
    tokio::spawn(async move {
        for _ in 0..100 {
            if peer.write_all(b"x").await.is_err() {
                return;
            }
            sleep(ms(3000)).await;
        }
    });
    let begun = Instant::now();
    let mut lines = Lines::new(ours, line_policy());
    assert!(matches!(lines.next().await, Err(LinesError::TooSlow { received: 2 })));
    assert!(begun.elapsed() <= line_policy().bound());
    assert!(matches!(lines.next().await, Err(LinesError::TooSlow { .. })), "for good");
}

#[tokio::test(start_paused = true)]
async fn silence_between_lines_is_no_fault_and_a_dropped_read_loses_nothing() {
    let (mut peer, ours) = tokio::io::duplex(1024);
    let write = async move {
        let hour = 3_600_000;
        for (part, pause) in [("one\n", hour), ("t", 2000), ("wo\r", 2000), ("\nthree\n", hour), ("cut", 0)] {
            peer.write_all(part.as_bytes()).await.expect("a reader");
            sleep(ms(pause)).await;
        }
    };
    let read = async {
        let mut lines = Lines::new(ours, line_policy());
        let mut all = Vec::new();
        loop {
            let Ok(line) = timeout(ms(300), lines.next()).await else { continue };
            match line.expect("fast enough") {
                Line::Text(text) => all.push(text.to_vec()),
                Line::End { cut } => {
                    assert_eq!(lines.next().await.expect("an end"), Line::End { cut });
                    return (all, cut);
                }
            }
        }
    };
    let ((), (all, cut)) = tokio::join!(write, read);
    assert_eq!(all, [&b"one"[..], b"two", b"three"]);
    assert_eq!(cut, 3);
}

#[tokio::test(start_paused = true)]
async fn a_line_without_end_is_too_long() {
    let mut lines = Lines::new(tokio::io::repeat(b'x'), line_policy());
    assert!(matches!(lines.next().await, Err(LinesError::TooLong { max_length: 100 })));
    assert!(matches!(lines.next().await, Err(LinesError::TooLong { max_length: 100 })));
}

/// An input that must not be asked again after its end: what asks it in a loop would never let others run.
struct Ended(bool);

impl AsyncRead for Ended {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, _: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        assert!(!self.0, "asked after the end");
        self.0 = true;
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn the_end_is_asked_for_once() {
    let mut lines = Lines::new(Ended(false), line_policy());
    for _ in 0..3 {
        assert_eq!(lines.next().await.expect("an end"), Line::End { cut: 0 });
    }
}

fn gate(in_flight: usize) -> ConnectGate<u32> {
    let backoff = Backoff::new(ms(60_000), ms(60_000)).expect("sound");
    ConnectGate::new(GateSettings {
        in_flight,
        timeout: ms(1000),
        max_destinations: 100,
        breaker: BreakerPolicy::new(2, backoff).expect("sound"),
        blind_interval: ms(300_000),
    })
    .expect("sound")
}

#[tokio::test(start_paused = true)]
async fn attempts_in_flight_are_bounded() {
    let (gate, now, most) = (gate(3), AtomicU32::new(0), AtomicU32::new(0));
    let visit = async |destination: u32| {
        let attempt = async {
            most.fetch_max(now.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
            sleep(ms(100)).await;
            now.fetch_sub(1, Ordering::Relaxed);
            Ok::<_, io::Error>(())
        };
        gate.connect(&destination, attempt).await.is_ok()
    };
    let all = tokio::join!(visit(1), visit(2), visit(3), visit(4), visit(5), visit(6), visit(7));
    assert_eq!(all, (true, true, true, true, true, true, true));
    assert_eq!(most.into_inner(), 3);
    assert_eq!(gate.remembered(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_destination_is_asked_once_at_a_time_and_left_alone_when_it_fails() {
    let gate = gate(3);
    let hang = || pending::<io::Result<()>>();
    let first = gate.connect(&1, hang());
    let second = async {
        assert_eq!(gate.connect(&1, hang()).await.map_err(|error| error.to_string()), Err(GateError::<&str>::Busy.to_string()));
    };
    let (first, ()) = tokio::join!(first, second);
    assert!(matches!(first, Err(GateError::Timeout)));
    // An attempt that its caller drops is no failure and leaves no trace of being busy.
    assert!(timeout(ms(500), gate.connect(&1, hang())).await.is_err());
    assert!(matches!(gate.connect(&1, async { Err::<(), _>(refused()) }).await, Err(GateError::Failed(_))));
    assert!(matches!(gate.connect(&1, hang()).await, Err(GateError::Open { .. })));
    sleep(ms(60_000)).await;
    assert!(gate.connect(&1, async { Ok::<_, io::Error>(()) }).await.is_ok());
    assert_eq!(gate.remembered(), 0);
}

#[tokio::test(start_paused = true)]
async fn without_an_answer_to_the_probe_one_attempt_is_made_in_a_while() {
    let gate = gate(3);
    let connect = async |reach| gate.connect_if_reached(&1, async move { reach }, async { Ok::<_, io::Error>(()) }).await;
    assert!(connect(Reach::Answered).await.is_ok());
    assert!(connect(Reach::Silent).await.is_ok());
    assert!(matches!(connect(Reach::Silent).await, Err(GateError::Unreachable { retry_after }) if retry_after == ms(300_000)));
    assert!(connect(Reach::Answered).await.is_ok());
    sleep(ms(300_000)).await;
    assert!(connect(Reach::Silent).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_retry_waits_as_long_as_the_gate_asks_for() {
    let (gate, attempts) = (gate(3), AtomicU32::new(0));
    let backoff = Backoff::new(ms(1), ms(1)).expect("sound");
    let settings = RetrySettings { attempts: 100, attempt_timeout: ms(5000), deadline: ms(130_000), backoff };
    let policy = RetryPolicy::new(settings).expect("sound");
    let connect = async |_| {
        let refuse = async {
            attempts.fetch_add(1, Ordering::Relaxed);
            Err::<(), _>(refused())
        };
        gate.connect(&1, refuse).await
    };
    let given_up = with_timeout_retry(&policy, &CancellationToken::new(), connect).await.expect_err("all are refused");
    assert_eq!(given_up.reason, StopReason::Deadline);
    // Two until the gate closes for up to a minute, then one trial each time.
    assert!((3..100).contains(&attempts.into_inner()), "{given_up:?}");
    assert!(given_up.elapsed <= ms(130_000));
}
