//! What holds for all inputs: the bounds that the documentation gives, against the naive way to see them.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use proptest::prelude::*;
use unspin_resilience::{
    AlertSettings, Alerts, Backoff, Breaker, BreakerPolicy, BudgetSettings, ErrorCountHandler, Failure, FailureLimits,
    FailureSettings, Health, Instant, Jitter, LeaseSettings, Leases, LineBuffer, LinePolicy, LineSettings, LinesError,
    Liveness, LivenessPolicy, Offenders, RetryBudget, RetryPolicy, RetrySettings, StopReason, Verdict,
};

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn any_backoff() -> impl Strategy<Value = Backoff> {
    let jitter = prop_oneof![Just(Jitter::Full), Just(Jitter::Equal), Just(Jitter::None)];
    (1..5_000u64, 0..60_000u64, 1..=100u32, jitter).prop_map(|(base, more, factor, jitter)| {
        let backoff = Backoff::new(ms(base), ms(base + more)).expect("sound");
        backoff.with_factor(factor).expect("sound").with_jitter(jitter)
    })
}

fn any_failure() -> impl Strategy<Value = Failure> {
    prop_oneof![
        8 => Just(Failure::Transient),
        8 => Just(Failure::Timeout),
        4 => (0..10_000u64).prop_map(|hint| Failure::Throttled(ms(hint))),
        1 => Just(Failure::Permanent),
        1 => Just(Failure::Cancelled),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn delays_stay_within_their_bounds(backoff in any_backoff(), seed: u64, attempts in 1..200u32) {
        let mut total = Duration::ZERO;
        for (index, delay) in (0..attempts - 1).zip(backoff.delays_seeded(seed)) {
            prop_assert!(delay >= ms(1), "a delay of {delay:?} spins");
            prop_assert!(delay <= backoff.nominal(index));
            total += delay;
        }
        let nominal: Duration = (0..attempts - 1).map(|index| backoff.nominal(index)).sum();
        prop_assert_eq!(backoff.total_bound(attempts), nominal);
        prop_assert!(total <= nominal);
    }

    #[test]
    fn retries_stay_within_their_bounds(
        attempts in 1..20u32,
        attempt_timeout in 1..5_000u64,
        more in 0..20_000u64,
        backoff in any_backoff(),
        seed: u64,
        // How long each attempt takes in percent of what it may, and how it fails.
        course in prop::collection::vec((0..=100u32, any_failure()), 40),
    ) {
        let deadline = ms(attempt_timeout + more);
        let settings = RetrySettings { attempts, attempt_timeout: ms(attempt_timeout), deadline, backoff };
        let policy = RetryPolicy::new(settings).expect("sound");
        let start = Instant::now();
        let mut retries = policy.start(start).seeded(seed);
        let (mut now, mut made) = (start, 0);
        let mut stopped = None;
        for (percent, failure) in course {
            let limit = match retries.attempt(now) {
                Ok(limit) => limit,
                Err(reason) => { stopped = Some(reason); break }
            };
            made += 1;
            prop_assert!(now < start + deadline, "an attempt started at the deadline");
            prop_assert!(limit <= ms(attempt_timeout) && now + limit <= start + deadline);
            now += limit * percent / 100;
            match retries.failed(now, failure) {
                Verdict::Stop(reason) => { stopped = Some(reason); break }
                Verdict::RetryAfter(delay) => {
                    prop_assert!(!matches!(failure, Failure::Permanent | Failure::Cancelled));
                    prop_assert!(now + delay < start + deadline, "a delay crossed the deadline");
                    if let Failure::Throttled(least) = failure {
                        prop_assert!(delay >= least);
                    }
                    now += delay;
                }
            }
        }
        prop_assert!(stopped.is_some() && made <= attempts);
        prop_assert!(now <= start + policy.bound() || policy.bound() < deadline);
    }

    #[test]
    fn a_budget_bounds_the_sum_of_all_retries(
        ratio in 0.0..2.0f64,
        least in 0..5u32,
        // Pauses, and whether a call or a retry follows.
        course in prop::collection::vec((0..400u64, any::<bool>()), 1..300),
    ) {
        let window = Duration::from_secs(10);
        let budget = RetryBudget::new(BudgetSettings { ratio, least_per_second: least, window }).expect("sound");
        let (mut now, mut calls, mut retries) = (Instant::now(), Vec::new(), Vec::new());
        for (pause, is_call) in course {
            now += ms(pause);
            if is_call {
                budget.called(now);
                calls.push(now);
            } else if budget.withdraw(now) {
                retries.push(now);
                let within = |times: &[Instant], span: Duration| f64::from(times.iter().filter(|at| now - **at < span).count() as u32);
                let allowed = ratio * within(&calls, window) + f64::from(least) * 10.0;
                prop_assert!(within(&retries, window * 9 / 10) <= allowed + 1e-9);
            }
        }
    }

    #[test]
    fn failures_stop_when_counted_naively(
        consecutive in 1..6u32,
        more in 0..6u32,
        window in 1_000..20_000u64,
        stable in 0..1_000u64,
        course in prop::collection::vec((0..3_000u64, any::<bool>()), 1..100),
    ) {
        let in_window = consecutive + more;
        let backoff = Backoff::new(ms(1), ms(10)).expect("sound");
        let settings = FailureSettings { consecutive, in_window, window: ms(window), stable: ms(stable), backoff };
        let mut handler = ErrorCountHandler::new(FailureLimits::new(settings).expect("sound"));
        let (mut now, mut row, mut good, mut failures) = (Instant::now(), 0, None, Vec::new());
        for (pause, is_failure) in course {
            now += ms(pause);
            let has_been_good = |good: Option<Instant>| good.is_some_and(|since| now - since >= ms(stable));
            if !is_failure {
                handler.succeeded(now);
                good = good.or(Some(now));
                row = if has_been_good(good) { 0 } else { row };
                continue;
            }
            row = if has_been_good(good) { 1 } else { row + 1 };
            good = None;
            failures.push(now);
            let recent = failures.iter().filter(|at| now - **at < ms(window)).count();
            let verdict = handler.failed(now, Failure::Transient);
            if row >= consecutive {
                prop_assert_eq!(verdict, Verdict::Stop(StopReason::Consecutive));
                break;
            } else if recent >= in_window as usize {
                prop_assert_eq!(verdict, Verdict::Stop(StopReason::TooOften));
                break;
            }
            prop_assert!(matches!(verdict, Verdict::RetryAfter(_)));
        }
    }

    #[test]
    fn a_peer_is_dead_when_it_was_silent_for_the_bound_and_not_before(
        interval in 10..5_000u64,
        probes in 1..6u32,
        course in prop::collection::vec((0..6_000u64, any::<bool>()), 1..60),
    ) {
        let policy = LivenessPolicy::new(ms(interval), probes).expect("sound");
        let start = Instant::now();
        let mut peer = Liveness::new(policy, start);
        let (mut now, mut last, mut pings) = (start, start, 0);
        for (pause, is_heard) in course {
            now += ms(pause);
            if is_heard {
                peer.heard(now);
                (last, pings) = (now, 0);
                continue;
            }
            match peer.check(now) {
                Health::Dead => {
                    prop_assert!(now - last >= policy.bound());
                    return Ok(());
                }
                Health::Ping => {
                    pings += 1;
                    prop_assert!(now - last >= ms(interval) && pings <= probes);
                }
                Health::Wait(until) => {
                    prop_assert!(now < until && until <= last + policy.bound());
                    prop_assert!(!matches!(peer.clone().check(until), Health::Wait(_)));
                }
            }
            prop_assert!(now - last < policy.bound(), "silent for the bound and not dead");
        }
    }

    #[test]
    fn a_breaker_leaves_the_peer_alone(
        failures in 1..5u32,
        open in any_backoff(),
        course in prop::collection::vec((0..2_000u64, 0..4u8), 1..100),
    ) {
        let mut breaker = Breaker::new(BreakerPolicy::new(failures, open).expect("sound"));
        let (mut now, mut row, mut under_way, mut refused_until) = (Instant::now(), 0, 0, None);
        for (pause, act) in course {
            now += ms(pause);
            if act == 0 || under_way == 0 {
                match breaker.admit(now) {
                    Ok(()) => {
                        prop_assert!(refused_until.is_none_or(|until| now >= until), "admitted while open");
                        prop_assert!(row < failures || under_way == 0, "two trials at once");
                        under_way += 1;
                    }
                    Err(after) => {
                        prop_assert!(row >= failures && after <= open.nominal(u32::MAX));
                        refused_until = Some(now + after);
                    }
                }
                continue;
            }
            // One attempt at a time ends here, so that the naive count of a row is right.
            under_way -= 1;
            match act {
                1 => { breaker.failed(now); row += 1; refused_until = None; }
                2 => { breaker.succeeded(); row = 0; refused_until = None; }
                _ => breaker.abandoned(),
            }
            if under_way > 0 {
                return Ok(());
            }
        }
    }

    #[test]
    fn lines_do_not_depend_on_how_the_bytes_come(
        max_length in 1..40usize,
        text in prop::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), Just(b'a'), any::<u8>()], 0..400),
        cuts in prop::collection::vec(1..60usize, 1..400),
    ) {
        let (lines, error) = naive_lines(&text, max_length);
        let policy = LineSettings { max_length, patience: ms(1), min_rate: 1 };
        let mut buffer = LineBuffer::new(LinePolicy::new(policy).expect("sound"));
        let (mut rest, mut cuts, now) = (&text[..], cuts.into_iter().cycle(), Instant::now());
        let mut read = Vec::new();
        let is_too_long = 'read: loop {
            loop {
                match buffer.line() {
                    Ok(Some(line)) => read.push(buffer.text(line).to_vec()),
                    Ok(None) => break,
                    Err(LinesError::TooLong { .. }) => break 'read true,
                    Err(other) => panic!("{other}"),
                }
            }
            if rest.is_empty() {
                break false;
            }
            let cut = cuts.next().unwrap_or(1).min(rest.len());
            let taken = buffer.push(&rest[..cut], now);
            prop_assert!(taken > 0, "no space and no line");
            prop_assert!(buffer.capacity() <= max_length + 2);
            rest = &rest[taken..];
        };
        prop_assert_eq!(read, lines);
        prop_assert_eq!(is_too_long, error);
    }

    #[test]
    fn a_name_has_one_holder(
        takeovers in 1..4u32,
        course in prop::collection::vec((0..800u64, 0..8u8, 0..3u8, 0..3u8), 1..200),
    ) {
        let (duration, window) = (ms(2_000), ms(10_000));
        let penalty = Backoff::new(ms(1), ms(10)).expect("sound");
        let settings = LeaseSettings { duration, max_names: 2, takeovers, window, penalty };
        let mut leases = Leases::new(settings).expect("sound");
        let mut now = Instant::now();
        // Of each name: owner, generation and end. Of all: what was fenced or given back.
        let mut held: BTreeMap<u8, (u8, u64, Instant)> = BTreeMap::new();
        let (mut newest, mut over, mut ran_out, mut revoked) = (0, Vec::new(), Vec::new(), BTreeSet::new());
        for (pause, act, name, owner) in course {
            now += ms(pause);
            held.retain(|name, (_, generation, until)| {
                let lasts = *until > now;
                if !lasts { ran_out.push((*name, *generation)); }
                lasts
            });
            match act {
                0..4 => {
                    let before = held.get(&name).copied();
                    let Ok(claim) = leases.claim(name, owner, now) else {
                        // A free name is refused only to who was revoked, or when there are too many.
                        prop_assert!(before.is_some() || revoked.contains(&owner) || held.len() >= 2);
                        continue;
                    };
                    prop_assert!(claim.generation > newest && claim.until == now + duration);
                    prop_assert!(!revoked.contains(&owner));
                    prop_assert!(before.is_none_or(|(holder, ..)| holder == owner), "taken from another owner");
                    prop_assert_eq!(claim.fenced, before.map(|(_, generation, _)| generation));
                    over.extend(claim.fenced.map(|generation| (name, generation)));
                    newest = claim.generation;
                    held.insert(name, (owner, claim.generation, claim.until));
                    prop_assert!(held.len() <= 2);
                }
                4..6 => if let Some((_, generation, until)) = held.get_mut(&name) {
                    prop_assert_eq!(leases.renew(&name, *generation, now), Ok(now + duration));
                    *until = now + duration;
                },
                6 => if let Some((_, generation, _)) = held.remove(&name) {
                    prop_assert!(leases.release(&name, generation));
                    over.push((name, generation));
                },
                _ => if owner == 2 {
                    let ended: Vec<_> = held.iter().filter(|(_, (holder, ..))| *holder == owner).map(|(name, it)| (*name, it.1)).collect();
                    held.retain(|_, (holder, ..)| *holder != owner);
                    let answer: BTreeSet<_> = leases.revoke(owner).into_iter().collect();
                    prop_assert!(ended.iter().all(|(_, generation)| answer.contains(generation)));
                    over.extend(ended);
                    revoked.insert(owner);
                },
            }
            for (name, generation) in over.iter().chain(&ran_out) {
                prop_assert!(!leases.holds(name, *generation, now), "a fenced generation holds its name");
                prop_assert!(leases.renew(name, *generation, now).is_err());
            }
            for (name, generation) in &over {
                prop_assert!(!leases.release(name, *generation), "a fenced generation gave the name away");
            }
        }
    }

    #[test]
    fn the_worst_are_known(capacity in 1..20usize, offences in prop::collection::vec(0..40u8, 0..600)) {
        let mut offenders = Offenders::new(capacity).expect("sound");
        let mut counts: BTreeMap<u8, u64> = BTreeMap::new();
        for peer in &offences {
            offenders.record(peer);
            *counts.entry(*peer).or_default() += 1;
        }
        let worst = offenders.worst(usize::MAX);
        prop_assert!(worst.len() <= capacity && worst.is_sorted_by(|a, b| a.count >= b.count));
        for known in &worst {
            let truth = counts[&known.peer];
            prop_assert!(known.count - known.error <= truth && truth <= known.count);
        }
        for (peer, count) in counts {
            let is_known = worst.iter().any(|known| known.peer == peer);
            prop_assert!(is_known || count * capacity as u64 <= offences.len() as u64, "{peer} is missing");
        }
    }

    #[test]
    fn an_alert_speaks_once(
        threshold in 1..5u64,
        course in prop::collection::vec((0..400u64, 0..6u8), 1..300),
    ) {
        let repeat_after = ms(5_000);
        let settings = AlertSettings { threshold, window: ms(1_000), repeat_after, max_keys: 4 };
        let mut alerts = Alerts::new(settings).expect("sound");
        let mut now = Instant::now();
        let (mut events, mut raised): (BTreeMap<u8, Vec<Instant>>, BTreeMap<Option<u8>, Instant>) = Default::default();
        for (pause, key) in course {
            now += ms(pause);
            events.entry(key).or_default().push(now);
            if let Some(alert) = alerts.observe(&key, now) {
                let last = raised.insert(alert.key, now);
                prop_assert!(last.is_none_or(|at| now - at >= repeat_after), "{alert:?} was raised again");
                let recent = events.values().flatten().filter(|at| now - **at < ms(1_000)).count() as u64;
                prop_assert!(alert.count >= threshold && alert.count <= recent);
            }
        }
    }
}

