//! The other side: one connection to the server.

use std::{collections::VecDeque, fmt, io, net::SocketAddr, time::Duration};

use serde_json::Value;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadHalf, WriteHalf, split},
    net::TcpStream,
    select,
    time::timeout,
};
use unspin_resilience::{
    Classify, ConnectGate, ConnectionHealthChecker, Failure, GateError, Health, LifeSign, Line, LinePolicy, LineSettings,
    Lines, LinesError, LivenessPolicy,
};

use crate::{
    handshake::{Nonce, Side, Transcript},
    outbox::Writer,
    protocol::{FromClient, FromServer, decode, encode},
    settings::Secret,
};

/// How long the handshake, one line to the server or one answer may take.
const LIMIT: Duration = Duration::from_secs(10);
/// Messages that may come while an answer is waited for.
const INBOX: usize = 1024;

/// Who a client is.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Its name, 1 to 64 bytes.
    pub name: String,
    /// The secret that it shares with the server.
    pub secret: Secret,
}

/// Why a connection cannot go on. All but [`Refused`](Self::Refused) are final.
#[derive(Debug)]
#[non_exhaustive]
pub enum ClientError {
    /// There is no connection.
    Connect(GateError<io::Error>),
    /// What the server sent cannot be read.
    Read(LinesError),
    /// The server cannot be written to.
    Write(io::Error),
    /// The server closed without a word.
    Closed,
    /// The server closed, and why.
    Bye(String),
    /// The server does not know the secret.
    Impostor,
    /// The server sent what is no message, or none that belongs here.
    Protocol(String),
    /// The server did not answer pings.
    Silent,
    /// No answer in time.
    Timeout,
    /// More messages came than anybody read.
    Lagging,
    /// The server did not do what it was asked.
    Refused {
        /// Why, in a word.
        reason: String,
        /// When to ask again; never if there is none.
        retry_after: Option<Duration>,
    },
}

impl fmt::Display for ClientError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect(error) => write!(out, "cannot connect: {error}"),
            Self::Read(error) => error.fmt(out),
            Self::Write(error) => write!(out, "cannot write to the server: {error}"),
            Self::Closed => out.write_str("the server closed the connection"),
            Self::Bye(reason) => write!(out, "the server closed the connection: {reason}"),
            Self::Impostor => out.write_str("the server does not know the secret"),
            Self::Protocol(what) => write!(out, "the server does not speak our protocol: {what}"),
            Self::Silent => out.write_str("the server does not answer pings"),
            Self::Timeout => out.write_str("the server did not answer in time"),
            Self::Lagging => out.write_str("messages come faster than they are read"),
            Self::Refused { reason, .. } => write!(out, "refused: {reason}"),
        }
    }
}

impl std::error::Error for ClientError {}

impl Classify for ClientError {
    fn classify(&self) -> Failure {
        match self {
            Self::Connect(GateError::Open { retry_after } | GateError::Unreachable { retry_after })
            | Self::Refused { retry_after: Some(retry_after), .. } => Failure::Throttled(*retry_after),
            Self::Connect(GateError::Timeout) | Self::Silent | Self::Timeout => Failure::Timeout,
            Self::Bye(reason) => match reason.as_str() {
                "revoked" | "wrong-proof" | "not-our-protocol" | "bad-message" | "line-too-long" => Failure::Permanent,
                _ => Failure::Transient,
            },
            Self::Impostor | Self::Protocol(_) | Self::Refused { .. } => Failure::Permanent,
            _ => Failure::Transient,
        }
    }
}

/// Connects through a gate, which limits attempts and leaves a dead server alone.
///
/// # Errors
///
/// [`GateError`] when there is no connection.
pub async fn dial(gate: &ConnectGate<SocketAddr>, address: SocketAddr) -> Result<TcpStream, GateError<io::Error>> {
    gate.connect(&address, async {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    })
    .await
}

/// A connection that has shaken hands.
///
/// **Bound**: a server that is gone is found within the interval that it told; an answer is waited for 10 s.
/// **Cancel**: [`receive`](Self::receive) may be dropped at any time and called again.
/// **On give-up**: [`ClientError`].
pub struct Connection<S> {
    lines: Lines<ReadHalf<S>>,
    writer: Writer<WriteHalf<S>>,
    checker: ConnectionHealthChecker,
    sign: LifeSign,
    session: u64,
    last_id: u64,
    inbox: VecDeque<FromServer>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    /// Shakes hands.
    ///
    /// # Errors
    ///
    /// [`ClientError`] when either side is not who it should be, or the time is over.
    pub async fn open(stream: S, credentials: &Credentials) -> Result<Self, ClientError> {
        timeout(LIMIT, Self::shake_hands(stream, credentials)).await.unwrap_or(Err(ClientError::Timeout))
    }

