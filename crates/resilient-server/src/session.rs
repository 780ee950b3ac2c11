//! One connection, from accept to close.
//!
//! All that belongs to it runs in one task: reading, writing, watching and the reasons to stop race each other, and the first
//! to end decides why the connection is closed. So there is exactly one reason, nothing is written after it but a last line to
//! a peer that still reads, and whatever the connection took part in is given back when the task ends, however it ends.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadHalf, WriteHalf, split},
    select,
    sync::{Semaphore, mpsc},
    time::{Instant, sleep, timeout, timeout_at},
};
use unspin_resilience::{ConnectionHealthChecker, Health, Line, Lines, LinesError, Stop, monitored, progress};

use crate::{
    admission::Place,
    close::{CloseReason, Open},
    handshake::{Denied, Nonce, admit},
    outbox::{Outbox, Writer},
    pool::Job,
    protocol::{FromClient, FromServer, decode, encode},
    registry::Member,
    server::Shared,
    turn::Turn,
};

/// How long the last line to a peer may take, and how long the peer's last bytes are waited for.
const LAST_WORD: Duration = Duration::from_millis(500);

/// A connection that was let in.
pub(crate) struct Connection<S> {
    pub(crate) stream: S,
    pub(crate) peer: SocketAddr,
    pub(crate) open: Open,
    pub(crate) place: Place,
    pub(crate) accepted: Instant,
}

/// Serves a connection to its end.
pub(crate) async fn serve<S>(connection: Connection<S>, shared: Arc<Shared>, jobs: mpsc::Sender<Job>, stop: Stop)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let Connection { stream, peer, open, place, accepted } = connection;
    let (reader, writer) = split(stream);
    let mut lines = Lines::new(reader, shared.policies.lines);
    let mut writer = Writer::new(writer, Duration::from_millis(shared.settings.write_patience));
    let deadline = accepted + Duration::from_millis(shared.settings.handshake_grace);
    let greeted = select! {
        () = stop.draining() => Err(CloseReason::Drained),
        greeted = timeout_at(deadline, greet(&mut lines, &mut writer, &shared)) =>
            greeted.unwrap_or(Err(CloseReason::HandshakeTimeout)),
    };
    drop(place);
    let (reason, last) = match greeted {
        Ok(guest) => {
            let reason = converse(guest, &mut lines, &mut writer, &shared, jobs, &stop).await;
            (reason, Instant::now() + LAST_WORD)
        }
        Err(reason) => (reason, deadline.min(Instant::now() + LAST_WORD)),
    };
    if reason.can_be_told() {
        // A peer that takes too long for its last line does without.
        let _ = timeout_at(last, say_bye(reason, &mut lines, &mut writer)).await;
    }
    tracing::debug!(%peer, reason = reason.name(), "closed");
    if matches!(reason, CloseReason::NotOurProtocol | CloseReason::WrongProof | CloseReason::HandshakeTimeout) {
        shared.stats.library.offended(&peer.ip().to_string());
    }
    drop((lines, writer));
    open.close(reason);
}

/// A client that shook hands.
struct Guest {
    client: String,
    proof: String,
}

async fn greet<S: AsyncRead + AsyncWrite>(
    lines: &mut Lines<ReadHalf<S>>,
    writer: &mut Writer<WriteHalf<S>>,
    shared: &Shared,
) -> Result<Guest, CloseReason> {
    let nonce = Nonce::random();
    let challenge = encode(&FromServer::Challenge { nonce: nonce.text() });
    writer.write(challenge).await.map_err(|_| CloseReason::WriteFailed)?;
    let line = match lines.next().await {
        Ok(Line::Text(line)) => line,
        Ok(Line::End { cut }) => return Err(ended(cut)),
        Err(error) => return Err(unreadable(&error)),
    };
    let Ok(FromClient::Hello { client, nonce: of_client, proof }) = decode(line) else {
        return Err(CloseReason::NotOurProtocol);
    };
    match admit(&shared.settings.secret, nonce, &client, &of_client, &proof) {
        Ok(proof) => {
            if let Err(unspin_resilience::Refused::Revoked { penalty }) = shared.registry.admits(&client) {
                sleep(penalty).await;
                return Err(CloseReason::Revoked);
            }
            Ok(Guest { client, proof })
        }
        Err(Denied::Malformed) => Err(CloseReason::NotOurProtocol),
        Err(Denied::WrongProof) => Err(CloseReason::WrongProof),
    }
}

