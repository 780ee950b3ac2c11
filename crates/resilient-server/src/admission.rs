//! Who may come in: connections that have not shaken hands are counted apart from sessions.
//!
//! Between two marks newcomers are dropped at random, with a chance that grows to one (early random drop, as `MaxStartups` of
//! OpenSSH): a flood of connects takes the places of the flood rather than those of everybody who comes after it.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::settings::Settings;

/// The places.
#[derive(Debug)]
pub(crate) struct Admission {
    handshakes: Arc<Semaphore>,
    handshakes_max: usize,
    handshakes_free: usize,
    sessions: Arc<Semaphore>,
}

/// A place, free again when it is dropped.
pub(crate) type Place = OwnedSemaphorePermit;

impl Admission {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            handshakes: Arc::new(Semaphore::new(settings.handshakes_max)),
            handshakes_max: settings.handshakes_max,
            handshakes_free: settings.handshakes_free,
            sessions: Arc::new(Semaphore::new(settings.sessions_max)),
        }
    }

    /// A place for a connection that was accepted, unless there is none or the dice (0 to 1) are against it.
    pub(crate) fn handshake(&self, dice: f64) -> Option<Place> {
        let taken = self.handshakes_max - self.handshakes.available_permits();
        if dice < drop_chance(taken, self.handshakes_free, self.handshakes_max) {
            return None;
        }
        Arc::clone(&self.handshakes).try_acquire_owned().ok()
    }

    /// A place for a session.
    pub(crate) fn session(&self) -> Option<Place> {
        Arc::clone(&self.sessions).try_acquire_owned().ok()
    }

    pub(crate) fn handshakes(&self) -> usize {
        self.handshakes_max - self.handshakes.available_permits()
    }
}

/// The chance to be dropped: 0 below `free`, 0.3 at `free`, 1 at `max`.
fn drop_chance(taken: usize, free: usize, max: usize) -> f64 {
    if taken < free {
        return 0.0;
    }
    if taken >= max {
        return 1.0;
    }
    let share = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    0.3 + 0.7 * share(taken - free) / share(max - free)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chance_grows_from_the_first_mark_to_the_second() {
        assert!(drop_chance(49, 50, 100) <= 0.0);
        assert!((drop_chance(50, 50, 100) - 0.3).abs() < 1e-9);
        assert!(drop_chance(75, 50, 100) > drop_chance(60, 50, 100));
        assert!(drop_chance(100, 50, 100) >= 1.0);
    }

    #[test]
    fn places_are_limited_and_come_back() {
        let settings = Settings { handshakes_max: 2, handshakes_free: 2, ..Settings::default() };
        let admission = Admission::new(&settings);
        let (first, second) = (admission.handshake(0.5), admission.handshake(0.5));
        assert!(first.is_some() && second.is_some());
        assert!(admission.handshake(0.5).is_none());
        drop(first);
        assert!(admission.handshake(0.5).is_some());
    }
}
