//! The server as a whole: started with its listeners, ended within a time that is known.

use std::{fmt, io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    runtime::Handle,
    sync::{Mutex, mpsc},
};
use unspin_resilience::{Scope, ScopeClosed, ShutdownReport};

use crate::{
    admission::Admission,
    close::CloseReason,
    handler::Handler,
    http,
    listener::{Listener, accept},
    pool::Pool,
    registry::Registry,
    settings::{Policies, Settings, SettingsError},
    stats::Stats,
};

/// What all tasks of the server share.
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    pub(crate) policies: Policies,
    pub(crate) stats: Arc<Stats>,
    pub(crate) admission: Admission,
    pub(crate) registry: Arc<Registry>,
}

impl Shared {
    /// Why the server is not well, if so.
    pub(crate) fn trouble(&self) -> Option<&'static str> {
        let lost = usize::try_from(self.stats.lost_workers.get()).unwrap_or(0);
        (lost >= self.settings.workers).then_some("all workers are stuck")
    }
}

/// Why the server did not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// The settings are not sound.
    Settings(SettingsError),
    /// A listener does not know its address.
    Listen(io::Error),
    /// The server was stopped while it started.
    Stopped,
}

impl fmt::Display for StartError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Settings(error) => error.fmt(out),
            Self::Listen(error) => write!(out, "cannot listen: {error}"),
            Self::Stopped => out.write_str("stopped while it started"),
        }
    }
}

impl std::error::Error for StartError {}

impl From<SettingsError> for StartError {
    fn from(error: SettingsError) -> Self {
        Self::Settings(error)
    }
}

impl From<ScopeClosed> for StartError {
    fn from(_: ScopeClosed) -> Self {
        Self::Stopped
    }
}

/// A server that runs until it is shut down or dropped.
///
/// **Bound**: memory at most `connections × (line cap + output cap)` and a constant; a dead peer is reaped within
/// `ping_interval × (ping_probes + 1)`; [`shutdown`](Self::shutdown) takes at most `shutdown_grace` and one second.
/// **Cancel**: dropping it aborts all tasks.
/// **On give-up**: each connection is closed with one [`CloseReason`], counted in `/metrics`.
pub struct Server {
    scope: Scope,
    shared: Arc<Shared>,
    address: SocketAddr,
    http_address: SocketAddr,
}

impl Server {
    /// Starts a server on two listeners; requests run on `handlers`, which may be the runtime of the caller.
    ///
    /// # Errors
    ///
    /// [`StartError`] when the settings are not sound.
    pub fn start<L: Listener, H: Listener>(
        settings: Settings,
        listener: L,
        http: H,
        handler: Arc<dyn Handler>,
        handlers: Handle,
    ) -> Result<Self, StartError> {
        let policies = Policies::new(&settings)?;
        let stats = Arc::new(Stats::new().map_err(SettingsError::from)?);
        let registry = Arc::new(Registry::new(policies.leases).map_err(SettingsError::from)?);
        let address = listener.local_addr().map_err(StartError::Listen)?;
        let http_address = http.local_addr().map_err(StartError::Listen)?;
        let admission = Admission::new(&settings);
        let (jobs, queue) = mpsc::channel(settings.queue);
        let (limit, workers) = (Duration::from_millis(settings.request_limit), settings.workers);
        let shared = Arc::new(Shared { settings, policies, stats, admission, registry });

        let scope = Scope::new();
        let spawner = scope.spawner();
        let stats = Arc::clone(&shared.stats);
        Pool { handler, runtime: handlers, limit, stats, queue: Mutex::new(queue) }.start(workers, spawner)?;
        // The sessions have the only other senders: the workers end after the last of them.
        spawner.spawn("accept", |stop| accept(listener, Arc::clone(&shared), jobs, spawner.clone(), stop))?;
        spawner.spawn("http-accept", |stop| http::serve(http, Arc::clone(&shared), spawner.clone(), stop))?;
        Ok(Self { scope, shared, address, http_address })
    }

    /// Where clients connect.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where `/metrics` and `/health` are.
    pub fn http_address(&self) -> SocketAddr {
        self.http_address
    }

    /// What can be seen of it.
    pub fn gauge(&self) -> Gauge {
        Gauge(Arc::clone(&self.shared))
    }

    /// Lets sessions drain for the grace of the settings, then cancels, then aborts them.
    pub async fn shutdown(self, reason: &str) -> ShutdownReport {
        let grace = Duration::from_millis(self.shared.settings.shutdown_grace);
        self.scope.shutdown(grace, reason).await
    }
}

/// Looks at a server, also after it has ended.
#[derive(Clone)]
pub struct Gauge(Arc<Shared>);

impl Gauge {
    /// Connections that were accepted so far.
    pub fn accepted(&self) -> u64 {
        self.0.stats.accepted.get()
    }

    /// Accepts that failed so far.
    pub fn accept_errors(&self) -> u64 {
        self.0.stats.accept_errors.get()
    }

    /// Connections that are open.
    pub fn connections(&self) -> u64 {
        u64::try_from(self.0.stats.connections.get()).unwrap_or(0)
    }

    /// Sessions that are open.
    pub fn sessions(&self) -> u64 {
        u64::try_from(self.0.stats.sessions.get()).unwrap_or(0)
    }

    /// Connections that have not shaken hands.
    pub fn handshakes(&self) -> usize {
        self.0.admission.handshakes()
    }

    /// Connections that were closed for a reason.
    pub fn closes(&self, reason: CloseReason) -> u64 {
        self.0.stats.library.closes(reason.name())
    }

    /// Connections that were closed.
    pub fn closed(&self) -> u64 {
        CloseReason::ALL.iter().map(|reason| self.closes(*reason)).sum()
    }

    /// Handlers that panicked.
    pub fn handler_panics(&self) -> u64 {
        self.0.stats.panics.get()
    }
}
