//! The server and its agents on a simulated network that loses, delays and cuts, with many seeds.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::json;
use tokio::{runtime::Handle, sync::mpsc, time::sleep};
use turmoil::net::{TcpListener, TcpStream};
use unspin_resilience::{CancellationToken, GateError, StopReason};
use unspin_resilient_server::{
    AgentEvent, AgentSettings, Connection, Gauge, Listener, Operations, Server, Settings, run_agent,
};

use crate::network::{credentials, limits, settings};

struct Simulated(TcpListener);

impl Listener for Simulated {
    type Stream = TcpStream;

    async fn accept(&mut self) -> io::Result<(TcpStream, SocketAddr)> {
        self.0.accept().await
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

const ANY: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

async fn serve(gauge: Arc<Mutex<Option<Gauge>>>) -> Result<(), Box<dyn std::error::Error>> {
    let settings = Settings { ping_interval: 500, request_limit: 2_000, ..settings() };
    let listener = Simulated(TcpListener::bind((ANY, 7400)).await?);
    let http = Simulated(TcpListener::bind((ANY, 7401)).await?);
    let handler = Arc::new(Operations { faults: true });
    let server = Server::start(settings, listener, http, handler, Handle::current())?;
    *gauge.lock().unwrap() = Some(server.gauge());
    std::future::pending::<()>().await;
    drop(server);
    Ok(())
}

async fn agent(name: &str, claims: Arc<Mutex<Vec<u64>>>) -> Result<(), Box<dyn std::error::Error>> {
    let settings = AgentSettings {
        credentials: credentials(name),
        names: vec!["port".into()],
        topics: vec!["news".into()],
        limits: limits(),
    };
    let (events, mut inbox) = mpsc::channel(1000);
    let stop = CancellationToken::new();
    let connect = async || {
        let connecting = tokio::time::timeout(Duration::from_secs(2), TcpStream::connect(("server", 7400))).await;
        connecting.map_err(|_| GateError::Timeout)?.map_err(GateError::Failed)
    };
    let watching = async {
        while let Some(event) = inbox.recv().await {
            if let AgentEvent::Claimed { generation, .. } = event {
                claims.lock().unwrap().push(generation);
            }
        }
    };
    let stopping = async {
        sleep(Duration::from_secs(25)).await;
        stop.cancel();
        std::future::pending::<()>().await;
    };
    let end = tokio::select! {
        end = run_agent(&settings, connect, &events, &stop) => end,
        () = watching => return Err("the inbox ended".into()),
        () = stopping => return Err("the agent went on".into()),
    };
    if end.reason == StopReason::Cancelled { Ok(()) } else { Err(format!("{end:?}").into()) }
}

/// After all that happened a newcomer is served.
async fn newcomer() -> Result<(), Box<dyn std::error::Error>> {
    sleep(Duration::from_secs(22)).await;
    let stream = TcpStream::connect(("server", 7400)).await?;
    let mut connection = Connection::open(stream, &credentials("newcomer")).await?;
    assert_eq!(connection.request("echo", json!("fine")).await?, "fine");
    Ok(())
}

/// Answers how often the name was taken.
fn simulate(seed: u64) -> turmoil::Result<usize> {
    let mut simulation = turmoil::Builder::new()
        .rng_seed(seed)
        .simulation_duration(Duration::from_mins(1))
        .tick_duration(Duration::from_millis(20))
        .max_message_latency(Duration::from_millis(100))
        .build();
    let gauge = Arc::<Mutex<Option<Gauge>>>::default();
    let claims = Arc::<Mutex<Vec<u64>>>::default();
    let of_server = Arc::clone(&gauge);
    simulation.host("server", move || serve(Arc::clone(&of_server)));
    simulation.client("alice", agent("alice", Arc::clone(&claims)));
    simulation.client("bob", agent("bob", Arc::clone(&claims)));
    simulation.client("newcomer", newcomer());

    // What goes wrong, and when, depends on the seed; after 20 s the network is well again.
    let victim = if seed.is_multiple_of(2) { "alice" } else { "bob" };
    let (from, until) = (Duration::from_secs(2 + seed % 5), Duration::from_secs(8 + seed % 11));
    let mut is_cut = false;
    let mut is_crashed = false;
    while !simulation.step()? {
        let now = simulation.elapsed();
        let should_cut = (from..until).contains(&now);
        if should_cut != is_cut {
            match (seed % 3, should_cut) {
                (0, true) => simulation.partition(victim, "server"),
                (0, false) => simulation.repair(victim, "server"),
                (1, true) => simulation.hold(victim, "server"),
                (1, false) => simulation.release(victim, "server"),
                (_, true) if !is_crashed => {
                    simulation.crash("server");
                    is_crashed = true;
                }
                (_, true) => {}
                (_, false) => simulation.bounce("server"),
            }
            is_cut = should_cut;
        }
    }
    let gauge = gauge.lock().unwrap().clone().expect("the server has started");
    assert_eq!(gauge.accepted(), gauge.closed() + gauge.connections(), "every close is counted");
    let claims = claims.lock().unwrap().len();
    assert!(claims > 0, "somebody held the name");
    Ok(claims)
}

#[test]
fn two_hundred_networks_are_survived() {
    let mut claims = 0;
    for seed in 0..200 {
        claims += simulate(seed).unwrap_or_else(|error| panic!("with seed {seed}: {error}"));
    }
    assert!(claims > 300, "the name changed hands in many of them, not {claims} times");
}
