//! [`Liveness`] for a connection: waits for what is to be done, and has the kernel watch too.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use socket2::{SockRef, TcpKeepalive};
use tokio::{
    net::TcpStream,
    time::{Instant, sleep_until},
};

use super::{Health, Liveness, LivenessPolicy};

/// Tells the [`ConnectionHealthChecker`] that bytes came in, from whatever task reads them.
///
/// **Bound**: one store, never waits.
#[derive(Debug, Clone)]
pub struct LifeSign {
    origin: Instant,
    heard: Arc<AtomicU64>,
}

impl LifeSign {
    /// Bytes came in.
    pub fn heard(&self) {
        let since = Instant::now().saturating_duration_since(self.origin);
        self.heard.fetch_max(since.as_nanos() as u64, Ordering::Relaxed);
    }

    fn last(&self) -> Instant {
        self.origin + Duration::from_nanos(self.heard.load(Ordering::Relaxed))
    }
}

/// Watches one connection.
///
/// **Bound**: [`next`](Self::next) answers [`Health::Dead`] at most [`LivenessPolicy::bound`] after the last byte.
/// **Cancel**: `next` may be dropped at any time and called again; nothing is lost.
/// **On give-up**: [`Health::Dead`], for good.
///
/// ```
/// # use std::time::Duration;
/// # use unspin_resilience::*;
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), InvalidPolicy> {
/// let mut checker = ConnectionHealthChecker::new(LivenessPolicy::new(Duration::from_secs(3), 2)?);
/// let started = Instant::now();
/// let mut pings = 0;
/// while checker.next().await == Health::Ping {
///     pings += 1; // here a ping is written, with a timeout
/// }
/// assert_eq!((pings, started.elapsed()), (2, Duration::from_secs(9)));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct ConnectionHealthChecker {
    peer: Liveness,
    sign: LifeSign,
}

impl ConnectionHealthChecker {
    /// Watches a peer that was just heard.
    pub fn new(policy: LivenessPolicy) -> Self {
        let now = Instant::now();
        Self { peer: Liveness::new(policy, now), sign: LifeSign { origin: now, heard: Arc::default() } }
    }

    /// Watches the peer of `stream`, whose keepalive and `TCP_USER_TIMEOUT` are set as [`watch_by_kernel`](Self::watch_by_kernel) does.
    ///
    /// # Errors
    ///
    /// When the socket refuses the options.
    pub fn of(stream: &TcpStream, policy: LivenessPolicy) -> io::Result<Self> {
        Self::watch_by_kernel(stream, policy)?;
        Ok(Self::new(policy))
    }

    /// Has the kernel probe a silent peer and give up unacknowledged data, both within the bound of the policy but not below
    /// the kernel's granularity of a second.
    ///
    /// This ends reads and writes of a task that does not ask the checker; it does not replace the checker, since a peer
    /// whose process hangs still acknowledges.
    ///
    /// # Errors
    ///
    /// When the socket refuses the options.
    pub fn watch_by_kernel(stream: &TcpStream, policy: LivenessPolicy) -> io::Result<()> {
        let interval = policy.interval().max(Duration::from_secs(1));
        let socket = SockRef::from(stream);
        let keepalive = TcpKeepalive::new().with_time(interval).with_interval(interval);
        #[cfg(not(any(target_os = "openbsd", target_os = "windows")))]
        let keepalive = keepalive.with_retries(policy.probes());
        socket.set_tcp_keepalive(&keepalive)?;
        #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
        socket.set_tcp_user_timeout(Some(policy.bound().max(Duration::from_secs(1))))?;
        Ok(())
    }

    /// A handle for the task that reads.
    pub fn life_sign(&self) -> LifeSign {
        self.sign.clone()
    }

    /// Bytes came in.
    pub fn heard(&self) {
        self.sign.heard();
    }

    /// Waits until a ping is to be sent or the peer is dead; never answers [`Health::Wait`].
    pub async fn next(&mut self) -> Health {
        loop {
            self.peer.heard(self.sign.last());
            match self.peer.check(Instant::now()) {
                Health::Wait(until) => sleep_until(until).await,
                act @ (Health::Ping | Health::Dead) => return act,
            }
        }
    }
}
