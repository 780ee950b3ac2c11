//! Connecting without a storm.
//!
//! When a peer returns, all its clients want to connect at once, each from several tasks. A gate lets a fixed number of
//! attempts be in flight in this process and one for each destination, gives each a timeout, and leaves a destination
//! alone that keeps failing.

mod probe;

use std::{
    collections::BTreeMap,
    fmt,
    future::Future,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::Semaphore,
    time::{Instant, timeout},
};

pub use self::probe::{Reach, answer_probes, probe};
use crate::{
    Breaker, BreakerPolicy, Classify, Failure,
    policy::{Check, DAY, InvalidPolicy},
};

/// What a [`ConnectGate`] is built from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GateSettings {
    /// The most attempts in flight: 1 to 10,000.
    pub in_flight: usize,
    /// The longest that one attempt may take, and that it may wait for its turn: more than zero, at most an hour.
    pub timeout: Duration,
    /// The most destinations that are remembered: at least `in_flight`.
    pub max_destinations: usize,
    /// When a destination is left alone.
    pub breaker: BreakerPolicy,
    /// How often to connect without an answer to a probe, where probes are used: more than zero, at most a day.
    pub blind_interval: Duration,
}

/// Why there is no connection.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum GateError<E> {
    /// Another attempt at the same destination is in flight.
    Busy,
    /// No turn came in time, or as many destinations as allowed are remembered.
    Full,
    /// The destination kept failing.
    Open {
        /// When to ask again.
        retry_after: Duration,
    },
    /// The destination does not answer probes, and one attempt was made in spite of that not long ago.
    Unreachable {
        /// When to ask again.
        retry_after: Duration,
    },
    /// The attempt took too long.
    Timeout,
    /// The attempt failed.
    Failed(E),
}

impl<E: fmt::Display> fmt::Display for GateError<E> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy => out.write_str("another attempt at this destination is in flight"),
            Self::Full => out.write_str("too many attempts are in flight"),
            Self::Open { retry_after } => write!(out, "the destination kept failing; ask again in {retry_after:?}"),
            Self::Unreachable { retry_after } => {
                write!(out, "the destination does not answer probes; ask again in {retry_after:?}")
            }
            Self::Timeout => out.write_str("the attempt took too long"),
            Self::Failed(error) => write!(out, "the attempt failed: {error}"),
        }
    }
}

impl<E: std::error::Error + 'static> std::error::Error for GateError<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Failed(error) => Some(error),
            _ => None,
        }
    }
}

/// So that a gate within a retry waits as long as the gate asks for.
impl<E: Classify> Classify for GateError<E> {
    fn classify(&self) -> Failure {
        match self {
            Self::Busy | Self::Full => Failure::Transient,
            Self::Open { retry_after } | Self::Unreachable { retry_after } => Failure::Throttled(*retry_after),
            Self::Timeout => Failure::Timeout,
            Self::Failed(error) => error.classify(),
        }
    }
}

/// Lets connection attempts through.
///
/// **Bound**: at most `in_flight` attempts at once and one for each destination; a call takes at most `2 × timeout`, its wait
/// included; memory for `max_destinations`.
/// **Cancel**: dropping the future drops the attempt and gives the turn to the next; it does not count as a failure.
/// **On give-up**: [`GateError`].
///
/// ```
/// # use std::{io, net::SocketAddr, time::Duration};
/// # use unspin_resilience::*;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let gate = ConnectGate::new(GateSettings {
///     in_flight: 16,
///     timeout: Duration::from_secs(3),
///     max_destinations: 1000,
///     breaker: BreakerPolicy::new(3, Backoff::new(Duration::from_secs(1), Duration::from_secs(60))?)?,
///     blind_interval: Duration::from_secs(300),
/// })?;
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
/// let peer = listener.local_addr()?;
/// let stream = gate.connect(&peer, tokio::net::TcpStream::connect(peer)).await?;
/// assert_eq!(stream.peer_addr()?, peer);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct ConnectGate<Destination> {
    settings: GateSettings,
    turns: Semaphore,
    destinations: Mutex<BTreeMap<Destination, Record>>,
}

#[derive(Debug)]
struct Record {
    breaker: Breaker,
    is_busy: bool,
    /// When an attempt was last made without an answer to a probe.
    blind: Option<Instant>,
}

impl<Destination: Ord + Clone> ConnectGate<Destination> {
    /// A gate that knows no destination yet.
    ///
    /// # Errors
    ///
    /// Names the setting that is out of its range.
    pub fn new(settings: GateSettings) -> Result<Self, InvalidPolicy> {
        let GateSettings { in_flight, timeout, max_destinations, blind_interval, .. } = settings;
        let check = Check("ConnectGate");
        check.that((1..=10_000).contains(&in_flight), "in_flight", in_flight, "1 to 10000")?;
        let is_short = !timeout.is_zero() && timeout <= Duration::from_hours(1);
        check.that(is_short, "timeout", timeout, "more than zero, at most 1 hour")?;
        let least = format!("at least `in_flight`, {in_flight}");
        check.that(max_destinations >= in_flight, "max_destinations", max_destinations, least)?;
        let is_sound = !blind_interval.is_zero() && blind_interval <= DAY;
        check.that(is_sound, "blind_interval", blind_interval, "more than zero, at most 24 hours")?;
        Ok(Self { settings, turns: Semaphore::new(in_flight), destinations: Mutex::default() })
    }

