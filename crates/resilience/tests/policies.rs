//! Settings that cannot work are refused when the policy is built, with what is wrong and what is allowed.

use std::time::Duration;

use unspin_resilience::{
    AlertSettings, Alerts, Backoff, BreakerPolicy, BudgetSettings, ConnectGate, FailureLimits, FailureSettings, GateSettings,
    InvalidPolicy, LeaseSettings, Leases, LinePolicy, LineSettings, LivenessPolicy, Offenders, RetryBudget, RetryPolicy,
    RetrySettings,
};

const NONE: Duration = Duration::ZERO;
const SECOND: Duration = Duration::from_secs(1);
const WEEK: Duration = Duration::from_hours(7 * 24);

fn backoff() -> Backoff {
    Backoff::new(SECOND, SECOND).expect("sound")
}

#[track_caller]
fn refused<T>(built: Result<T, InvalidPolicy>, message: &str) {
    let Err(error) = built else { panic!("`{message}` was not said") };
    assert_eq!(error.to_string(), message);
}

#[test]
fn backoff_and_retries() {
    refused(Backoff::new(NONE, SECOND), "Backoff: `base` is 0ns, allowed is at least 1ms");
    refused(Backoff::new(2 * SECOND, SECOND), "Backoff: `cap` is 1s, allowed is at least the base, 2s");
    refused(Backoff::new(SECOND, WEEK), "Backoff: `cap` is 604800s, allowed is at most 24 hours");
    refused(backoff().with_factor(0), "Backoff: `factor` is 0, allowed is 1 to 100");

    let good = RetrySettings { attempts: 3, attempt_timeout: SECOND, deadline: SECOND, backoff: backoff() };
    assert!(RetryPolicy::new(good).is_ok());
    let cases = [
        (RetrySettings { attempts: 0, ..good }, "RetryPolicy: `attempts` is 0, allowed is 1 to 1000"),
        (RetrySettings { attempt_timeout: NONE, ..good }, "RetryPolicy: `attempt_timeout` is 0ns, allowed is more than zero"),
        (
            RetrySettings { attempt_timeout: 2 * SECOND, ..good },
            "RetryPolicy: `attempt_timeout` is 2s, allowed is at most the deadline, 1s",
        ),
        (RetrySettings { deadline: WEEK, ..good }, "RetryPolicy: `deadline` is 604800s, allowed is at most 24 hours"),
    ];
    for (settings, message) in cases {
        refused(RetryPolicy::new(settings), message);
    }

    let good = BudgetSettings::default();
    assert!(RetryBudget::new(good).is_ok());
    refused(RetryBudget::new(BudgetSettings { ratio: f64::NAN, ..good }), "RetryBudget: `ratio` is NaN, allowed is 0 to 10");
    refused(RetryBudget::new(BudgetSettings { window: NONE, ..good }), "RetryBudget: `window` is 0ns, allowed is 1s to 1h");
}

#[test]
fn failures_and_liveness() {
    let good = FailureSettings { consecutive: 3, in_window: 3, window: SECOND, stable: SECOND, backoff: backoff() };
    assert!(FailureLimits::new(good).is_ok());
    let cases = [
        (FailureSettings { consecutive: 0, ..good }, "FailureLimits: `consecutive` is 0, allowed is 1 to 1000"),
        (
            FailureSettings { in_window: 2, ..good },
            "FailureLimits: `in_window` is 2, allowed is 3 (the failures in a row) to 10000",
        ),
        (FailureSettings { window: NONE, ..good }, "FailureLimits: `window` is 0ns, allowed is more than zero"),
        (FailureSettings { stable: 2 * SECOND, ..good }, "FailureLimits: `stable` is 2s, allowed is at most the window, 1s"),
    ];
    for (settings, message) in cases {
        refused(FailureLimits::new(settings), message);
    }
    refused(LivenessPolicy::new(NONE, 3), "LivenessPolicy: `interval` is 0ns, allowed is 10ms to 24 hours");
    refused(LivenessPolicy::new(SECOND, 0), "LivenessPolicy: `probes` is 0, allowed is 1 to 100");
    refused(BreakerPolicy::new(0, backoff()), "BreakerPolicy: `failures` is 0, allowed is 1 to 1000");
}

