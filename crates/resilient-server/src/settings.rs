//! What an operator can set, and the policies that are made of it.
//!
//! Every setting has one name, which is a key of the file, a flag (`--set key=value`) and, in capitals behind `RESILIENT_`, a
//! variable of the environment. Flags go before the environment, the environment before the file, the file before the
//! defaults. Unknown names and values out of range are errors, found before anything is started.

use std::{fmt, net::SocketAddr, time::Duration};

use serde::{Deserialize, Serialize, Serializer};
use unspin_resilience::{Backoff, InvalidPolicy, LeaseSettings, LinePolicy, LineSettings, LivenessPolicy};

/// What both sides know and nobody else; never shown.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// A secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Its bytes, for the proof.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(…)")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("")
    }
}

/// All settings of the server. Times are in milliseconds, sizes in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Where clients connect; port 0 takes any.
    pub listen: SocketAddr,
    /// Where `/metrics` and `/health` are; port 0 takes any.
    pub http: SocketAddr,
    /// Lets a new process listen on the same address while the old one drains: how to restart without a refused client.
    pub reuse_port: bool,
    /// The shared secret, at least 8 bytes.
    pub secret: Secret,
    /// The names of clients that may revoke others.
    pub admins: Vec<String>,
    /// The longest line of a client.
    pub line_cap: usize,
    /// How long a line may take whatever its rate.
    pub line_patience: u64,
    /// Bytes a second that a line must come with after that.
    pub line_rate: u32,
    /// The most bytes that wait for one client to read them.
    pub output_cap: usize,
    /// How long one line may take to be written.
    pub write_patience: u64,
    /// From accept to the end of the handshake.
    pub handshake_grace: u64,
    /// The most connections that have not shaken hands.
    pub handshakes_max: usize,
    /// With more than this many, some newcomers are dropped at random.
    pub handshakes_free: usize,
    /// The most sessions.
    pub sessions_max: usize,
    /// Silence before a ping, and between pings.
    pub ping_interval: u64,
    /// Pings without an answer before the peer is dead.
    pub ping_probes: u32,
    /// Requests that are handled at once.
    pub workers: usize,
    /// Requests that wait for a worker.
    pub queue: usize,
    /// How long a request may take.
    pub request_limit: u64,
    /// Requests of one session at once.
    pub requests_per_session: usize,
    /// Topics that one session may be subscribed to.
    pub topics_per_session: usize,
    /// Names that one session may hold.
    pub names_per_session: usize,
    /// Names that all may hold.
    pub names_max: usize,
    /// How often a name may be taken over by its own owner within the window.
    pub takeovers: u32,
    /// See `takeovers`.
    pub takeover_window: u64,
    /// How long shutdown waits for sessions to drain.
    pub shutdown_grace: u64,
    /// Operations that fail in ways a test needs: panic, block, never end.
    pub faults: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 7400)),
            http: SocketAddr::from(([127, 0, 0, 1], 7401)),
            reuse_port: false,
            secret: Secret::default(),
            admins: Vec::new(),
            line_cap: 64 * 1024,
            line_patience: 5_000,
            line_rate: 1024,
            output_cap: 256 * 1024,
            write_patience: 10_000,
            handshake_grace: 5_000,
            handshakes_max: 100,
            handshakes_free: 50,
            sessions_max: 20_000,
            ping_interval: 10_000,
            ping_probes: 2,
            workers: 8,
            queue: 256,
            request_limit: 10_000,
            requests_per_session: 32,
            topics_per_session: 32,
            names_per_session: 8,
            names_max: 1_000,
            takeovers: 5,
            takeover_window: 60_000,
            shutdown_grace: 10_000,
            faults: false,
        }
    }
}

/// Why the settings cannot be used.
#[derive(Debug)]
#[non_exhaustive]
pub enum SettingsError {
    /// There is no setting of that name.
    Unknown(String),
    /// The file or a value cannot be read.
    Unreadable(toml::de::Error),
    /// A value is out of its range.
    Invalid(String),
}

impl fmt::Display for SettingsError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(name) => write!(out, "there is no setting `{name}`"),
            Self::Unreadable(error) => write!(out, "cannot read the settings: {error}"),
            Self::Invalid(what) => out.write_str(what),
        }
    }
}

impl std::error::Error for SettingsError {}

impl From<InvalidPolicy> for SettingsError {
    fn from(error: InvalidPolicy) -> Self {
        Self::Invalid(error.to_string())
    }
}