    /// Runs `attempt` when its turn comes.
    ///
    /// # Errors
    ///
    /// [`GateError`] when it was not let through, took too long or failed.
    pub async fn connect<T, E>(
        &self,
        destination: &Destination,
        attempt: impl Future<Output = Result<T, E>>,
    ) -> Result<T, GateError<E>> {
        self.connect_if_reached(destination, std::future::ready(Reach::Answered), attempt).await
    }

    /// As [`connect`](Self::connect), and asks with a cheap probe first whether the destination is there at all: usually
    /// [`probe`]. A destination that does not answer is tried in spite of that once for each `blind_interval`, since
    /// datagrams are blocked in some networks.
    ///
    /// # Errors
    ///
    /// [`GateError`] when it was not let through, took too long or failed.
    pub async fn connect_if_reached<T, E>(
        &self,
        destination: &Destination,
        probe: impl Future<Output = Reach>,
        attempt: impl Future<Output = Result<T, E>>,
    ) -> Result<T, GateError<E>> {
        let mut visit = self.enter(destination)?;
        let limit = self.settings.timeout;
        let Ok(Ok(_turn)) = timeout(limit, self.turns.acquire()).await else { return Err(GateError::Full) };
        let run = async {
            if probe.await == Reach::Silent {
                self.go_blind(destination, Instant::now())?;
            }
            attempt.await.map_err(GateError::Failed)
        };
        let result = timeout(limit, run).await.unwrap_or(Err(GateError::Timeout));
        visit.outcome = match &result {
            Ok(_) => Outcome::Succeeded,
            Err(GateError::Failed(_) | GateError::Timeout) => Outcome::Failed,
            Err(_) => Outcome::Abandoned,
        };
        result
    }

    fn enter<'gate, E>(&'gate self, destination: &'gate Destination) -> Result<Visit<'gate, Destination>, GateError<E>> {
        let now = Instant::now();
        let mut destinations = self.destinations();
        if destinations.len() >= self.settings.max_destinations && !destinations.contains_key(destination) {
            destinations.retain(|_, record| !record.is_over(&self.settings, now));
            if destinations.len() >= self.settings.max_destinations {
                return Err(GateError::Full);
            }
        }
        let record = destinations.entry(destination.clone()).or_insert_with(|| Record {
            breaker: Breaker::new(self.settings.breaker),
            is_busy: false,
            blind: None,
        });
        if record.is_busy {
            return Err(GateError::Busy);
        }
        record.breaker.admit(now).map_err(|retry_after| GateError::Open { retry_after })?;
        record.is_busy = true;
        Ok(Visit { gate: self, destination, outcome: Outcome::Abandoned })
    }

    fn go_blind<E>(&self, destination: &Destination, now: Instant) -> Result<(), GateError<E>> {
        let interval = self.settings.blind_interval;
        let mut destinations = self.destinations();
        let Some(record) = destinations.get_mut(destination) else { return Ok(()) };
        let waited = record.blind.map(|last| now.saturating_duration_since(last));
        if let Some(waited) = waited.filter(|waited| *waited < interval) {
            return Err(GateError::Unreachable { retry_after: interval.saturating_sub(waited) });
        }
        record.blind = Some(now);
        Ok(())
    }

    /// How many destinations are remembered.
    pub fn remembered(&self) -> usize {
        self.destinations().len()
    }
}

impl<Destination> ConnectGate<Destination> {
    fn destinations(&self) -> MutexGuard<'_, BTreeMap<Destination, Record>> {
        // A panic while it is held cannot leave a record half written.
        self.destinations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Record {
    /// Whether forgetting it changes nothing but the length of the next opening.
    fn is_over(&self, settings: &GateSettings, now: Instant) -> bool {
        let is_blind = self.blind.is_some_and(|last| now.saturating_duration_since(last) < settings.blind_interval);
        !self.is_busy && !is_blind && !self.breaker.is_open(now)
    }
}

enum Outcome {
    Succeeded,
    Failed,
    Abandoned,
}

/// An attempt in flight; tells the record how it ended also when it is dropped.
struct Visit<'gate, Destination: Ord> {
    gate: &'gate ConnectGate<Destination>,
    destination: &'gate Destination,
    outcome: Outcome,
}

impl<Destination: Ord> Drop for Visit<'_, Destination> {
    fn drop(&mut self) {
        let now = Instant::now();
        let mut destinations = self.gate.destinations();
        let Some(record) = destinations.get_mut(self.destination) else { return };
        record.is_busy = false;
        match self.outcome {
            Outcome::Failed => record.breaker.failed(now),
            Outcome::Abandoned => record.breaker.abandoned(),
            Outcome::Succeeded => {
                record.breaker.succeeded();
                if record.is_over(&self.gate.settings, now) {
                    destinations.remove(self.destination);
                }
            }
        }
    }
}
