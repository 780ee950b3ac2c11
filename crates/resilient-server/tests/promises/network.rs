//! A network in memory: pipes as connections, errors as the test wants them.

use std::{collections::VecDeque, io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream, duplex},
    runtime::Handle,
    sync::mpsc,
    time::timeout,
};
use unspin_resilience::{Backoff, FailureLimits, FailureSettings};
use unspin_resilient_server::{
    Connection, Credentials, FromClient, FromServer, Gauge, Listener, Nonce, Operations, Secret, Server, Settings, Side,
    Transcript, decode, encode,
};

use crate::spy::{Seen, Spied};

pub const SECRET: &str = "a secret of the tests";

/// Settings of a server for tests: as shipped, with operations that fail.
pub fn settings() -> Settings {
    Settings { secret: Secret::new(SECRET), faults: true, ..Settings::default() }
}

pub fn credentials(name: &str) -> Credentials {
    Credentials { name: name.to_owned(), secret: Secret::new(SECRET) }
}

pub fn limits() -> FailureLimits {
    FailureLimits::new(FailureSettings {
        consecutive: 50,
        in_window: 500,
        window: Duration::from_hours(1),
        stable: Duration::from_secs(5),
        backoff: Backoff::new(Duration::from_millis(100), Duration::from_secs(2)).unwrap(),
    })
    .unwrap()
}

/// Connections or errors, in the order that the test sends them.
pub struct Pipes {
    inbox: mpsc::UnboundedReceiver<io::Result<DuplexStream>>,
    seen: Arc<Seen>,
}

impl Listener for Pipes {
    type Stream = Spied;

    async fn accept(&mut self) -> io::Result<(Spied, SocketAddr)> {
        match self.inbox.recv().await {
            Some(next) => Ok((Spied::new(next?, Arc::clone(&self.seen)), SocketAddr::from(([192, 0, 2, 7], 7)))),
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(SocketAddr::from(([192, 0, 2, 1], 7400)))
    }
}

/// A server and the ends of its pipes.
pub struct Network {
    pub server: Server,
    pub gauge: Gauge,
    pub seen: Arc<Seen>,
    connections: mpsc::UnboundedSender<io::Result<DuplexStream>>,
    requests: mpsc::UnboundedSender<io::Result<DuplexStream>>,
}

impl Network {
    pub fn start(settings: Settings) -> Self {
        let (connections, listener) = mpsc::unbounded_channel();
        let (requests, http) = mpsc::unbounded_channel();
        let handler = Arc::new(Operations { faults: true });
        let seen = Arc::<Seen>::default();
        let listener = Pipes { inbox: listener, seen: Arc::clone(&seen) };
        let http = Pipes { inbox: http, seen: Arc::default() };
        let server = Server::start(settings, listener, http, handler, Handle::current()).unwrap();
        Self { gauge: server.gauge(), server, seen, connections, requests }
    }

    /// A connection whose peer has not said anything.
    pub fn connect(&self) -> DuplexStream {
        self.connector()()
    }

    /// What connects, also when the server has been taken out.
    pub fn connector(&self) -> impl Fn() -> DuplexStream + use<> {
        let connections = self.connections.clone();
        move || {
            // Small, so that a reader that stops is felt.
            let (ours, theirs) = duplex(4096);
            // A server that has ended takes nothing: the pipe ends at once.
            let _ = connections.send(Ok(theirs));
            ours
        }
    }

    pub fn fail_accept(&self) {
        self.connections.send(Err(io::Error::from_raw_os_error(24))).unwrap();
    }

    pub async fn client(&self, name: &str) -> Connection<DuplexStream> {
        Connection::open(self.connect(), &credentials(name)).await.unwrap()
    }

    /// A peer that has shaken hands and does from then on only what it is told.
    pub async fn raw(&self, name: &str) -> Raw {
        let mut raw = Raw::new(self.connect());
        raw.shake_hands(name).await;
        raw
    }

    pub async fn http(&self, request: &str) -> String {
        let (mut ours, theirs) = duplex(64 * 1024);
        self.requests.send(Ok(theirs)).unwrap();
        ours.write_all(request.as_bytes()).await.unwrap();
        let mut response = String::new();
        ours.read_to_string(&mut response).await.unwrap();
        response
    }

    /// Whether a newcomer is still served.
    pub async fn assert_serves(&self) {
        let mut client = self.client("newcomer").await;
        let answer = client.request("echo", "still here".into()).await.unwrap();
        assert_eq!(answer, "still here");
    }
}

/// A peer that speaks in bytes.
pub struct Raw {
    pub stream: BufReader<DuplexStream>,
    pub seen: VecDeque<FromServer>,
}

impl Raw {
    pub fn new(stream: DuplexStream) -> Self {
        Self { stream: BufReader::new(stream), seen: VecDeque::new() }
    }

    pub async fn challenge(&mut self) -> Nonce {
        match self.read().await {
            Some(FromServer::Challenge { nonce }) => Nonce::parse(&nonce).unwrap(),
            other => panic!("no challenge but {other:?}"),
        }
    }

    pub async fn shake_hands(&mut self, name: &str) {
        let server = self.challenge().await;
        self.write(encode(&hello(server, name, SECRET)).as_bytes()).await.unwrap();
        assert!(matches!(self.read().await, Some(FromServer::Welcome { .. })));
    }

    pub async fn say(&mut self, message: &FromClient) {
        self.write(encode(message).as_bytes()).await.unwrap();
    }

    /// Writes, unless the server has closed or does not read for a minute.
    pub async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let write = self.stream.get_mut().write_all(bytes);
        timeout(Duration::from_mins(1), write).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }

    /// The next message, or nothing at the end.
    pub async fn read(&mut self) -> Option<FromServer> {
        let mut line = String::new();
        // A server that says nothing for so long, not even a ping, never will.
        let read = timeout(Duration::from_hours(2), self.stream.read_line(&mut line));
        match read.await.expect("the server is silent") {
            Ok(0) | Err(_) => None,
            Ok(_) => Some(decode(line.as_bytes()).unwrap_or_else(|error| panic!("{error} in {line:?}"))),
        }
    }

    /// All messages up to the end; answers the reason of the `bye` if there is one.
    pub async fn read_to_bye(&mut self) -> Option<String> {
        let mut last = None;
        while let Some(message) = self.read().await {
            assert!(last.is_none(), "nothing comes after the bye");
            match message {
                FromServer::Bye { reason } => last = Some(reason),
                other => self.seen.push_back(other),
            }
        }
        last
    }
}

pub fn hello(server: Nonce, name: &str, secret: &str) -> FromClient {
    let client = Nonce::random();
    let proof = Transcript { server, client, name }.proof(&Secret::new(secret), Side::Client);
    FromClient::Hello { client: name.to_owned(), nonce: client.text(), proof }
}
