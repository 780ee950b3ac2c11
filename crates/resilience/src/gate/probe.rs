//! A probe by datagram: a nonce that the peer sends back.
//!
//! One datagram each way is far cheaper for a server that comes up than a connection it has to refuse. The answer is as
//! long as the question, so that the responder amplifies nothing, and the nonce keeps an old answer from counting.

use std::{io, net::SocketAddr, time::Duration};

use tokio::{
    net::UdpSocket,
    time::{Instant, timeout_at},
};
use tokio_util::sync::CancellationToken;

use crate::{Backoff, Jitter, policy::DAY};

const MAGIC: [u8; 8] = *b"unspin\x00\x01";
const LENGTH: usize = MAGIC.len() + 16;
const DATAGRAMS: u32 = 3;

/// What a probe learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The peer answered.
    Answered,
    /// Nothing came: the peer is away, or datagrams are blocked.
    Silent,
}

/// Asks whether a peer that runs [`answer_probes`] is there.
///
/// **Bound**: at most `within`, at most three datagrams.
/// **Cancel**: drop the future.
/// **On give-up**: [`Reach::Silent`], also where no datagram can be sent.
pub async fn probe(peer: SocketAddr, within: Duration) -> Reach {
    match ask(peer, within.min(DAY)).await {
        Ok(true) => Reach::Answered,
        Ok(false) | Err(_) => Reach::Silent,
    }
}

async fn ask(peer: SocketAddr, within: Duration) -> io::Result<bool> {
    let local: SocketAddr = if peer.is_ipv4() { ([0, 0, 0, 0], 0).into() } else { ([0u16; 8], 0).into() };
    let socket = UdpSocket::bind(local).await?;
    socket.connect(peer).await?;
    let mut question = [0; LENGTH];
    question[..MAGIC.len()].copy_from_slice(&MAGIC);
    question[MAGIC.len()..].copy_from_slice(&rand::random::<[u8; 16]>());
    let begun = Instant::now();
    for number in 1..=DATAGRAMS {
        socket.send(&question).await?;
        if timeout_at(begun + within * number / DATAGRAMS, echoed(&socket, &question)).await.is_ok_and(|echo| echo.is_ok()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Waits for the echo; other datagrams are passed over.
async fn echoed(socket: &UdpSocket, question: &[u8]) -> io::Result<()> {
    let mut answer = [0; LENGTH + 1];
    loop {
        let length = socket.recv(&mut answer).await?;
        if answer.get(..length) == Some(question) {
            return Ok(());
        }
    }
}

/// Answers probes until `stop` fires.
///
/// **Bound**: one datagram of the same length for each that is a probe, none for others; constant memory. Errors are followed
/// by a pause from 1 ms to 1 s.
/// **Cancel**: returns when `stop` fires; may be dropped at any time.
pub async fn answer_probes(socket: &UdpSocket, stop: &CancellationToken) {
    let pauses = Backoff::new(Duration::from_millis(1), Duration::from_secs(1));
    let Ok(mut pauses) = pauses.map(|pauses| pauses.with_jitter(Jitter::None).delays()) else { return };
    let mut datagram = [0; LENGTH + 1];
    loop {
        let received = tokio::select! {
            () = stop.cancelled() => return,
            received = socket.recv_from(&mut datagram) => received,
        };
        match received {
            Ok((LENGTH, peer)) if datagram.starts_with(&MAGIC) => {
                pauses.reset();
                // An answer that does not fit into the socket's buffer is lost like any datagram.
                let _ = socket.try_send_to(&datagram[..LENGTH], peer);
            }
            Ok(_) => pauses.reset(),
            // The next round sees the cancellation.
            Err(_) => drop(stop.run_until_cancelled(tokio::time::sleep(pauses.next_delay())).await),
        }
    }
}
