//! `/metrics` and `/health`, over as much HTTP/1.1 as that needs.
//!
//! A request is a few bounded lines within a few seconds, an answer is written within as long, then the connection is closed;
//! more than a handful at once are dropped. A monitor that hangs or lies costs no more than that.

use std::{fmt::Write as _, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt, split},
    select,
    sync::Semaphore,
    time::{sleep, timeout},
};
use unspin_resilience::{InvalidPolicy, Line, LinePolicy, LineSettings, Lines, Spawner, Stop, monitored, progress};

use crate::{listener::Listener, server::Shared};

/// How long a request and its answer may take together.
const LIMIT: Duration = Duration::from_secs(5);
/// Requests at once.
const AT_ONCE: usize = 32;
/// Header lines of a request.
const HEADERS: usize = 64;

pub(crate) fn line_policy() -> Result<LinePolicy, InvalidPolicy> {
    LinePolicy::new(LineSettings { max_length: 8 * 1024, patience: LIMIT, min_rate: 1024 })
}

/// Answers requests until the server drains.
#[monitored(service)]
pub(crate) async fn serve<L: Listener>(mut listener: L, shared: Arc<Shared>, spawner: Spawner, stop: Stop) {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut pauses = shared.policies.accept.delays();
    loop {
        let accepted = select! {
            () = stop.draining() => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else {
            select! {
                () = stop.draining() => return,
                () = sleep(pauses.next_delay()) => {}
            }
            continue;
        };
        progress!();
        pauses.reset();
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
        let shared = Arc::clone(&shared);
        // When the scope is closed the connection is dropped.
        let _ = spawner.spawn("http", |stop| async move {
            let _place = place;
            select! {
                () = stop.cancelled() => {}
                _ = timeout(LIMIT, answer(stream, &shared)) => {}
            }
        });
    }
}

async fn answer<S: AsyncRead + AsyncWrite>(stream: S, shared: &Shared) -> std::io::Result<()> {
    let (reader, mut writer) = split(stream);
    let Ok(policy) = line_policy() else { return Ok(()) };
    let mut lines = Lines::new(reader, policy);
    let Ok(Line::Text(first)) = lines.next().await else { return Ok(()) };
    let first = String::from_utf8_lossy(first).into_owned();
    for _ in 0..HEADERS {
        match lines.next().await {
            Ok(Line::Text(line)) if !line.is_empty() => {}
            _ => break,
        }
    }
    writer.write_all(respond(&first, shared).as_bytes()).await?;
    writer.shutdown().await
}

fn respond(first: &str, shared: &Shared) -> String {
    let mut words = first.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (status, kind, body) = match (method, path) {
        ("GET", "/metrics") => {
            ("200 OK", "application/openmetrics-text; version=1.0.0; charset=utf-8", shared.stats.library.text())
        }
        ("GET", "/health") => match shared.trouble() {
            None => ("200 OK", "application/json", r#"{"status":"ok"}"#.to_owned()),
            Some(why) => ("503 Service Unavailable", "application/json", format!(r#"{{"status":"{why}"}}"#)),
        },
        ("GET", _) => ("404 Not Found", "text/plain", "there are /metrics and /health\n".to_owned()),
        _ => ("405 Method Not Allowed", "text/plain", "only GET\n".to_owned()),
    };
    let mut response = String::new();
    // Writing to a string cannot fail.
    let _ = write!(
        response,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    response
}
