//! A server of newline-delimited JSON whose loops end, and a client for it.
//!
//! It shows the patterns of `unspin-resilience` under fire: nothing a peer does, and no order in which peers come and go,
//! ends the process, makes a loop spin or lets memory grow without a bound. What it promises is listed in the README of the
//! crate, and each promise is a test.
//!
//! [`Server`] is generic over where connections come from, so that the same code runs on sockets and in simulated networks.

// In reading order.
mod protocol;
pub use protocol::{FromClient, FromServer, Undecodable, decode, encode};

mod settings;
pub use settings::{Secret, Settings, SettingsError};

mod handshake;
pub use handshake::{Denied, Nonce, Side, Transcript, admit};

mod close;
pub use close::CloseReason;

mod stats;

mod admission;

mod outbox;

mod registry;

mod handler;
pub use handler::{Handler, Operations, Outcome, Request};

mod pool;

mod turn;

mod session;

mod listener;
pub use listener::{Listener, bind};

mod http;

mod server;
pub use server::{Gauge, Server, StartError};

mod client;
pub use client::{ClientError, Connection, Credentials, dial};

mod agent;
pub use agent::{AgentEnd, AgentEvent, AgentSettings, run_agent};
