//! `resilient-server`: the reference server as a process.
//!
//! The first SIGTERM or SIGINT drains and ends within the grace, the second ends at once. To restart without a refused
//! client, set `reuse_port`, start the new process, then send SIGTERM to the old one.

use std::{
    fs,
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
};

use anyhow::Context as _;
use clap::Parser;
use serde_json::json;
use tokio::{
    runtime::{Builder, Handle},
    select,
    signal::unix::{Signal, SignalKind, signal},
};
use unspin_resilient_server::{Operations, Server, Settings, bind};

/// A line server whose loops end.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// A TOML file with settings.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// A setting, stronger than the environment (`RESILIENT_KEY`) and the file.
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = pair)]
    settings: Vec<(String, String)>,
    /// How much to log: error, warn, info, debug or trace.
    #[arg(long, default_value = "info", env = "LOG_LEVEL")]
    log: tracing::Level,
    /// Logs as JSON, one object a line.
    #[arg(long)]
    json: bool,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let logs = tracing_subscriber::fmt().with_max_level(arguments.log).with_writer(io::stderr);
    if arguments.json {
        logs.json().init();
    } else {
        logs.init();
    }
    let file = match &arguments.config {
        Some(path) => fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?,
        None => String::new(),
    };
    let environment = std::env::vars_os().filter_map(|(key, value)| key.into_string().ok().zip(value.into_string().ok()));
    let settings = Settings::load(&file, environment, &arguments.settings)?;
    // A handler that blocks holds up one of these threads, never one that serves sessions.
    let handlers = Builder::new_multi_thread().worker_threads(settings.workers).enable_all().build()?;
    let runtime = Builder::new_multi_thread().enable_all().build()?;
    let code = runtime.block_on(run(settings, handlers.handle().clone()));
    runtime.shutdown_background();
    handlers.shutdown_background();
    code
}

async fn run(settings: Settings, handlers: Handle) -> anyhow::Result<ExitCode> {
    let mut signals = Signals::new()?;
    let listener =
        bind(settings.listen, settings.reuse_port).with_context(|| format!("cannot listen on {}", settings.listen))?;
    let http = bind(settings.http, settings.reuse_port).with_context(|| format!("cannot listen on {}", settings.http))?;
    let handler = Arc::new(Operations { faults: settings.faults });
    let server = Server::start(settings, listener, http, handler, handlers)?;
    let (address, http) = (server.address(), server.http_address());
    tracing::info!(%address, %http, "listening");
    say(&json!({ "listening": address, "http": http }));

    let reason = signals.next().await;
    tracing::info!(reason, "shutting down; again to stop at once");
    select! {
        report = server.shutdown(reason) => {
            let (drained, cancelled) = (report.drained, report.cancelled);
            let (aborted, stuck) = (report.aborted.len(), report.stuck.len());
            let took = report.elapsed.as_millis();
            tracing::info!(reason, drained, cancelled, aborted, stuck, panicked = report.panicked, took, "stopped");
            say(&json!({
                "stopped": reason, "milliseconds": took, "drained": drained, "cancelled": cancelled,
                "aborted": aborted, "stuck": stuck, "panicked": report.panicked,
            }));
            Ok(ExitCode::SUCCESS)
        }
        again = signals.next() => {
            tracing::warn!(again, "stopped at once");
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Tells whoever started the process; nobody has to listen.
fn say(line: &serde_json::Value) {
    let _ = writeln!(io::stdout(), "{line}");
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) -> &'static str {
        select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