impl From<toml::de::Error> for SettingsError {
    fn from(error: toml::de::Error) -> Self {
        Self::Unreadable(error)
    }
}

/// What a variable of the environment that is a setting begins with.
const PREFIX: &str = "RESILIENT_";

impl Settings {
    /// Reads the settings: the text of the file, all variables of the environment, the flags.
    ///
    /// # Errors
    ///
    /// Says which setting is unknown, unreadable or out of range.
    pub fn load(
        file: &str,
        environment: impl IntoIterator<Item = (String, String)>,
        flags: &[(String, String)],
    ) -> Result<Self, SettingsError> {
        let mut table: toml::Table = file.parse()?;
        let mut variables: Vec<(String, String)> = environment
            .into_iter()
            .filter_map(|(name, value)| Some((name.strip_prefix(PREFIX)?.to_ascii_lowercase(), value)))
            .collect();
        variables.sort();
        let known = toml::Table::try_from(Self::default()).map_err(|error| SettingsError::Invalid(error.to_string()))?;
        for (name, text) in variables.iter().chain(flags) {
            let value = match known.get(name) {
                None => return Err(SettingsError::Unknown(name.clone())),
                Some(toml::Value::String(_)) => toml::Value::String(text.clone()),
                Some(_) => value(text)?,
            };
            table.insert(name.clone(), value);
        }
        let settings: Self = table.try_into()?;
        Policies::new(&settings)?;
        Ok(settings)
    }
}

fn value(text: &str) -> Result<toml::Value, SettingsError> {
    let mut table: toml::Table = format!("value = {text}").parse()?;
    Ok(table.remove("value").unwrap_or(toml::Value::Boolean(false)))
}

/// What the settings mean to the library.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Policies {
    pub(crate) lines: LinePolicy,
    pub(crate) liveness: LivenessPolicy,
    pub(crate) leases: LeaseSettings,
    /// The pauses after failed accepts.
    pub(crate) accept: Backoff,
}

impl Policies {
    pub(crate) fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let in_range = |name: &str, value: usize, least: usize, most: usize| {
            if (least..=most).contains(&value) {
                return Ok(());
            }
            Err(SettingsError::Invalid(format!("`{name}` is {value}, allowed is {least} to {most}")))
        };
        if settings.secret.0.len() < 8 {
            let what = "the secret has less than 8 bytes: set `secret` in the file or RESILIENT_SECRET";
            return Err(SettingsError::Invalid(what.into()));
        }
        in_range("output_cap", settings.output_cap, 1024, 1 << 30)?;
        in_range("handshakes_max", settings.handshakes_max, 1, 100_000)?;
        in_range("handshakes_free", settings.handshakes_free, 1, settings.handshakes_max)?;
        in_range("sessions_max", settings.sessions_max, 1, 10_000_000)?;
        in_range("workers", settings.workers, 1, 10_000)?;
        in_range("queue", settings.queue, 1, 1_000_000)?;
        in_range("requests_per_session", settings.requests_per_session, 1, 10_000)?;
        for (name, time) in [
            ("write_patience", settings.write_patience),
            ("handshake_grace", settings.handshake_grace),
            ("request_limit", settings.request_limit),
            ("shutdown_grace", settings.shutdown_grace),
        ] {
            in_range(name, usize::try_from(time).unwrap_or(usize::MAX), 1, 3_600_000)?;
        }
        let liveness = LivenessPolicy::new(Duration::from_millis(settings.ping_interval), settings.ping_probes)?;
        let leases = LeaseSettings {
            duration: liveness.bound(),
            max_names: settings.names_max,
            takeovers: settings.takeovers,
            window: Duration::from_millis(settings.takeover_window),
            penalty: Backoff::new(Duration::from_millis(100), Duration::from_secs(2))?,
        };
        Ok(Self {
            lines: line_policy(settings)?,
            liveness,
            leases,
            accept: Backoff::new(Duration::from_millis(10), Duration::from_secs(1))?
                .with_jitter(unspin_resilience::Jitter::None),
        })
    }
}

fn line_policy(settings: &Settings) -> Result<LinePolicy, InvalidPolicy> {
    LinePolicy::new(LineSettings {
        max_length: settings.line_cap,
        patience: Duration::from_millis(settings.line_patience),
        min_rate: settings.line_rate,
    })
}
