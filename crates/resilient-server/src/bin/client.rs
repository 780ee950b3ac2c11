//! `resilient-client`: talks to the reference server from a terminal; `demo` brings its own server.

use std::{
    io::{self, Write as _},
    net::SocketAddr,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use serde_json::{Value, json};
use tokio::{net::TcpStream, runtime::Handle, select, sync::mpsc};
use unspin_resilience::{
    Backoff, BreakerPolicy, CancellationToken, ConnectGate, FailureLimits, FailureSettings, GateSettings, StopReason,
};
use unspin_resilient_server::{
    AgentEvent, AgentSettings, Connection, Credentials, FromClient, Operations, Secret, Server, Settings, bind, dial, run_agent,
};

/// Talks to a resilient server.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Where the server is.
    #[arg(long, default_value = "127.0.0.1:7400", env = "RESILIENT_ADDRESS")]
    address: SocketAddr,
    /// The name of this client.
    #[arg(long, default_value = "terminal")]
    name: String,
    /// The secret that the server knows.
    #[arg(long, env = "RESILIENT_SECRET", hide_env_values = true, default_value = "")]
    secret: String,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Starts a server in this process, talks to it and ends.
    Demo,
    /// Has an operation done: `request echo '{"a":1}'`.
    Request {
        /// What to do: echo, length, wait.
        operation: String,
        /// JSON; anything else is taken as a string.
        data: String,
    },
    /// Publishes an event.
    Publish {
        /// The topic.
        topic: String,
        /// JSON; anything else is taken as a string.
        data: String,
    },
    /// Sends something to the holder of a name.
    Send {
        /// The name.
        to: String,
        /// JSON; anything else is taken as a string.
        data: String,
    },
    /// Refuses a client for good; the server must list this client in `admins`.
    Revoke {
        /// The name of the client.
        client: String,
    },
    /// Stays connected: holds names, listens to topics, prints what comes.
    Stay {
        /// A name to hold.
        #[arg(long = "hold")]
        names: Vec<String>,
        /// A topic to listen to.
        #[arg(long = "topic")]
        topics: Vec<String>,
    },
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<ExitCode> {
    let Arguments { address, name, secret, command } = Arguments::parse();
    let credentials = Credentials { name, secret: Secret::new(secret) };
    let message = match command {
        Command::Demo => return demo().await,
        Command::Stay { names, topics } => return stay(address, credentials, names, topics).await,
        Command::Publish { topic, data } => {
            let mut connection = open(address, &credentials).await?;
            connection.send(&FromClient::Publish { topic, data: data_of(data) }).await?;
            return Ok(ExitCode::SUCCESS);
        }
        Command::Request { operation, data } => FromClient::Request { id: 0, operation, data: data_of(data) },
        Command::Send { to, data } => FromClient::Send { id: 0, to, data: data_of(data) },
        Command::Revoke { client } => FromClient::Revoke { id: 0, client },
    };
    let mut connection = open(address, &credentials).await?;
    let answer = connection.ask(|id| numbered(message, id)).await?;
    say(&serde_json::to_value(answer)?);
    Ok(ExitCode::SUCCESS)
}

fn numbered(message: FromClient, id: u64) -> FromClient {
    match message {
        FromClient::Request { operation, data, .. } => FromClient::Request { id, operation, data },
        FromClient::Send { to, data, .. } => FromClient::Send { id, to, data },
        FromClient::Revoke { client, .. } => FromClient::Revoke { id, client },
        other => other,
    }
}

fn data_of(text: String) -> Value {
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

fn say(line: &Value) {
    // Nobody has to listen.
    let _ = writeln!(io::stdout(), "{line}");
}

fn gate() -> anyhow::Result<ConnectGate<SocketAddr>> {
    Ok(ConnectGate::new(GateSettings {
        in_flight: 4,
        timeout: Duration::from_secs(5),
        max_destinations: 64,
        breaker: BreakerPolicy::new(5, Backoff::new(Duration::from_secs(1), Duration::from_secs(30))?)?,
        blind_interval: Duration::from_mins(5),
    })?)
}

async fn open(address: SocketAddr, credentials: &Credentials) -> anyhow::Result<Connection<TcpStream>> {
    let stream = dial(&gate()?, address).await.with_context(|| format!("at {address}"))?;
    Ok(Connection::open(stream, credentials).await?)
}

async fn stay(
    address: SocketAddr,
    credentials: Credentials,
    names: Vec<String>,
    topics: Vec<String>,
) -> anyhow::Result<ExitCode> {
    let limits = FailureLimits::new(FailureSettings {
        consecutive: 1000,
        in_window: 1000,
        window: Duration::from_hours(12),
        stable: Duration::from_secs(10),
        backoff: Backoff::new(Duration::from_millis(200), Duration::from_secs(30))?,
    })?;
    let settings = AgentSettings { credentials, names, topics, limits };
    let (gate, stop) = (gate()?, CancellationToken::new());
    let (events, mut inbox) = mpsc::channel(1024);
    let agent = run_agent(&settings, async || dial(&gate, address).await, &events, &stop);
    tokio::pin!(agent);
    loop {
        select! {
            end = &mut agent => {
                say(&json!({ "ended": end.reason.name(), "last": end.last }));
                let is_asked = end.reason == StopReason::Cancelled;
                return Ok(if is_asked { ExitCode::SUCCESS } else { ExitCode::FAILURE });
            }
            event = inbox.recv() => match event {
                Some(event) => say(&shown(&event)),
                None => return Ok(ExitCode::FAILURE),
            },
            _ = tokio::signal::ctrl_c() => stop.cancel(),
        }
    }
}

fn shown(event: &AgentEvent) -> Value {
    match event {
        AgentEvent::Connected { session } => json!({ "connected": session }),
        AgentEvent::Claimed { name, generation } => json!({ "holds": name, "generation": generation }),
        AgentEvent::Message(message) => json!(message),
        AgentEvent::Lost { why, retry_after } => json!({ "lost": why, "retry_in_ms": retry_after.as_millis() }),
        _ => Value::Null,
    }
}

/// A server and two clients in one process.
async fn demo() -> anyhow::Result<ExitCode> {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let secret = Secret::new("only for this demonstration");
    let settings = Settings { listen: any, http: any, secret: secret.clone(), ..Settings::default() };
    let (listener, http) = (bind(any, false)?, bind(any, false)?);
    let server = Server::start(settings, listener, http, Arc::new(Operations::default()), Handle::current())?;
    say(&json!({ "listening": server.address(), "http": server.http_address() }));

    let of = |name: &str| Credentials { name: name.to_owned(), secret: secret.clone() };
    let mut alice = open(server.address(), &of("alice")).await?;
    let mut bob = open(server.address(), &of("bob")).await?;
    say(&json!({ "alice asks for echo": "hello", "answer": alice.request("echo", json!("hello")).await? }));
    let generation = alice.claim("port 2201").await?;
    say(&json!({ "alice holds": "port 2201", "generation": generation }));
    if let Err(refused) = bob.claim("port 2201").await {
        say(&json!({ "bob claims it too": refused.to_string() }));
    }
    alice.subscribe("news").await?;
    bob.send(&FromClient::Publish { topic: "news".into(), data: json!({ "bob": "says hi" }) }).await?;
    say(&json!({ "alice hears": alice.receive().await? }));

    let report = server.shutdown("the demonstration is over").await;
    say(&json!({ "stopped": report.reason, "milliseconds": report.elapsed.as_millis(), "drained": report.drained }));
    Ok(ExitCode::SUCCESS)
}