#[test]
fn a_connection_that_waits_holds_a_small_buffer() {
    let policy = LineSettings { max_length: 1 << 20, patience: ms(1), min_rate: 1 };
    let mut buffer = LineBuffer::new(LinePolicy::new(policy).expect("sound"));
    let mut take = |line: &[u8]| {
        let (mut rest, mut taken) = (line, 0);
        while taken == 0 {
            rest = &rest[buffer.push(rest, Instant::now())..];
            taken = buffer.line().expect("short enough").map_or(0, |range| buffer.text(range).len());
        }
        (taken, buffer.capacity())
    };
    let (length, capacity) = take(&[vec![b'x'; 1 << 20], b"\n".to_vec()].concat());
    assert!(length == 1 << 20 && capacity >= length);
    // The first small read still goes into the large buffer, which is given up for the next.
    take(b"ping\n");
    assert_eq!(take(b"ping\n"), (4, 256));
}

/// The lines before the first that is too long, and whether there is one.
fn naive_lines(text: &[u8], max_length: usize) -> (Vec<Vec<u8>>, bool) {
    let mut lines = Vec::new();
    let mut pieces = text.split(|byte| *byte == b'\n').peekable();
    while let Some(piece) = pieces.next() {
        let is_whole = pieces.peek().is_some();
        let content = piece.strip_suffix(b"\r").unwrap_or(piece);
        if content.len() > max_length {
            return (lines, true);
        }
        if is_whole {
            lines.push(content.to_vec());
        }
    }
    (lines, false)
}
