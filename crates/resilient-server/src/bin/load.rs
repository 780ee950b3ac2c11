//! `resilient-load`: many clients at once, some of them bad, and how long the good ones waited.

use std::{
    io::{self, Write as _},
    net::SocketAddr,
    time::Duration,
};

use clap::Parser;
use serde_json::json;
use tokio::{
    io::AsyncWriteExt as _,
    net::TcpStream,
    task::JoinSet,
    time::{Instant, interval, sleep_until, timeout},
};
use unspin_resilience::{Backoff, RetryPolicy, RetrySettings, with_timeout_retry};
use unspin_resilient_server::{ClientError, Connection, Credentials, Secret};

/// Puts load on a resilient server and prints what came of it as one line of JSON.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Where the server is.
    #[arg(long, default_value = "127.0.0.1:7400", env = "RESILIENT_ADDRESS")]
    address: SocketAddr,
    /// The secret that the server knows.
    #[arg(long, env = "RESILIENT_SECRET", hide_env_values = true)]
    secret: String,
    /// Clients that send requests.
    #[arg(long, default_value_t = 50)]
    clients: usize,
    /// Requests a second of each.
    #[arg(long, default_value_t = 20)]
    rate: u32,
    /// Clients that shake hands and are then silent but for pongs.
    #[arg(long, default_value_t = 0)]
    idle: usize,
    /// Clients that shake hands and then send a line byte by byte.
    #[arg(long, default_value_t = 0)]
    slow: usize,
    /// Seconds.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
}

#[derive(Debug, Default)]
struct Outcome {
    latencies: Vec<Duration>,
    failures: u64,
    lost: u64,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    // Opening so many takes a while and is no part of the load.
    let mut silent = JoinSet::new();
    for number in 0..arguments.idle + arguments.slow {
        let connection = open(&arguments, format!("silent {number}")).await?;
        let is_slow = number >= arguments.idle;
        silent.spawn(async move { if is_slow { drip(connection).await } else { listen(connection).await } });
    }
    let mut connections = Vec::new();
    for number in 0..arguments.clients {
        connections.push(open(&arguments, format!("busy {number}")).await?);
    }
    let end = Instant::now() + Duration::from_secs(arguments.seconds);
    let mut busy = JoinSet::new();
    for connection in connections {
        busy.spawn(ask(connection, arguments.rate, end));
    }
    let mut all = Outcome::default();
    for outcome in busy.join_all().await {
        all.latencies.extend(outcome.latencies);
        all.failures += outcome.failures;
        all.lost += outcome.lost;
    }
    sleep_until(end).await;
    let ended = std::iter::from_fn(|| silent.try_join_next()).count();
    report(&arguments, all, ended);
    Ok(())
}

fn report(arguments: &Arguments, mut all: Outcome, ended: usize) {
    all.latencies.sort_unstable();
    let percentile = |hundredth: usize| {
        let at = (all.latencies.len() * hundredth / 100).min(all.latencies.len().saturating_sub(1));
        all.latencies.get(at).map_or(0, Duration::as_micros)
    };
    let line = json!({
        "clients": arguments.clients, "idle": arguments.idle, "slow": arguments.slow, "answers": all.latencies.len(),
        "failures": all.failures, "lost": all.lost, "silent_ended": ended,
        "p50_us": percentile(50), "p99_us": percentile(99), "max_us": percentile(100),
    });
    // Nobody has to listen.
    let _ = writeln!(io::stdout(), "{line}");
}

async fn open(arguments: &Arguments, name: String) -> anyhow::Result<Connection<TcpStream>> {
    // Newcomers are dropped at random while many shake hands.
    let policy = RetryPolicy::new(RetrySettings {
        attempts: 20,
        attempt_timeout: Duration::from_secs(5),
        deadline: Duration::from_secs(30),
        backoff: Backoff::new(Duration::from_millis(20), Duration::from_secs(1))?,
    })?;
    let credentials = Credentials { name, secret: Secret::new(arguments.secret.clone()) };
    let never = unspin_resilience::CancellationToken::new();
    let opened = with_timeout_retry(&policy, &never, async |_| {
        let stream = TcpStream::connect(arguments.address).await.map_err(ClientError::Write)?;
        stream.set_nodelay(true).map_err(ClientError::Write)?;
        Connection::open(stream, &credentials).await
    });
    Ok(opened.await?)
}

async fn ask(mut connection: Connection<TcpStream>, rate: u32, end: Instant) -> Outcome {
    let mut outcome = Outcome::default();
    let mut ticks = interval(Duration::from_secs(1) / rate.max(1));
    while Instant::now() < end {
        ticks.tick().await;
        let asked = Instant::now();
        match connection.request("echo", json!("how long does this take?")).await {
            Ok(_) => outcome.latencies.push(asked.elapsed()),
            Err(ClientError::Refused { .. }) => outcome.failures += 1,
            Err(_) => {
                outcome.lost += 1;
                return outcome;
            }
        }
    }
    outcome
}

/// Answers pings and nothing else.
async fn listen(mut connection: Connection<TcpStream>) {
    while connection.receive().await.is_ok() {}
}

/// Sends a line that never ends, a byte every 3 seconds.
async fn drip(connection: Connection<TcpStream>) {
    let mut stream = connection.into_inner();
    let mut ticks = interval(Duration::from_secs(3));
    loop {
        ticks.tick().await;
        let write = timeout(Duration::from_secs(1), stream.write_all(b" "));
        let Ok(Ok(())) = write.await else { return };
    }
}
