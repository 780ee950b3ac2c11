//! Peers of either server.

use std::net::SocketAddr;

use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    task::JoinSet,
    time::{Duration, Instant, interval_at, sleep},
};
use unspin_resilient_server::{Connection, Credentials, Secret};

use crate::process::SECRET;

pub async fn open(address: SocketAddr, name: &str) -> Connection<TcpStream> {
    let stream = TcpStream::connect(address).await.expect("a connection");
    stream.set_nodelay(true).expect("an option");
    let credentials = Credentials { name: name.to_owned(), secret: Secret::new(SECRET) };
    Connection::open(stream, &credentials).await.expect("a session")
}

/// Sessions that have sent and received a line and are silent from then on; dead ones, if nobody reads them.
pub async fn sessions(address: SocketAddr, count: usize) -> Vec<Connection<TcpStream>> {
    let mut sessions = Vec::with_capacity(count);
    for number in 0..count {
        let mut session = open(address, &format!("idle {number}")).await;
        session.request("echo", json!("a line")).await.expect("an answer");
        sessions.push(session);
    }
    sessions
}

/// The same for the plain server.
pub async fn plain(address: SocketAddr, count: usize) -> Vec<BufReader<TcpStream>> {
    let mut all = Vec::with_capacity(count);
    for _ in 0..count {
        let mut stream = BufReader::new(TcpStream::connect(address).await.expect("a connection"));
        echo(&mut stream).await;
        all.push(stream);
    }
    all
}

async fn echo(stream: &mut BufReader<TcpStream>) {
    stream.write_all(b"\"a line of about the length of a request to the other one ........\"\n").await.expect("a write");
    let mut line = String::new();
    stream.read_line(&mut line).await.expect("an answer");
}

/// Streams that get a byte every 3 seconds, not all at once, until they are dropped.
pub fn drip(streams: Vec<TcpStream>) -> JoinSet<()> {
    let mut all = JoinSet::new();
    let step = Duration::from_secs(3) / u32::try_from(streams.len().max(1)).unwrap_or(u32::MAX);
    for (number, mut stream) in (0..).zip(streams) {
        all.spawn(async move {
            sleep(step * number).await;
            while stream.write_all(b" ").await.is_ok() {
                sleep(Duration::from_secs(3)).await;
            }
        });
    }
    all
}

const GOOD: usize = 50;
const PERIOD: Duration = Duration::from_millis(50);

/// Clients of one server that ask and wait for the answer.
pub struct Good(Vec<Client>);

enum Client {
    Session(Box<Connection<TcpStream>>),
    Plain(BufReader<TcpStream>),
}

impl Client {
    async fn ask(&mut self) -> Duration {
        let asked = Instant::now();
        match self {
            Self::Session(session) => drop(session.request("echo", json!("how long?")).await.expect("an answer")),
            Self::Plain(stream) => echo(stream).await,
        }
        asked.elapsed()
    }
}

impl Good {
    pub async fn sessions(address: SocketAddr) -> Self {
        let mut all = Vec::new();
        for number in 0..GOOD {
            all.push(Client::Session(Box::new(open(address, &format!("good {number}")).await)));
        }
        Self(all)
    }

    pub async fn plain(address: SocketAddr) -> Self {
        Self(plain(address, GOOD).await.into_iter().map(Client::Plain).collect())
    }

    /// How long they wait for their answers in the given time, sorted. They do not all ask at once.
    pub async fn waits(&mut self, time: Duration) -> Vec<Duration> {
        let mut all = JoinSet::new();
        let begun = Instant::now();
        for (number, mut client) in std::mem::take(&mut self.0).into_iter().enumerate() {
            let first = begun + PERIOD * u32::try_from(number).unwrap_or(0) / GOOD as u32;
            all.spawn(async move {
                let (mut waits, mut ticks) = (Vec::new(), interval_at(first, PERIOD));
                while begun.elapsed() < time {
                    ticks.tick().await;
                    waits.push(client.ask().await);
                }
                (client, waits)
            });
        }
        let (clients, waits): (Vec<_>, Vec<_>) = all.join_all().await.into_iter().unzip();
        self.0 = clients;
        let mut waits = waits.concat();
        waits.sort_unstable();
        waits
    }
}
