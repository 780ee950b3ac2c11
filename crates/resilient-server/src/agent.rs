//! A client that stays: connects again when the connection ends, keeps its names and topics, and knows when to give up.
//!
//! A connection that is accepted only to be closed again counts as a failure like one that is refused; only one that lasts
//! forgets the failures before it. What cannot get better (another secret, a revoked name) ends the agent for good.

use std::{collections::BTreeMap, io, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    select,
    sync::mpsc::{self, error::TrySendError},
    time::{Instant, sleep, sleep_until},
};
use unspin_resilience::{
    CancellationToken, Classify, ErrorCountHandler, FailureLimits, GateError, StopReason, Verdict, monitored, progress,
};

use crate::{
    client::{ClientError, Connection, Credentials},
    protocol::{FromClient, FromServer},
};

/// What an agent is for.
#[derive(Debug, Clone)]
pub struct AgentSettings {
    /// Who it is.
    pub credentials: Credentials,
    /// Names that it wants to hold.
    pub names: Vec<String>,
    /// Topics that it wants to hear of.
    pub topics: Vec<String>,
    /// How many failures it survives, and the pauses after them.
    pub limits: FailureLimits,
}

/// What an agent tells.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum AgentEvent {
    /// A session is open.
    Connected {
        /// Its number.
        session: u64,
    },
    /// A name is held.
    Claimed {
        /// The name.
        name: String,
        /// The generation of the lease.
        generation: u64,
    },
    /// An event or a delivery came.
    Message(FromServer),
    /// The session is over.
    Lost {
        /// Why.
        why: String,
        /// When the next attempt is made.
        retry_after: Duration,
    },
}

/// Why an agent ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentEnd {
    /// Why.
    pub reason: StopReason,
    /// The last failure.
    pub last: Option<String>,
}

/// Runs an agent.
///
/// **Bound**: as many failures as its limits allow, with their pauses; endless while things go well.
/// **Cancel**: ends at once when `stop` fires; the session is dropped with it.
/// **On give-up**: [`AgentEnd`] with the reason and the last failure.
#[monitored(service)]
pub async fn run_agent<S: AsyncRead + AsyncWrite + Unpin, F: Future<Output = Result<S, GateError<io::Error>>>>(
    settings: &AgentSettings,
    mut connect: impl FnMut() -> F,
    events: &mpsc::Sender<AgentEvent>,
    stop: &CancellationToken,
) -> AgentEnd {
    let mut failures = ErrorCountHandler::new(settings.limits);
    let mut last = None;
    loop {
        let error = select! {
            () = stop.cancelled() => return AgentEnd { reason: StopReason::Cancelled, last },
            error = session(settings, connect(), &mut failures, events) => error,
        };
        let why = error.to_string();
        last = Some(why.clone());
        match failures.failed(Instant::now(), error.classify()) {
            Verdict::Stop(reason) => return AgentEnd { reason, last },
            Verdict::RetryAfter(retry_after) => {
                tracing::info!(%error, ?retry_after, "lost the server");
                // Who does not read its events does without this one.
                let _ = events.try_send(AgentEvent::Lost { why, retry_after });
                select! {
                    () = stop.cancelled() => return AgentEnd { reason: StopReason::Cancelled, last },
                    () = sleep(retry_after) => {}
                }
            }
        }
    }
}

/// One session, to its end.
async fn session<S: AsyncRead + AsyncWrite + Unpin>(
    settings: &AgentSettings,
    connect: impl Future<Output = Result<S, GateError<io::Error>>>,
    failures: &mut ErrorCountHandler,
    events: &mpsc::Sender<AgentEvent>,
) -> ClientError {
    let opened = async {
        let stream = connect.await.map_err(ClientError::Connect)?;
        Connection::open(stream, &settings.credentials).await
    };
    match opened.await {
        Err(error) => error,
        Ok(connection) => match serve(settings, connection, failures, events).await {
            Err(error) => error,
            Ok(never) => match never {},
        },
    }
}

#[monitored(service)]
async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    settings: &AgentSettings,
    mut connection: Connection<S>,
    failures: &mut ErrorCountHandler,
    events: &mpsc::Sender<AgentEvent>,
) -> Result<std::convert::Infallible, ClientError> {
    tell(events, AgentEvent::Connected { session: connection.session() })?;
    for topic in &settings.topics {
        let id = connection.new_id();
        connection.send(&FromClient::Subscribe { id, topic: topic.clone() }).await?;
    }
    let mut claims = Claims::new(&settings.names);
    loop {
        let message = select! {
            message = connection.receive() => message?,
            name = claims.due() => {
                let id = connection.new_id();
                claims.asked(id, name.clone());
                connection.send(&FromClient::Claim { id, name }).await?;
                continue;
            }
        };
        progress!();
        failures.succeeded(Instant::now());
        match message {
            FromServer::Claimed { id, generation } => {
                if let Some(name) = claims.asked.remove(&id) {
                    tell(events, AgentEvent::Claimed { name, generation })?;
                }
            }
            FromServer::Refused { id, reason, retry_after } => {
                let retry_after = retry_after.map(Duration::from_millis);
                match (claims.asked.remove(&id), retry_after) {
                    (Some(name), Some(pause)) => claims.ask_again(name, Instant::now() + pause),
                    _ => return Err(ClientError::Refused { reason, retry_after }),
                }
            }
            message @ (FromServer::Event { .. } | FromServer::Delivery { .. }) => {
                tell(events, AgentEvent::Message(message))?;
            }
            _ => {}
        }
    }
}

/// Never waits: an agent that waits for its reader does not answer pings.
fn tell(events: &mpsc::Sender<AgentEvent>, event: AgentEvent) -> Result<(), ClientError> {
    events.try_send(event).map_err(|error| match error {
        TrySendError::Full(_) => ClientError::Lagging,
        TrySendError::Closed(_) => ClientError::Refused { reason: "nobody listens".into(), retry_after: None },
    })
}

/// The names that are not held yet.
struct Claims {
    /// When to ask for each.
    due: BTreeMap<String, Instant>,
    /// Under which id each was asked for.
    asked: BTreeMap<u64, String>,
}

impl Claims {
    fn new(names: &[String]) -> Self {
        let now = Instant::now();
        Self { due: names.iter().map(|name| (name.clone(), now)).collect(), asked: BTreeMap::new() }
    }

    /// Waits for the next name to ask for; for ever when there is none.
    async fn due(&self) -> String {
        let next = self.due.iter().min_by_key(|(_, at)| **at);
        let Some((name, at)) = next else { return std::future::pending().await };
        sleep_until(*at).await;
        name.clone()
    }

    fn asked(&mut self, id: u64, name: String) {
        self.due.remove(&name);
        self.asked.insert(id, name);
    }

    fn ask_again(&mut self, name: String, at: Instant) {
        self.due.insert(name, at);
    }
}
