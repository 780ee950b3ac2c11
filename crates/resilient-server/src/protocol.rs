//! The messages: one JSON object a line, told apart by `type`.
//!
//! A message is small, flat and closed: unknown fields and types are refused, as are repeated ones. What a peer may send as
//! data is any JSON of at most 128 levels whose numbers a double can hold; all else is [`Undecodable`], never a panic and
//! never unbounded work: a line is bounded before it comes here.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

/// What a client says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum FromClient {
    /// The answer to the challenge.
    Hello {
        /// The name of the client.
        client: String,
        /// A nonce of the client's, 32 bytes in hexadecimal.
        nonce: String,
        /// That it knows the secret.
        proof: String,
    },
    /// Work for the pool.
    Request {
        /// Repeated in the answer.
        id: u64,
        /// What to do.
        operation: String,
        /// With what.
        data: Value,
    },
    /// For all subscribers of a topic.
    Publish {
        /// The topic.
        topic: String,
        /// The event.
        data: Value,
    },
    /// From now on, events of the topic.
    Subscribe {
        /// Repeated in the answer.
        id: u64,
        /// The topic.
        topic: String,
    },
    /// No more events of the topic.
    Unsubscribe {
        /// Repeated in the answer.
        id: u64,
        /// The topic.
        topic: String,
    },
    /// Asks for a name.
    Claim {
        /// Repeated in the answer.
        id: u64,
        /// The name.
        name: String,
    },
    /// Gives a name back.
    Release {
        /// Repeated in the answer.
        id: u64,
        /// The name.
        name: String,
    },
    /// For the holder of a name.
    Send {
        /// Repeated in the answer.
        id: u64,
        /// The name.
        to: String,
        /// What it is given.
        data: Value,
    },
    /// Refuses another client for good; for administrators.
    Revoke {
        /// Repeated in the answer.
        id: u64,
        /// The name of the client.
        client: String,
    },
    /// Are you there?
    Ping,
    /// I am here.
    Pong,
}

/// What the server says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum FromServer {
    /// The first line of each connection.
    Challenge {
        /// 32 random bytes in hexadecimal, new for each connection.
        nonce: String,
    },
    /// The handshake is done.
    Welcome {
        /// The number of the session.
        session: u64,
        /// That the server knows the secret too.
        proof: String,
        /// Milliseconds of silence before a ping.
        ping_interval: u64,
        /// Pings without an answer before the peer is dead.
        ping_probes: u32,
    },
    /// The answer to a request.
    Answer {
        /// That of the request.
        id: u64,
        /// The result.
        data: Value,
    },
    /// It was done.
    Done {
        /// That of the message.
        id: u64,
    },
    /// The name is yours.
    Claimed {
        /// That of the message.
        id: u64,
        /// Grows with each lease of any name.
        generation: u64,
    },
    /// It was not done.
    Refused {
        /// That of the message.
        id: u64,
        /// A short name.
        reason: String,
        /// When to ask again, in milliseconds; never if there is none.
        retry_after: Option<u64>,
    },
    /// An event of a topic.
    Event {
        /// The topic.
        topic: String,
        /// The event.
        data: Value,
    },
    /// Something for a name that this session holds.
    Delivery {
        /// The name.
        name: String,
        /// Under which lease.
        generation: u64,
        /// The client that sent it.
        from: String,
        /// What was sent.
        data: Value,
    },
    /// Are you there?
    Ping,
    /// I am here.
    Pong,
    /// The last line.
    Bye {
        /// Why the connection is closed.
        reason: String,
    },
}

/// A line that is no message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecodable(String);

impl fmt::Display for Undecodable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "not a message: {}", self.0)
    }
}

impl std::error::Error for Undecodable {}

/// Reads a message from a line.
///
/// # Errors
///
/// When the line is no message.
pub fn decode<M: DeserializeOwned>(line: &[u8]) -> Result<M, Undecodable> {
    serde_json::from_slice(line).map_err(|error| Undecodable(error.to_string()))
}

/// A message as a line with its end, shared by all that it goes to.
pub fn encode<M: Serialize>(message: &M) -> Arc<str> {
    // The keys of all maps are strings and no number is infinite, so that nothing can fail.
    let mut line = serde_json::to_string(message).unwrap_or_default();
    line.push('\n');
    line.into()
}

/// The longest name of a client, a topic or an endpoint.
const LONGEST_NAME: usize = 64;

/// Whether something can be the name of a client, a topic or an endpoint.
pub(crate) fn is_name(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len()) && !name.chars().any(char::is_control)
}