    async fn shake_hands(stream: S, credentials: &Credentials) -> Result<Self, ClientError> {
        let (reader, writer) = split(stream);
        let settings = LineSettings { max_length: 1 << 20, patience: LIMIT, min_rate: 1024 };
        let invalid = |error: unspin_resilience::InvalidPolicy| ClientError::Protocol(error.to_string());
        let mut lines = Lines::new(reader, LinePolicy::new(settings).map_err(invalid)?);
        let mut writer = Writer::new(writer, LIMIT);
        let server = match read(&mut lines, || ()).await? {
            FromServer::Challenge { nonce } => {
                Nonce::parse(&nonce).ok_or_else(|| ClientError::Protocol("the challenge is malformed".into()))?
            }
            other => return Err(unexpected(other)),
        };
        let client = Nonce::random();
        let name = credentials.name.as_str();
        let transcript = Transcript { server, client, name };
        let proof = transcript.proof(&credentials.secret, Side::Client);
        let hello = FromClient::Hello { client: name.to_owned(), nonce: client.text(), proof };
        writer.write(encode(&hello)).await.map_err(ClientError::Write)?;
        match read(&mut lines, || ()).await? {
            FromServer::Welcome { session, proof, ping_interval, ping_probes } => {
                let verified = transcript.verify(&credentials.secret, Side::Server, &proof);
                verified.map_err(|_| ClientError::Impostor)?;
                let interval = Duration::from_millis(ping_interval);
                let checker = ConnectionHealthChecker::new(LivenessPolicy::new(interval, ping_probes).map_err(invalid)?);
                let sign = checker.life_sign();
                Ok(Self { lines, writer, checker, sign, session, last_id: 0, inbox: VecDeque::new() })
            }
            other => Err(unexpected(other)),
        }
    }

    /// What it runs on; what was read and not taken is lost.
    pub fn into_inner(self) -> S {
        self.lines.into_inner().unsplit(self.writer.into_inner())
    }

    /// The number of the session.
    pub fn session(&self) -> u64 {
        self.session
    }

    /// Waits for a message of the server; answers its pings, and sends pings where it is silent.
    ///
    /// # Errors
    ///
    /// [`ClientError`] when the connection is over.
    pub async fn receive(&mut self) -> Result<FromServer, ClientError> {
        match self.inbox.pop_front() {
            Some(message) => Ok(message),
            None => self.take().await,
        }
    }

    /// Sends a message that has no answer.
    ///
    /// # Errors
    ///
    /// [`ClientError::Write`].
    pub async fn send(&mut self, message: &FromClient) -> Result<(), ClientError> {
        self.writer.write(encode(message)).await.map_err(ClientError::Write)
    }

    /// Sends a message under a new id and waits for its answer; what comes meanwhile is kept for [`receive`](Self::receive).
    ///
    /// # Errors
    ///
    /// [`ClientError`], also when the server refuses.
    pub async fn ask(&mut self, message: impl FnOnce(u64) -> FromClient) -> Result<FromServer, ClientError> {
        let id = self.new_id();
        self.send(&message(id)).await?;
        timeout(LIMIT, self.answer(id)).await.unwrap_or(Err(ClientError::Timeout))
    }

    /// Has an operation done.
    ///
    /// # Errors
    ///
    /// [`ClientError`], also when the server refuses.
    pub async fn request(&mut self, operation: &str, data: Value) -> Result<Value, ClientError> {
        let operation = operation.to_owned();
        match self.ask(|id| FromClient::Request { id, operation, data }).await? {
            FromServer::Answer { data, .. } => Ok(data),
            other => Err(unexpected(other)),
        }
    }

    /// Asks for a name and answers the generation of its lease.
    ///
    /// # Errors
    ///
    /// [`ClientError`], also when the server refuses.
    pub async fn claim(&mut self, name: &str) -> Result<u64, ClientError> {
        match self.ask(|id| FromClient::Claim { id, name: name.to_owned() }).await? {
            FromServer::Claimed { generation, .. } => Ok(generation),
            other => Err(unexpected(other)),
        }
    }

    /// Subscribes to a topic.
    ///
    /// # Errors
    ///
    /// [`ClientError`], also when the server refuses.
    pub async fn subscribe(&mut self, topic: &str) -> Result<(), ClientError> {
        self.ask(|id| FromClient::Subscribe { id, topic: topic.to_owned() }).await.map(|_| ())
    }

    /// An id that no message of this connection had.
    pub(crate) fn new_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    async fn answer(&mut self, to: u64) -> Result<FromServer, ClientError> {
        loop {
            let message = self.take().await?;
            match message {
                FromServer::Refused { id, reason, retry_after } if id == to => {
                    return Err(ClientError::Refused { reason, retry_after: retry_after.map(Duration::from_millis) });
                }
                FromServer::Answer { id, .. } | FromServer::Done { id } | FromServer::Claimed { id, .. } if id == to => {
                    return Ok(message);
                }
                _ if self.inbox.len() >= INBOX => return Err(ClientError::Lagging),
                _ => self.inbox.push_back(message),
            }
        }
    }

    async fn take(&mut self) -> Result<FromServer, ClientError> {
        loop {
            // What a call that was dropped left behind.
            self.writer.finish().await.map_err(ClientError::Write)?;
            let message = select! {
                message = read(&mut self.lines, || self.sign.heard()) => message?,
                health = self.checker.next() => {
                    if health == Health::Dead {
                        return Err(ClientError::Silent);
                    }
                    self.send(&FromClient::Ping).await?;
                    continue;
                }
            };
            match message {
                FromServer::Ping => self.send(&FromClient::Pong).await?,
                FromServer::Pong => {}
                FromServer::Bye { reason } => return Err(ClientError::Bye(reason)),
                message => return Ok(message),
            }
        }
    }
}

async fn read<S: AsyncRead>(lines: &mut Lines<ReadHalf<S>>, heard: impl Fn()) -> Result<FromServer, ClientError> {
    match lines.next_marking(heard).await {
        Ok(Line::Text(line)) => decode(line).map_err(|error| ClientError::Protocol(error.to_string())),
        Ok(Line::End { .. }) => Err(ClientError::Closed),
        Err(error) => Err(ClientError::Read(error)),
    }
}

fn unexpected(message: FromServer) -> ClientError {
    match message {
        FromServer::Bye { reason } => ClientError::Bye(reason),
        other => ClientError::Protocol(format!("unexpected {}", encode(&other).trim_end())),
    }
}
