//! The peers that misbehave most, in bounded memory.
//!
//! The Space-Saving algorithm: Metwally, Agrawal, El Abbadi, "Efficient Computation of Frequent and Top-k Elements in Data
//! Streams", 2005. A counter for each peer would let an attacker with many addresses take all memory.

use std::collections::BTreeMap;

use crate::policy::{Check, InvalidPolicy};

/// One of the worst.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offender<Peer> {
    /// Who.
    pub peer: Peer,
    /// How often, at most.
    pub count: u64,
    /// How much of `count` may belong to peers that were forgotten.
    pub error: u64,
}

/// Counts offences by peer.
///
/// **Bound**: memory for `capacity` peers, time linear in it; a peer with more than a `capacity`th of all offences is always
/// among those known.
#[derive(Debug, Clone)]
pub struct Offenders<Peer> {
    capacity: usize,
    counts: BTreeMap<Peer, (u64, u64)>,
}

impl<Peer: Ord + Clone> Offenders<Peer> {
    /// Knows at most `capacity` peers.
    ///
    /// # Errors
    ///
    /// When `capacity` is not 1 to 1,024.
    pub fn new(capacity: usize) -> Result<Self, InvalidPolicy> {
        Check("Offenders").that((1..=1024).contains(&capacity), "capacity", capacity, "1 to 1024")?;
        Ok(Self { capacity, counts: BTreeMap::new() })
    }

    /// Counts one offence.
    pub fn record(&mut self, peer: &Peer) {
        if let Some((count, _)) = self.counts.get_mut(peer) {
            *count += 1;
            return;
        }
        let mut error = 0;
        if self.counts.len() >= self.capacity {
            // The newcomer inherits the count of the least, since it may have been forgotten before.
            let least =
                self.counts.iter().min_by_key(|(_, (count, _))| *count).map(|(peer, (count, _))| (peer.clone(), *count));
            if let Some((forgotten, count)) = least {
                self.counts.remove(&forgotten);
                error = count;
            }
        }
        self.counts.insert(peer.clone(), (error + 1, error));
    }

    /// The `most` worst, worst first.
    pub fn worst(&self, most: usize) -> Vec<Offender<Peer>> {
        let offender =
            |(peer, (count, error)): (&Peer, &(u64, u64))| Offender { peer: peer.clone(), count: *count, error: *error };
        let mut all: Vec<_> = self.counts.iter().map(offender).collect();
        all.sort_by_key(|offender| std::cmp::Reverse(offender.count));
        all.truncate(most);
        all
    }
}
