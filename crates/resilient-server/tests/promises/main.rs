//! The promises of the server, one a file, and every fault that we know of.
//!
//! Most run on pipes in memory under a paused clock, where hours pass in no time and nothing depends on the machine; what
//! only a real socket or process can show has a file of its own.

#![expect(clippy::unwrap_used, unreachable_pub, reason = "these are tests")]

mod spy;

mod network;

mod isolation;

mod memory;

mod reaping;

mod handshakes;

mod silence;

mod accepting;

mod stopping;

mod reasons;

mod idling;

mod watched;

mod names;

mod first_bytes;

mod lines;

mod requests;

mod configuration;

mod agents;

mod decoder;

mod simulation;

mod sockets;

mod processes;

mod namespaces;

mod soak;