#[test]
fn lines_and_gates() {
    let good = LineSettings { max_length: 100, patience: SECOND, min_rate: 1 };
    assert!(LinePolicy::new(good).is_ok());
    let cases = [
        (LineSettings { max_length: 0, ..good }, "LinePolicy: `max_length` is 0, allowed is 1 to 1073741824"),
        (LineSettings { patience: NONE, ..good }, "LinePolicy: `patience` is 0ns, allowed is more than zero"),
        (LineSettings { patience: WEEK, ..good }, "LinePolicy: `patience` is 604800s, allowed is at most 1 hour"),
        (LineSettings { min_rate: 0, ..good }, "LinePolicy: `min_rate` is 0, allowed is at least 1"),
    ];
    for (settings, message) in cases {
        refused(LinePolicy::new(settings), message);
    }

    let breaker = BreakerPolicy::new(3, backoff()).expect("sound");
    let good = GateSettings { in_flight: 2, timeout: SECOND, max_destinations: 2, breaker, blind_interval: SECOND };
    assert!(ConnectGate::<u8>::new(good).is_ok());
    let cases = [
        (GateSettings { in_flight: 0, ..good }, "ConnectGate: `in_flight` is 0, allowed is 1 to 10000"),
        (GateSettings { timeout: NONE, ..good }, "ConnectGate: `timeout` is 0ns, allowed is more than zero, at most 1 hour"),
        (
            GateSettings { max_destinations: 1, ..good },
            "ConnectGate: `max_destinations` is 1, allowed is at least `in_flight`, 2",
        ),
        (
            GateSettings { blind_interval: WEEK, ..good },
            "ConnectGate: `blind_interval` is 604800s, allowed is more than zero, at most 24 hours",
        ),
    ];
    for (settings, message) in cases {
        refused(ConnectGate::<u8>::new(settings), message);
    }
}

#[test]
fn leases_and_alerts() {
    let good = LeaseSettings { duration: SECOND, max_names: 1, takeovers: 1, window: SECOND, penalty: backoff() };
    assert!(Leases::<u8, u8>::new(good).is_ok());
    let cases = [
        (LeaseSettings { duration: NONE, ..good }, "Leases: `duration` is 0ns, allowed is 10ms to 24 hours"),
        (LeaseSettings { max_names: 0, ..good }, "Leases: `max_names` is 0, allowed is at least 1"),
        (LeaseSettings { takeovers: 0, ..good }, "Leases: `takeovers` is 0, allowed is 1 to 1000"),
        (LeaseSettings { window: NONE, ..good }, "Leases: `window` is 0ns, allowed is more than zero, at most 24 hours"),
    ];
    for (settings, message) in cases {
        refused(Leases::<u8, u8>::new(settings), message);
    }

    let good = AlertSettings { threshold: 1, window: SECOND, repeat_after: SECOND, max_keys: 1 };
    assert!(Alerts::<u8>::new(good).is_ok());
    let cases = [
        (AlertSettings { threshold: 0, ..good }, "Alerts: `threshold` is 0, allowed is at least 1"),
        (AlertSettings { window: NONE, ..good }, "Alerts: `window` is 0ns, allowed is more than zero, at most 24 hours"),
        (
            AlertSettings { repeat_after: NONE, ..good },
            "Alerts: `repeat_after` is 0ns, allowed is at least the window, 1s, at most 24 hours",
        ),
        (AlertSettings { max_keys: 0, ..good }, "Alerts: `max_keys` is 0, allowed is 1 to 10000"),
    ];
    for (settings, message) in cases {
        refused(Alerts::<u8>::new(settings), message);
    }
    refused(Offenders::<u8>::new(0), "Offenders: `capacity` is 0, allowed is 1 to 1024");
}
