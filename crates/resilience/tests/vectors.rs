//! The state machines answer as `vectors.json` says, which ports to other languages are held to as well.

use std::time::Duration;

use serde::Deserialize;
use unspin_resilience::{
    Backoff, Breaker, BreakerPolicy, ErrorCountHandler, Failure, FailureLimits, FailureSettings, Health, Instant, Jitter,
    LeaseSettings, Leases, Liveness, LivenessPolicy, Refused, RetryPolicy, RetrySettings, StopReason, Verdict,
};

#[derive(Deserialize)]
struct Vectors {
    backoff: Vec<BackoffCase>,
    retry: Vec<RetryCase>,
    failures: Vec<FailuresCase>,
    liveness: Vec<LivenessCase>,
    breaker: Vec<BreakerCase>,
    leases: Vec<LeasesCase>,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("vectors.json")).expect("the vectors fit their types")
}

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn backoff(base: u64, cap: u64) -> Backoff {
    Backoff::new(ms(base), ms(cap)).expect("sound").with_jitter(Jitter::None)
}

/// What was answered and what was to be, with the place where they part.
macro_rules! same {
    ($case:expr, $at:expr, $answer:expr, $expected:expr) => {
        assert_eq!($answer, $expected, "{}, at {} ms", $case, $at)
    };
}

#[derive(Deserialize)]
struct BackoffCase {
    base: u64,
    factor: u32,
    cap: u64,
    nominal: Vec<u64>,
    total_bound: Vec<u64>,
}

#[test]
fn backoff_delays() {
    for case in vectors().backoff {
        let backoff = backoff(case.base, case.cap).with_factor(case.factor).expect("sound");
        let delays: Vec<_> = backoff.delays().take(case.nominal.len()).collect();
        assert_eq!(delays, case.nominal.iter().copied().map(ms).collect::<Vec<_>>());
        for (attempts, bound) in (0..).zip(case.total_bound) {
            assert_eq!(backoff.total_bound(attempts), ms(bound), "{attempts} attempts");
        }
    }
}

/// How a verdict is written.
#[derive(Deserialize, Debug, PartialEq)]
struct Answer {
    retry_after: Option<u64>,
    stop: Option<String>,
}

impl Answer {
    fn of(verdict: Verdict) -> Self {
        match verdict {
            Verdict::RetryAfter(delay) => Self { retry_after: Some(delay.as_millis() as u64), stop: None },
            Verdict::Stop(reason) => Self { retry_after: None, stop: Some(reason.name().to_owned()) },
        }
    }
}

#[derive(Deserialize)]
struct RetryCase {
    name: String,
    attempts: u32,
    attempt_timeout: u64,
    deadline: u64,
    base: u64,
    cap: u64,
    steps: Vec<RetryStep>,
}

#[derive(Deserialize)]
struct RetryStep {
    at: u64,
    attempt: Option<u64>,
    refused: Option<String>,
    failed: Option<String>,
    hint: Option<u64>,
    #[serde(flatten)]
    answer: Answer,
}

#[test]
fn retries() {
    let start = Instant::now();
    for case in vectors().retry {
        let settings = RetrySettings {
            attempts: case.attempts,
            attempt_timeout: ms(case.attempt_timeout),
            deadline: ms(case.deadline),
            backoff: backoff(case.base, case.cap),
        };
        let mut retries = RetryPolicy::new(settings).expect("sound").start(start);
        for step in case.steps {
            let now = start + ms(step.at);
            if let Some(failure) = step.failed {
                let failure = match failure.as_str() {
                    "transient" => Failure::Transient,
                    "timeout" => Failure::Timeout,
                    "throttled" => Failure::Throttled(ms(step.hint.expect("a hint"))),
                    "cancelled" => Failure::Cancelled,
                    _ => Failure::Permanent,
                };
                same!(&case.name, step.at, Answer::of(retries.failed(now, failure)), step.answer);
            } else {
                let answer = retries.attempt(now).map_err(StopReason::name);
                same!(&case.name, step.at, answer.ok(), step.attempt.map(ms));
                same!(&case.name, step.at, answer.err(), step.refused.as_deref());
            }
        }
    }
}

#[derive(Deserialize)]
struct FailuresCase {
    name: String,
    consecutive: u32,
    in_window: u32,
    window: u64,
    stable: u64,
    base: u64,
    cap: u64,
    steps: Vec<FailuresStep>,
}

#[derive(Deserialize)]
struct FailuresStep {
    at: u64,
    #[serde(default)]
    succeeded: bool,
    #[serde(flatten)]
    answer: Answer,
}

