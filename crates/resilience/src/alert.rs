//! Alerts that speak once.
//!
//! What goes wrong goes wrong a thousand times. An alert is raised when something happened often enough within a window,
//! then not again for a while; the next one says how often it was held back.

use std::{collections::BTreeMap, time::Duration};

use tokio::time::Instant;

use crate::policy::{Check, DAY, InvalidPolicy};

/// What [`Alerts`] are built from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlertSettings {
    /// The event within the window that raises an alert: at least 1.
    pub threshold: u64,
    /// How long events count, from the first of them: more than zero, at most a day.
    pub window: Duration,
    /// The shortest time between two alerts of one key: at least the window, at most a day.
    pub repeat_after: Duration,
    /// The most keys at once, 1 to 10,000; beyond it, new keys share one count.
    pub max_keys: usize,
}

/// Something happened too often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert<Key> {
    /// What; nothing when it happened under more keys than are counted apart.
    pub key: Option<Key>,
    /// Events since the window began.
    pub count: u64,
    /// Alerts of this key that were held back since the last.
    pub held_back: u64,
}

/// Turns events into alerts.
///
/// **Bound**: one alert for each key and `repeat_after`; memory for `max_keys` keys, time linear in them when there are more.
///
/// ```
/// # use std::time::Duration;
/// # use unspin_resilience::*;
/// let mut alerts = Alerts::new(AlertSettings {
///     threshold: 3,
///     window: Duration::from_secs(10),
///     repeat_after: Duration::from_secs(60),
///     max_keys: 100,
/// })?;
/// let now = Instant::now();
/// let raised = (0..1000).filter_map(|_| alerts.observe(&"accept failed", now)).count();
/// assert_eq!(raised, 1);
/// # Ok::<(), InvalidPolicy>(())
/// ```
#[derive(Debug, Clone)]
pub struct Alerts<Key> {
    settings: AlertSettings,
    counts: BTreeMap<Key, Count>,
    rest: Option<Count>,
}

#[derive(Debug, Clone, Copy)]
struct Count {
    began: Instant,
    events: u64,
    raised: Option<Instant>,
    held_back: u64,
}

impl<Key: Ord + Clone> Alerts<Key> {
    /// Nothing happened yet.
    ///
    /// # Errors
    ///
    /// Names the setting that is out of its range.
    pub fn new(settings: AlertSettings) -> Result<Self, InvalidPolicy> {
        let AlertSettings { threshold, window, repeat_after, max_keys } = settings;
        let check = Check("Alerts");
        check.that(threshold >= 1, "threshold", threshold, "at least 1")?;
        check.that(!window.is_zero() && window <= DAY, "window", window, "more than zero, at most 24 hours")?;
        let range = format!("at least the window, {window:?}, at most 24 hours");
        check.that((window..=DAY).contains(&repeat_after), "repeat_after", repeat_after, range)?;
        check.that((1..=10_000).contains(&max_keys), "max_keys", max_keys, "1 to 10000")?;
        Ok(Self { settings, counts: BTreeMap::new(), rest: None })
    }

    /// Something happened; answers the alert that it raises.
    pub fn observe(&mut self, key: &Key, now: Instant) -> Option<Alert<Key>> {
        let fresh = Count { began: now, events: 0, raised: None, held_back: 0 };
        let settings = self.settings;
        if self.counts.len() >= settings.max_keys && !self.counts.contains_key(key) {
            self.counts.retain(|_, count| !count.is_over(&settings, now));
        }
        if self.counts.len() >= settings.max_keys && !self.counts.contains_key(key) {
            return self.rest.get_or_insert(fresh).observe(&settings, None, now);
        }
        self.counts.entry(key.clone()).or_insert(fresh).observe(&settings, Some(key), now)
    }
}

impl Count {
    fn observe<Key: Clone>(&mut self, settings: &AlertSettings, key: Option<&Key>, now: Instant) -> Option<Alert<Key>> {
        if now.saturating_duration_since(self.began) >= settings.window {
            self.began = now;
            self.events = 0;
        }
        self.events += 1;
        if self.events < settings.threshold {
            return None;
        }
        let is_repeated = self.raised.is_some_and(|at| now.saturating_duration_since(at) < settings.repeat_after);
        if is_repeated {
            // Each crossing of the threshold is one alert that nobody has to read.
            self.held_back += u64::from(self.events == settings.threshold);
            return None;
        }
        self.raised = Some(now);
        let held_back = std::mem::take(&mut self.held_back);
        Some(Alert { key: key.cloned(), count: self.events, held_back })
    }

    fn is_over(&self, settings: &AlertSettings, now: Instant) -> bool {
        let is_raised = self.raised.is_some_and(|at| now.saturating_duration_since(at) < settings.repeat_after);
        !is_raised && now.saturating_duration_since(self.began) >= settings.window
    }
}