async fn converse<S: AsyncRead + AsyncWrite>(
    guest: Guest,
    lines: &mut Lines<ReadHalf<S>>,
    writer: &mut Writer<WriteHalf<S>>,
    shared: &Shared,
    jobs: mpsc::Sender<Job>,
    stop: &Stop,
) -> CloseReason {
    let Some(_place) = shared.admission.session() else { return CloseReason::SessionsFull };
    let outbox = Arc::new(Outbox::new(shared.settings.output_cap));
    let member = shared.registry.join(guest.client, Arc::clone(&outbox));
    let _here = Here::new(shared);
    outbox.push(encode(&FromServer::Welcome {
        session: member.session,
        proof: guest.proof,
        ping_interval: shared.settings.ping_interval,
        ping_probes: shared.settings.ping_probes,
    }));
    let permits = Arc::new(Semaphore::new(shared.settings.requests_per_session));
    let checker = ConnectionHealthChecker::new(shared.policies.liveness);
    let sign = checker.life_sign();
    let turn = Turn { shared, outbox: &outbox, jobs, permits: &permits, stop };
    let reason = select! {
        reason = outbox.ended() => reason,
        () = stop.cancelled() => CloseReason::Cancelled,
        () = drained(stop, &permits, shared.settings.requests_per_session) => CloseReason::Drained,
        reason = read(lines, || sign.heard(), turn, member) => reason,
        reason = writer.write_all_of(&outbox) => reason,
        reason = watch(checker, &outbox) => reason,
    };
    if !reason.can_be_told() {
        return reason;
    }
    // What was answered before the end is still for a peer that is there. One that drains has its time, others little.
    let last = if reason == CloseReason::Drained { writer.patience() } else { LAST_WORD };
    select! {
        () = stop.cancelled() => CloseReason::Cancelled,
        flushed = timeout(last, writer.flush_of(&outbox)) => match flushed {
            Ok(Ok(())) => reason,
            Ok(Err(_)) => CloseReason::WriteFailed,
            Err(_) => CloseReason::SlowReader,
        },
    }
}

/// Reads messages and takes each in its turn, until there is a reason to stop.
#[monitored(service)]
async fn read<S: AsyncRead>(
    lines: &mut Lines<ReadHalf<S>>,
    heard: impl Fn(),
    turn: Turn<'_>,
    mut member: Member,
) -> CloseReason {
    loop {
        let line = match lines.next_marking(&heard).await {
            Ok(Line::Text(line)) => line,
            Ok(Line::End { cut }) => return ended(cut),
            Err(error) => return unreadable(&error),
        };
        if let Err(reason) = turn.take(line, &mut member) {
            return reason;
        }
        progress!();
    }
}

/// Pings a silent peer until it is dead.
#[monitored(service)]
async fn watch(mut checker: ConnectionHealthChecker, outbox: &Outbox) -> CloseReason {
    while checker.next().await == Health::Ping {
        outbox.push(encode(&FromServer::Ping));
    }
    CloseReason::PeerSilent
}

/// Waits until the server shuts down and no request of this session is with a worker.
async fn drained(stop: &Stop, permits: &Semaphore, all: usize) {
    stop.draining().await;
    // The semaphore is never closed.
    let _ = permits.acquire_many(u32::try_from(all).unwrap_or(u32::MAX)).await;
}

async fn say_bye<S: AsyncRead + AsyncWrite>(
    reason: CloseReason,
    lines: &mut Lines<ReadHalf<S>>,
    writer: &mut Writer<WriteHalf<S>>,
) -> std::io::Result<()> {
    writer.write(encode(&FromServer::Bye { reason: reason.name().to_owned() })).await?;
    writer.shutdown().await?;
    // To close with input unread resets the connection, and the last line may be lost with it.
    while let Ok(Line::Text(_)) = lines.next().await {}
    Ok(())
}

fn ended(cut: usize) -> CloseReason {
    if cut == 0 { CloseReason::PeerClosed } else { CloseReason::PeerCut }
}

fn unreadable(error: &LinesError) -> CloseReason {
    match error {
        LinesError::TooLong { .. } => CloseReason::LineTooLong,
        LinesError::TooSlow { .. } => CloseReason::LineTooSlow,
        _ => CloseReason::ReadFailed,
    }
}

/// A session that is open, in the gauge.
struct Here<'a>(&'a Shared);

impl<'a> Here<'a> {
    fn new(shared: &'a Shared) -> Self {
        shared.stats.sessions.inc();
        Self(shared)
    }
}

impl Drop for Here<'_> {
    fn drop(&mut self) {
        self.0.stats.sessions.dec();
    }
}
