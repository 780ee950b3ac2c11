//! One owner for each name.
//!
//! A server that hands out a port or a name to a client has to take it back when the client dies, and give it at once to
//! the same client when it returns: waiting for the old connection to be found dead is what makes tunnels flap. Each
//! holder gets a *generation*; what an old generation does is refused, so that a holder that was taken over and does not
//! know it yet cannot harm the new one. See Kleppmann, "How to do distributed locking", on fencing.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    time::Duration,
};

use tokio::time::Instant;

use crate::{
    Backoff,
    policy::{Check, DAY, InvalidPolicy},
};

/// What [`Leases`] are built from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaseSettings {
    /// How long a lease lasts after its last renewal: 10 ms to a day.
    pub duration: Duration,
    /// The most names at once: at least 1.
    pub max_names: usize,
    /// How often one name may be taken over by its own owner within the window: 1 to 1,000.
    pub takeovers: u32,
    /// How far back takeovers count: more than zero, at most a day.
    pub window: Duration,
    /// How long to make a revoked owner wait for its refusal, longer each time.
    pub penalty: Backoff,
}

/// A lease that was granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// Greater than that of every earlier lease of any name; show it with each use of the name.
    pub generation: u64,
    /// When the lease ends unless it is renewed.
    pub until: Instant,
    /// The generation of the same owner that was taken over, whose connection is to be closed.
    pub fenced: Option<u64>,
}

/// Why a name is not granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refused {
    /// Another owner holds the name; its lease ends after this long unless it is renewed.
    Held {
        /// When to ask again.
        retry_after: Duration,
    },
    /// The owner took over from itself too often: two of it are alive.
    Flapping {
        /// When to ask again.
        retry_after: Duration,
    },
    /// The owner was revoked, for good. The answer should be held back for the penalty.
    Revoked {
        /// How long to hold back the answer.
        penalty: Duration,
    },
    /// As many names as allowed are held.
    Full,
    /// The generation does not hold the name: it was taken over, released, revoked or ran out.
    Fenced,
}

impl Refused {
    /// A short name, for logs and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Held { .. } => "held",
            Self::Flapping { .. } => "flapping",
            Self::Revoked { .. } => "revoked",
            Self::Full => "full",
            Self::Fenced => "fenced",
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Held { retry_after } => write!(out, "another owner holds the name; ask again in {retry_after:?}"),
            Self::Flapping { retry_after } => {
                write!(out, "the name changed hands too often, is its owner running twice? Ask again in {retry_after:?}")
            }
            Self::Revoked { .. } => out.write_str("the owner was revoked; asking again is of no use"),
            Self::Full => out.write_str("no further name can be held"),
            Self::Fenced => out.write_str("the lease is no longer held"),
        }
    }
}

impl std::error::Error for Refused {}

/// Names and who holds them.
///
/// **Bound**: another owner waits at most `duration` after the last renewal; the same owner takes over at once, at most
/// `takeovers` times within the window; memory for `max_names` names, `takeovers` times each, and the owners that were revoked.
/// **Cancel**: a holder that goes away without [`release`](Self::release) holds the name until its lease ends.
/// **On give-up**: [`Refused`]; a client asks again after `retry_after`, and never after [`Refused::Revoked`].
///
/// ```
/// # use std::time::Duration;
/// # use unspin_resilience::*;
/// let mut leases = Leases::new(LeaseSettings {
///     duration: Duration::from_secs(9),
///     max_names: 100,
///     takeovers: 5,
///     window: Duration::from_secs(60),
///     penalty: Backoff::new(Duration::from_secs(1), Duration::from_secs(30))?,
/// })?;
/// let now = Instant::now();
/// let first = leases.claim("port 2201", "alice", now)?;
/// assert!(matches!(leases.claim("port 2201", "bob", now), Err(Refused::Held { .. })));
/// let second = leases.claim("port 2201", "alice", now)?;
/// assert_eq!(second.fenced, Some(first.generation));
/// assert_eq!(leases.renew(&"port 2201", first.generation, now), Err(Refused::Fenced));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Leases<Name, Owner> {
    settings: LeaseSettings,
    generation: u64,
    held: BTreeMap<Name, Lease<Owner>>,
    /// How often each revoked owner was refused since.
    revoked: BTreeMap<Owner, u32>,
}

#[derive(Debug)]
struct Lease<Owner> {
    owner: Owner,
    generation: u64,
    until: Instant,
    takeovers: VecDeque<Instant>,
}

