//! Counters of what this library is about, as Prometheus text.
//!
//! Labels are names from the program's own text (`&'static str`), so that no peer can make the number of series grow;
//! peers appear only as the worst offenders, of which a fixed number is known.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric, text::encode},
    metrics::{MetricType, counter::Counter, family::Family, gauge::ConstGauge},
    registry::{Metric, Registry},
};

use crate::{Failure, Offender, Offenders, StopReason, Verdict, policy::InvalidPolicy};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Operation {
    operation: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct GaveUp {
    operation: &'static str,
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Closed {
    reason: &'static str,
}

/// Timeouts, retries, give-ups, closes by reason and the worst offenders; with the feature `monitor` also each loop that is
/// [`monitored`](crate::monitored), with how often it tripped over what is looked for in it.
///
/// **Bound**: one series for each operation, reason or pair of them that the program names, at most six for each loop, and
/// `offenders` for peers; each call takes a short lock at most.
///
/// ```
/// # use unspin_resilience::Metrics;
/// let metrics = Metrics::new("demo", 10)?;
/// metrics.timed_out("read");
/// metrics.closed("peer-silent");
/// metrics.offended("192.0.2.7");
/// let text = metrics.text();
/// assert!(text.contains(r#"demo_timeouts_total{operation="read"} 1"#));
/// assert!(text.contains(r#"demo_closes_total{reason="peer-silent"} 1"#));
/// assert!(text.contains(r#"demo_offences{peer="192.0.2.7"} 1"#));
/// # Ok::<(), unspin_resilience::InvalidPolicy>(())
/// ```
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    timeouts: Family<Operation, Counter>,
    retries: Family<Operation, Counter>,
    give_ups: Family<GaveUp, Counter>,
    closes: Family<Closed, Counter>,
    offenders: SharedOffenders,
}

impl Metrics {
    /// All counts are zero; names begin with `prefix`, `offenders` peers are known.
    ///
    /// # Errors
    ///
    /// When `offenders` is not 1 to 1,024.
    pub fn new(prefix: &str, offenders: usize) -> Result<Self, InvalidPolicy> {
        let offenders = SharedOffenders(Arc::new(Mutex::new(Offenders::new(offenders)?)));
        let mut metrics = Self {
            registry: Registry::with_prefix(prefix),
            timeouts: Family::default(),
            retries: Family::default(),
            give_ups: Family::default(),
            closes: Family::default(),
            offenders: offenders.clone(),
        };
        metrics.register("timeouts", "Operations that took too long", metrics.timeouts.clone());
        metrics.register("retries", "Attempts after a failure", metrics.retries.clone());
        metrics.register("give_ups", "Operations that were given up, by reason", metrics.give_ups.clone());
        metrics.register("closes", "Connections that were closed, by reason", metrics.closes.clone());
        metrics.registry.register_collector(Box::new(offenders));
        #[cfg(feature = "monitor")]
        metrics.registry.register_collector(Box::new(Loops));
        Ok(metrics)
    }

    /// Adds a metric of the program's own.
    pub fn register(&mut self, name: &str, help: &str, metric: impl Metric) {
        self.registry.register(name, help, metric);
    }

    /// An operation took too long.
    pub fn timed_out(&self, operation: &'static str) {
        self.timeouts.get_or_create(&Operation { operation }).inc();
    }

    /// An operation is tried again.
    pub fn retried(&self, operation: &'static str) {
        self.retries.get_or_create(&Operation { operation }).inc();
    }

    /// An operation was given up.
    pub fn gave_up(&self, operation: &'static str, reason: StopReason) {
        self.give_ups.get_or_create(&GaveUp { operation, reason: reason.name() }).inc();
    }

    /// All that one failure and the verdict on it mean.
    pub fn failed(&self, operation: &'static str, failure: Failure, verdict: Verdict) {
        if failure == Failure::Timeout {
            self.timed_out(operation);
        }
        match verdict {
            Verdict::RetryAfter(_) => self.retried(operation),
            Verdict::Stop(reason) => self.gave_up(operation, reason),
        }
    }

    /// A connection was closed.
    pub fn closed(&self, reason: &'static str) {
        self.closes.get_or_create(&Closed { reason }).inc();
    }

    /// How many connections were closed for this reason.
    pub fn closes(&self, reason: &'static str) -> u64 {
        self.closes.get(&Closed { reason }).map_or(0, |count| count.get())
    }

    /// A peer misbehaved.
    pub fn offended(&self, peer: &str) {
        self.offenders.lock().record(&peer.to_owned());
    }

    /// The `most` worst offenders, worst first.
    pub fn worst(&self, most: usize) -> Vec<Offender<String>> {
        self.offenders.lock().worst(most)
    }

    /// All metrics in Prometheus' text format.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a string does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

#[derive(Debug, Clone)]
struct SharedOffenders(Arc<Mutex<Offenders<String>>>);

impl SharedOffenders {
    fn lock(&self) -> MutexGuard<'_, Offenders<String>> {
        // A panic while it is held cannot leave the counts half written.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Collector for SharedOffenders {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), fmt::Error> {
        let worst = self.lock().worst(usize::MAX);
        let mut family = encoder.encode_descriptor("offences", "Offences of the worst peers", None, MetricType::Gauge)?;
        for Offender { peer, count, .. } in worst {
            let gauge = ConstGauge::new(count.min(i64::MAX as u64).cast_signed());
            gauge.encode(family.encode_family(&[("peer", peer)])?)?;
        }
        Ok(())
    }
}

/// The loops of the whole program: they are no part of any one of its metrics.
#[cfg(feature = "monitor")]
#[derive(Debug)]
struct Loops;

#[cfg(feature = "monitor")]
impl Collector for Loops {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), fmt::Error> {
        use crate::monitor::{Trip, sites};
        use prometheus_client::metrics::counter::ConstCounter;

        let help = "How often a watched loop was found to do what it may not";
        let mut family = encoder.encode_descriptor("loop_trips", help, None, MetricType::Counter)?;
        for site in sites() {
            for trip in Trip::ALL.into_iter().filter(|trip| site.watches_for(*trip)) {
                let labels = [("loop", site.to_string()), ("trip", trip.name().to_owned())];
                ConstCounter::new(site.trips(trip)).encode(family.encode_family(&labels)?)?;
            }
        }
        Ok(())
    }
}
