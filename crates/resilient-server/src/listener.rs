//! Where connections come from: a TCP socket, or in tests a simulated network or a list of errors.

use std::{future::Future, io, net::SocketAddr, sync::Arc, time::Duration};

use rand::random;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    select,
    sync::mpsc,
    time::{Instant, sleep},
};
use unspin_resilience::{ConnectionHealthChecker, LivenessPolicy, Spawner, Stop, monitored, progress};

use crate::{
    close::{CloseReason, Open},
    pool::Job,
    server::Shared,
    session::{self, Connection},
};

/// A source of connections.
pub trait Listener: Send + 'static {
    /// A connection.
    type Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static;

    /// Waits for a connection; may be dropped at any time.
    fn accept(&mut self) -> impl Future<Output = io::Result<(Self::Stream, SocketAddr)>> + Send;

    /// Where it listens.
    ///
    /// # Errors
    ///
    /// When the socket does not know.
    fn local_addr(&self) -> io::Result<SocketAddr>;

    /// Has whatever is below the stream watch its peer too.
    ///
    /// # Errors
    ///
    /// When the socket refuses.
    fn watch(_stream: &Self::Stream, _policy: LivenessPolicy) -> io::Result<()> {
        Ok(())
    }
}

impl Listener for TcpListener {
    type Stream = TcpStream;

    fn accept(&mut self) -> impl Future<Output = io::Result<(TcpStream, SocketAddr)>> + Send {
        TcpListener::accept(self)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        TcpListener::local_addr(self)
    }

    fn watch(stream: &TcpStream, policy: LivenessPolicy) -> io::Result<()> {
        stream.set_nodelay(true)?;
        ConnectionHealthChecker::watch_by_kernel(stream, policy)
    }
}

/// How many connections the kernel keeps until they are accepted.
const BACKLOG: i32 = 4096;

/// Listens on an address; with `reuse_port` beside other processes of the same user that do so too.
///
/// # Errors
///
/// When the address is taken or not of this machine.
pub fn bind(address: SocketAddr, reuse_port: bool) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    #[cfg(all(unix, not(any(target_os = "solaris", target_os = "illumos", target_os = "cygwin"))))]
    socket.set_reuse_port(reuse_port)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

/// Accepts connections until the server drains. An accept that fails (most often since no file descriptor is left) is tried
/// again after a pause that grows from 10 ms to 1 s: the connection that waits would make it fail again at once.
#[monitored(service)]
pub(crate) async fn accept<L: Listener>(
    mut listener: L,
    shared: Arc<Shared>,
    jobs: mpsc::Sender<Job>,
    spawner: Spawner,
    stop: Stop,
) {
    let mut pauses = shared.policies.accept.delays();
    loop {
        let accepted = select! {
            () = stop.draining() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                progress!();
                pauses.reset();
                let _ = L::watch(&stream, shared.policies.liveness);
                admit(stream, peer, &shared, &jobs, &spawner);
            }
            Err(error) => {
                shared.stats.accept_errors.inc();
                let pause: Duration = pauses.next_delay();
                tracing::warn!(%error, ?pause, "cannot accept");
                select! {
                    () = stop.draining() => return,
                    () = sleep(pause) => {}
                }
            }
        }
    }
}

fn admit<S: AsyncRead + AsyncWrite + Send + Unpin + 'static>(
    stream: S,
    peer: SocketAddr,
    shared: &Arc<Shared>,
    jobs: &mpsc::Sender<Job>,
    spawner: &Spawner,
) {
    shared.stats.accepted.inc();
    let open = Open::new(Arc::clone(&shared.stats));
    let Some(place) = shared.admission.handshake(random()) else {
        open.close(CloseReason::HandshakesFull);
        return;
    };
    let connection = Connection { stream, peer, open, place, accepted: Instant::now() };
    let (shared, jobs) = (Arc::clone(shared), jobs.clone());
    // A scope that is closed drops the task, and the connection counts as aborted.
    let _ = spawner.spawn("session", |stop| session::serve(connection, shared, jobs, stop));
}