impl<Name: Ord, Owner: Ord> Leases<Name, Owner> {
    /// No name is held.
    ///
    /// # Errors
    ///
    /// Names the setting that is out of its range.
    pub fn new(settings: LeaseSettings) -> Result<Self, InvalidPolicy> {
        let LeaseSettings { duration, max_names, takeovers, window, .. } = settings;
        let check = Check("Leases");
        let range = Duration::from_millis(10)..=DAY;
        check.that(range.contains(&duration), "duration", duration, "10ms to 24 hours")?;
        check.that(max_names >= 1, "max_names", max_names, "at least 1")?;
        check.that((1..=1000).contains(&takeovers), "takeovers", takeovers, "1 to 1000")?;
        check.that(!window.is_zero() && window <= DAY, "window", window, "more than zero, at most 24 hours")?;
        Ok(Self { settings, generation: 0, held: BTreeMap::new(), revoked: BTreeMap::new() })
    }

    /// Asks for a name.
    ///
    /// # Errors
    ///
    /// [`Refused`] says whether and when to ask again.
    pub fn claim(&mut self, name: Name, owner: Owner, now: Instant) -> Result<Claim, Refused> {
        self.admits(&owner)?;
        if self.held.len() >= self.settings.max_names {
            self.held.retain(|_, lease| lease.until > now);
        }
        let is_full = self.held.len() >= self.settings.max_names && !self.held.contains_key(&name);
        let (takeovers, fenced) = match self.held.get_mut(&name).filter(|lease| lease.until > now) {
            None if is_full => return Err(Refused::Full),
            None => (VecDeque::new(), None),
            Some(lease) if lease.owner != owner => {
                return Err(Refused::Held { retry_after: lease.until.saturating_duration_since(now) });
            }
            Some(lease) => (lease.take_over(&self.settings, now)?, Some(lease.generation)),
        };
        self.generation += 1;
        let (generation, until) = (self.generation, now + self.settings.duration);
        self.held.insert(name, Lease { owner, generation, until, takeovers });
        Ok(Claim { generation, until, fenced })
    }

    /// Whether the owner was not revoked: ask when it connects, before it claims anything.
    ///
    /// # Errors
    ///
    /// [`Refused::Revoked`] with a penalty that grows each time.
    pub fn admits(&mut self, owner: &Owner) -> Result<(), Refused> {
        let Some(refusals) = self.revoked.get_mut(owner) else { return Ok(()) };
        let penalty = self.settings.penalty.nominal(*refusals);
        *refusals = refusals.saturating_add(1);
        Err(Refused::Revoked { penalty })
    }

    /// Prolongs a lease and answers when it ends now.
    ///
    /// # Errors
    ///
    /// [`Refused::Fenced`] when the generation does not hold the name any more.
    pub fn renew(&mut self, name: &Name, generation: u64, now: Instant) -> Result<Instant, Refused> {
        let until = now + self.settings.duration;
        match self.held.get_mut(name) {
            Some(lease) if lease.generation == generation && lease.until > now => {
                lease.until = until;
                Ok(until)
            }
            _ => Err(Refused::Fenced),
        }
    }

    /// Gives a name back; `false` when it was taken over, released or revoked before, and nothing changed.
    pub fn release(&mut self, name: &Name, generation: u64) -> bool {
        let holds = self.held.get(name).is_some_and(|lease| lease.generation == generation);
        if holds {
            self.held.remove(name);
        }
        holds
    }

    /// Refuses an owner for good and answers the generations that it held, whose connections are to be closed.
    pub fn revoke(&mut self, owner: Owner) -> Vec<u64> {
        let generations = self.held.values().filter(|lease| lease.owner == owner).map(|lease| lease.generation).collect();
        self.held.retain(|_, lease| lease.owner != owner);
        self.revoked.entry(owner).or_insert(0);
        generations
    }

    /// Whether the generation holds the name: ask before each use.
    pub fn holds(&self, name: &Name, generation: u64, now: Instant) -> bool {
        self.held.get(name).is_some_and(|lease| lease.generation == generation && lease.until > now)
    }

    /// Who holds the name.
    pub fn owner(&self, name: &Name, now: Instant) -> Option<&Owner> {
        self.held.get(name).filter(|lease| lease.until > now).map(|lease| &lease.owner)
    }

    /// How many names are held, those that ran out and were not asked for since included.
    pub fn len(&self) -> usize {
        self.held.len()
    }

    /// Whether no name is held.
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }
}

impl<Owner> Lease<Owner> {
    /// The times of takeovers with this one, unless there were too many.
    fn take_over(&mut self, settings: &LeaseSettings, now: Instant) -> Result<VecDeque<Instant>, Refused> {
        self.takeovers.retain(|at| now.saturating_duration_since(*at) < settings.window);
        if self.takeovers.len() >= settings.takeovers as usize
            && let Some(oldest) = self.takeovers.front()
        {
            let retry_after = (*oldest + settings.window).saturating_duration_since(now);
            return Err(Refused::Flapping { retry_after });
        }
        let mut takeovers = std::mem::take(&mut self.takeovers);
        takeovers.push_back(now);
        Ok(takeovers)
    }
}
