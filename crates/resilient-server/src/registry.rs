//! Who is here: sessions, subscriptions and the holders of names.
//!
//! All calls are short and wait for nothing; whatever a session took part in ends with it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::Value;
use unspin_resilience::{Claim, Instant, InvalidPolicy, LeaseSettings, Leases, Refused};

use crate::{
    close::CloseReason,
    outbox::Outbox,
    protocol::{FromServer, encode},
};

#[derive(Debug)]
struct Seat {
    client: String,
    outbox: Arc<Outbox>,
}

/// Sessions and what connects them.
#[derive(Debug)]
pub(crate) struct Registry(Mutex<State>);

#[derive(Debug)]
struct State {
    last: u64,
    sessions: BTreeMap<u64, Seat>,
    topics: BTreeMap<String, BTreeSet<u64>>,
    leases: Leases<String, String>,
    /// The session behind each generation.
    holders: BTreeMap<u64, u64>,
    /// The generation of each name; the lease decides whether it holds.
    generations: BTreeMap<String, u64>,
}

impl Registry {
    pub(crate) fn new(leases: LeaseSettings) -> Result<Self, InvalidPolicy> {
        Ok(Self(Mutex::new(State {
            last: 0,
            sessions: BTreeMap::new(),
            topics: BTreeMap::new(),
            leases: Leases::new(leases)?,
            holders: BTreeMap::new(),
            generations: BTreeMap::new(),
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No call below panics half way; a poisoned lock must not take the other sessions with it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A client may come in unless it was revoked.
    pub(crate) fn admits(&self, client: &str) -> Result<(), Refused> {
        self.state().leases.admits(&client.to_owned())
    }

    /// A new session, until the member is dropped.
    pub(crate) fn join(self: &Arc<Self>, client: String, outbox: Arc<Outbox>) -> Member {
        let mut state = self.state();
        state.last += 1;
        let session = state.last;
        state.sessions.insert(session, Seat { client: client.clone(), outbox });
        drop(state);
        let (topics, names) = (BTreeSet::new(), BTreeMap::new());
        Member { registry: Arc::clone(self), session, client, topics, names, renewed: Instant::now() }
    }

    /// Gives an event to all subscribers of a topic; answers how many there are.
    pub(crate) fn publish(&self, topic: String, data: Value) -> usize {
        let subscribers: Vec<_> = {
            let state = self.state();
            let sessions = state.topics.get(&topic).into_iter().flatten();
            sessions.filter_map(|session| state.outbox(*session)).collect()
        };
        let line = encode(&FromServer::Event { topic, data });
        subscribers.iter().filter(|outbox| outbox.push(Arc::clone(&line))).count()
    }

    /// Gives something to the holder of a name; `false` when nobody holds it.
    pub(crate) fn deliver(&self, name: &String, from: &str, data: Value) -> bool {
        let holder = {
            let state = self.state();
            let generation = state.generations.get(name).copied();
            let generation = generation.filter(|it| state.leases.holds(name, *it, Instant::now()));
            let session = generation.and_then(|it| state.holders.get(&it));
            generation.zip(session.and_then(|session| state.outbox(*session)))
        };
        let Some((generation, outbox)) = holder else { return false };
        let delivery = FromServer::Delivery { name: name.clone(), generation, from: from.to_owned(), data };
        outbox.push(encode(&delivery))
    }

    /// Refuses a client for good and closes what it has.
    pub(crate) fn revoke(&self, client: &str) {
        let closed: Vec<Arc<Outbox>> = {
            let mut state = self.state();
            for generation in state.leases.revoke(client.to_owned()) {
                state.holders.remove(&generation);
            }
            let seats = state.sessions.values().filter(|seat| seat.client == client);
            seats.map(|seat| Arc::clone(&seat.outbox)).collect()
        };
        for outbox in closed {
            outbox.end(CloseReason::Revoked);
        }
    }
}

/// A session's part in the registry; leaves it when dropped.
#[derive(Debug)]
pub(crate) struct Member {
    registry: Arc<Registry>,
    pub(crate) session: u64,
    pub(crate) client: String,
    topics: BTreeSet<String>,
    names: BTreeMap<String, u64>,
    renewed: Instant,
}

impl Member {
    pub(crate) fn topics(&self) -> usize {
        self.topics.len()
    }

    pub(crate) fn names(&self) -> usize {
        self.names.len()
    }

    pub(crate) fn subscribe(&mut self, topic: String) {
        self.registry.state().topics.entry(topic.clone()).or_default().insert(self.session);
        self.topics.insert(topic);
    }

    pub(crate) fn unsubscribe(&mut self, topic: &str) {
        if self.topics.remove(topic) {
            self.registry.state().leave(topic, self.session);
        }
    }

    /// Asks for a name; the session that held it for the same client is closed.
    pub(crate) fn claim(&mut self, name: &str) -> Result<u64, Refused> {
        let now = Instant::now();
        let mut state = self.registry.state();
        if let Some(generation) = self.names.get(name).filter(|it| state.leases.holds(&name.to_owned(), **it, now)) {
            return Ok(*generation);
        }
        let Claim { generation, fenced, .. } = state.leases.claim(name.to_owned(), self.client.clone(), now)?;
        let before = fenced.and_then(|it| state.holders.remove(&it));
        let before = before.and_then(|session| state.outbox(session));
        state.holders.insert(generation, self.session);
        state.generations.insert(name.to_owned(), generation);
        drop(state);
        self.names.insert(name.to_owned(), generation);
        if let Some(before) = before {
            before.end(CloseReason::Fenced);
        }
        Ok(generation)
    }

    pub(crate) fn release(&mut self, name: &String) -> bool {
        let Some(generation) = self.names.remove(name) else { return false };
        self.registry.state().give_back(name, generation)
    }

    /// The peer is alive: its leases go on. Asks the registry three times in the length of a lease at most.
    pub(crate) fn renew(&mut self, lease: std::time::Duration) {
        let now = Instant::now();
        if self.names.is_empty() || now.saturating_duration_since(self.renewed) < lease / 3 {
            return;
        }
        self.renewed = now;
        let mut state = self.registry.state();
        self.names.retain(|name, generation| state.leases.renew(name, *generation, now).is_ok());
    }

    pub(crate) fn publish(&self, topic: String, data: Value) -> usize {
        self.registry.publish(topic, data)
    }

    pub(crate) fn deliver(&self, to: &String, data: Value) -> bool {
        self.registry.deliver(to, &self.client, data)
    }

    pub(crate) fn revoke(&self, client: &str) {
        self.registry.revoke(client);
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        let mut state = self.registry.state();
        state.sessions.remove(&self.session);
        for topic in &self.topics {
            state.leave(topic, self.session);
        }
        for (name, generation) in &self.names {
            state.give_back(name, *generation);
        }
    }
}

impl State {
    fn outbox(&self, session: u64) -> Option<Arc<Outbox>> {
        self.sessions.get(&session).map(|seat| Arc::clone(&seat.outbox))
    }

    fn leave(&mut self, topic: &str, session: u64) {
        let Some(subscribers) = self.topics.get_mut(topic) else { return };
        subscribers.remove(&session);
        if subscribers.is_empty() {
            self.topics.remove(topic);
        }
    }

    fn give_back(&mut self, name: &String, generation: u64) -> bool {
        self.holders.remove(&generation);
        if self.generations.get(name) == Some(&generation) {
            self.generations.remove(name);
        }
        self.leases.release(name, generation)
    }
}