#[test]
fn failures_of_loops_by_hand() {
    let start = Instant::now();
    for case in vectors().failures {
        let limits = FailureLimits::new(FailureSettings {
            consecutive: case.consecutive,
            in_window: case.in_window,
            window: ms(case.window),
            stable: ms(case.stable),
            backoff: backoff(case.base, case.cap),
        });
        let mut handler = ErrorCountHandler::new(limits.expect("sound"));
        for step in case.steps {
            let now = start + ms(step.at);
            if step.succeeded {
                handler.succeeded(now);
            } else {
                same!(&case.name, step.at, Answer::of(handler.failed(now, Failure::Transient)), step.answer);
            }
        }
    }
}

#[derive(Deserialize)]
struct LivenessCase {
    name: String,
    interval: u64,
    probes: u32,
    steps: Vec<LivenessStep>,
}

#[derive(Deserialize)]
struct LivenessStep {
    at: u64,
    #[serde(default)]
    heard: bool,
    wait_until: Option<u64>,
    health: Option<String>,
}

#[test]
fn liveness() {
    let start = Instant::now();
    for case in vectors().liveness {
        let mut peer = Liveness::new(LivenessPolicy::new(ms(case.interval), case.probes).expect("sound"), start);
        for step in case.steps {
            let now = start + ms(step.at);
            if step.heard {
                peer.heard(now);
                continue;
            }
            let expected = match (step.wait_until, step.health.as_deref()) {
                (Some(until), _) => Health::Wait(start + ms(until)),
                (None, Some("ping")) => Health::Ping,
                _ => Health::Dead,
            };
            same!(&case.name, step.at, peer.check(now), expected);
        }
    }
}

#[derive(Deserialize)]
struct BreakerCase {
    name: String,
    failures: u32,
    base: u64,
    cap: u64,
    steps: Vec<BreakerStep>,
}

#[derive(Deserialize)]
struct BreakerStep {
    at: u64,
    tell: Option<String>,
    retry_after: Option<u64>,
}

#[test]
fn breakers() {
    let start = Instant::now();
    for case in vectors().breaker {
        let mut breaker = Breaker::new(BreakerPolicy::new(case.failures, backoff(case.base, case.cap)).expect("sound"));
        for step in case.steps {
            let now = start + ms(step.at);
            match step.tell.as_deref() {
                Some("failed") => breaker.failed(now),
                Some("abandoned") => breaker.abandoned(),
                Some(_) => breaker.succeeded(),
                None => same!(&case.name, step.at, breaker.admit(now).err(), step.retry_after.map(ms)),
            }
        }
    }
}

#[derive(Deserialize)]
struct LeasesCase {
    name: String,
    duration: u64,
    max_names: usize,
    takeovers: u32,
    window: u64,
    base: u64,
    cap: u64,
    steps: Vec<LeasesStep>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct LeasesStep {
    at: u64,
    claim: Option<String>,
    owner: String,
    renew: Option<String>,
    release: Option<String>,
    revoke: Option<String>,
    generation: Option<u64>,
    fenced: Option<u64>,
    until: Option<u64>,
    refused: Option<String>,
    after: Option<u64>,
    released: bool,
    ended: Vec<u64>,
}

impl LeasesStep {
    fn refusal(&self) -> Option<(&str, Option<Duration>)> {
        Some((self.refused.as_deref()?, self.after.map(ms)))
    }
}

fn shown(refused: Refused) -> (&'static str, Option<Duration>) {
    let after = match refused {
        Refused::Held { retry_after } | Refused::Flapping { retry_after } => Some(retry_after),
        Refused::Revoked { penalty } => Some(penalty),
        _ => None,
    };
    (refused.name(), after)
}

#[test]
fn leases() {
    let start = Instant::now();
    for case in vectors().leases {
        let mut leases = Leases::new(LeaseSettings {
            duration: ms(case.duration),
            max_names: case.max_names,
            takeovers: case.takeovers,
            window: ms(case.window),
            penalty: backoff(case.base, case.cap),
        })
        .expect("sound");
        for step in case.steps {
            let (at, now) = (step.at, start + ms(step.at));
            if let Some(name) = &step.claim {
                let answer = leases.claim(name.clone(), step.owner.clone(), now);
                same!(&case.name, at, answer.map(|claim| claim.generation).ok(), step.generation);
                same!(&case.name, at, answer.ok().and_then(|claim| claim.fenced), step.fenced);
                same!(&case.name, at, answer.err().map(shown), step.refusal());
            } else if let Some(name) = &step.renew {
                let answer = leases.renew(name, step.generation.expect("a generation"), now);
                same!(&case.name, at, answer.ok(), step.until.map(|until| start + ms(until)));
                same!(&case.name, at, answer.err().map(shown), step.refusal());
            } else if let Some(name) = &step.release {
                let answer = leases.release(name, step.generation.expect("a generation"));
                same!(&case.name, at, answer, step.released);
            } else if let Some(owner) = step.revoke {
                same!(&case.name, at, leases.revoke(owner), step.ended);
            }
        }
    }
}
