//! What one message of a session does.

use std::{sync::Arc, time::Duration};

use tokio::sync::{
    Semaphore,
    mpsc::{self, error::TrySendError},
};
use unspin_resilience::{Refused, Stop};

use crate::{
    close::CloseReason,
    outbox::Outbox,
    pool::Job,
    protocol::{FromClient, FromServer, decode, encode, is_name},
    registry::Member,
    server::Shared,
};

/// What a message may use.
pub(crate) struct Turn<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) outbox: &'a Arc<Outbox>,
    pub(crate) jobs: mpsc::Sender<Job>,
    pub(crate) permits: &'a Arc<Semaphore>,
    pub(crate) stop: &'a Stop,
}

impl Turn<'_> {
    /// Does what a line says. Never waits: a session that does not read its peer's pings would take it for dead.
    pub(crate) fn take(&self, line: &[u8], member: &mut Member) -> Result<(), CloseReason> {
        let message = decode(line).map_err(|_| CloseReason::BadMessage)?;
        member.renew(self.shared.policies.leases.duration);
        let answer = match message {
            FromClient::Hello { .. } => return Err(CloseReason::BadMessage),
            FromClient::Pong => return Ok(()),
            FromClient::Ping => FromServer::Pong,
            FromClient::Request { id, .. } => match self.enqueue(line, member) {
                Ok(()) => return Ok(()),
                Err(reason) => refused(id, reason),
            },
            FromClient::Publish { topic, data } => {
                member.publish(topic, data);
                return Ok(());
            }
            FromClient::Subscribe { id, topic } => self.subscribe(id, topic, member),
            FromClient::Unsubscribe { id, topic } => {
                member.unsubscribe(&topic);
                FromServer::Done { id }
            }
            FromClient::Claim { id, name } => self.claim(id, &name, member),
            FromClient::Release { id, name } => done_or(member.release(&name), id, "fenced"),
            FromClient::Send { id, to, data } => done_or(member.deliver(&to, data), id, "nobody"),
            FromClient::Revoke { id, client } => {
                let may = self.shared.settings.admins.contains(&member.client);
                if may {
                    member.revoke(&client);
                }
                done_or(may, id, "not-allowed")
            }
        };
        // When it is not taken, the outbox has ended the session already.
        self.outbox.push(encode(&answer));
        Ok(())
    }

    fn enqueue(&self, line: &[u8], member: &Member) -> Result<(), &'static str> {
        if self.stop.is_draining() {
            return Err("draining");
        }
        let permit = Arc::clone(self.permits).try_acquire_owned().map_err(|_| "too-many-requests")?;
        let (client, outbox) = (member.client.clone(), Arc::clone(self.outbox));
        self.jobs.try_send(Job { line: line.into(), client, outbox, permit }).map_err(|error| {
            self.shared.stats.overloads.inc();
            match error {
                TrySendError::Full(_) => "overloaded",
                TrySendError::Closed(_) => "draining",
            }
        })
    }

    fn subscribe(&self, id: u64, topic: String, member: &mut Member) -> FromServer {
        if !is_name(&topic) {
            return refused(id, "not-a-name");
        }
        if member.topics() >= self.shared.settings.topics_per_session {
            return refused(id, "too-many-topics");
        }
        member.subscribe(topic);
        FromServer::Done { id }
    }

    fn claim(&self, id: u64, name: &str, member: &mut Member) -> FromServer {
        if !is_name(name) {
            return refused(id, "not-a-name");
        }
        if member.names() >= self.shared.settings.names_per_session {
            return refused(id, "too-many-names");
        }
        match member.claim(name) {
            Ok(generation) => FromServer::Claimed { id, generation },
            Err(why) => {
                let retry_after = match why {
                    Refused::Held { retry_after } | Refused::Flapping { retry_after } => Some(milliseconds(retry_after)),
                    _ => None,
                };
                FromServer::Refused { id, reason: why.name().to_owned(), retry_after }
            }
        }
    }
}

fn refused(id: u64, reason: &str) -> FromServer {
    FromServer::Refused { id, reason: reason.to_owned(), retry_after: None }
}

fn done_or(is_done: bool, id: u64, reason: &str) -> FromServer {
    if is_done { FromServer::Done { id } } else { refused(id, reason) }
}

/// Rounded up, so that who waits that long does not come too early.
fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX).saturating_add(1)
}
