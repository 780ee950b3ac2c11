//! The server as a process: signals, no file descriptors left, ten thousand connects, a restart.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, sleep, timeout},
};
use unspin_resilient_server::{Connection, FromClient};

use crate::network::{SECRET, credentials};

const MINUTE: Duration = Duration::from_mins(1);

/// A server process; killed when dropped.
struct Process {
    child: Child,
    output: BufReader<ChildStdout>,
    address: SocketAddr,
    http: SocketAddr,
}

impl Process {
    fn start(settings: &[&str]) -> Self {
        Self::start_by(Command::new(env!("CARGO_BIN_EXE_resilient-server")), settings)
    }

    /// With a limit of open files.
    fn start_with_files(files: u32, settings: &[&str]) -> Self {
        let mut command = Command::new("sh");
        let server = env!("CARGO_BIN_EXE_resilient-server");
        command.args(["-c", &format!("ulimit -n {files} && exec \"$@\""), "sh", server]);
        Self::start_by(command, settings)
    }

    fn start_by(mut command: Command, settings: &[&str]) -> Self {
        command.env("RESILIENT_SECRET", SECRET).args(["--log", "error", "--set", "faults=true"]);
        for setting in ["listen=127.0.0.1:0", "http=127.0.0.1:0"].iter().chain(settings) {
            command.args(["--set", setting]);
        }
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let ready = line(&mut output);
        let address = |key: &str| ready[key].as_str().unwrap().parse().unwrap();
        Self { child, output, address: address("listening"), http: address("http") }
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(status.unwrap().success());
    }

    async fn client(&self, name: &str) -> Connection<TcpStream> {
        let opening = async {
            let stream = TcpStream::connect(self.address).await.unwrap();
            Connection::open(stream, &credentials(name)).await.unwrap()
        };
        timeout(MINUTE, opening).await.expect("served")
    }

    async fn metrics(&self) -> String {
        let mut stream = TcpStream::connect(self.http).await.unwrap();
        stream.write_all(b"GET /metrics HTTP/1.1\r\n\r\n").await.unwrap();
        let mut text = String::new();
        timeout(MINUTE, stream.read_to_string(&mut text)).await.unwrap().unwrap();
        text
    }

    async fn metric(&self, name: &str) -> u64 {
        let text = self.metrics().await;
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
        value.unwrap_or_else(|| panic!("no {name} in {text}"))
    }

    /// Processor time so far.
    fn busy(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
        Duration::from_millis(ticks * 10)
    }

    /// Waits for the end; answers the exit code and what was said last.
    fn end(mut self) -> (Option<i32>, Option<Value>) {
        let code = self.child.wait().unwrap().code();
        let mut last = String::new();
        let _ = self.output.read_line(&mut last);
        (code, serde_json::from_str(&last).ok())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn line(output: &mut BufReader<ChildStdout>) -> Value {
    let mut text = String::new();
    output.read_line(&mut text).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("not JSON: {text:?}"))
}

#[tokio::test]
async fn sigterm_under_load_drains_and_tells() {
    let server = Process::start(&[]);
    let mut clients = Vec::new();
    for number in 0..20 {
        clients.push(server.client(&format!("client {number}")).await);
    }
    let mut load = tokio::task::JoinSet::new();
    for mut client in clients {
        load.spawn(async move { while client.request("wait", json!(20)).await.is_ok() {} });
    }
    sleep(Duration::from_millis(200)).await;
    server.signal("TERM");
    timeout(MINUTE, load.join_all()).await.expect("all clients are told");
    let (code, said) = server.end();
    let said = said.expect("a report");
    assert_eq!((code, &said["stopped"], &said["aborted"]), (Some(0), &json!("SIGTERM"), &json!(0)));
    assert!(said["drained"].as_u64().unwrap() >= 20, "{said}");
    assert!(said["milliseconds"].as_u64().unwrap() <= 11_000, "{said}");
}

#[tokio::test]
async fn sigterm_with_a_handler_that_blocks_ends_within_the_grace() {
    let server = Process::start(&["shutdown_grace=500", "request_limit=600000"]);
    let mut client = server.client("client").await;
    client.send(&FromClient::Request { id: 1, operation: "block".into(), data: json!(600_000) }).await.unwrap();
    sleep(Duration::from_millis(200)).await;
    server.signal("TERM");
    let (code, said) = server.end();
    let said = said.expect("a report");
    assert_eq!(code, Some(0));
    assert!(said["milliseconds"].as_u64().unwrap() <= 1500, "{said}");
    assert!(said["cancelled"].as_u64().unwrap() >= 1, "{said}");
}

#[tokio::test]
async fn a_second_sigterm_ends_at_once() {
    let server = Process::start(&["shutdown_grace=600000", "request_limit=3600000"]);
    let mut client = server.client("client").await;
    client.send(&FromClient::Request { id: 1, operation: "hang".into(), data: json!(null) }).await.unwrap();
    sleep(Duration::from_millis(200)).await;
    let started = Instant::now();
    server.signal("TERM");
    sleep(Duration::from_millis(300)).await;
    server.signal("TERM");
    assert_eq!(server.end().0, Some(1));
    assert!(started.elapsed() < MINUTE);
}

#[tokio::test]
async fn without_file_descriptors_nothing_spins_and_sessions_go_on() {
    let server = Process::start_with_files(60, &["handshakes_max=1000", "handshakes_free=1000", "handshake_grace=60000"]);
    let mut before = server.client("before").await;
    let mut crowd = Vec::new();
    for _ in 0..100 {
        // The kernel takes what the server does not.
        crowd.push(TcpStream::connect(server.address).await.unwrap());
    }
    sleep(Duration::from_millis(500)).await;
    let busy = server.busy();
    sleep(Duration::from_secs(3)).await;
    let busy = server.busy().saturating_sub(busy);
    assert!(busy < Duration::from_millis(1500), "{busy:?} of processor time in 3 s");
    assert_eq!(before.request("echo", json!("fine")).await.unwrap(), "fine");
    drop(crowd);
    let mut after = server.client("after").await;
    assert_eq!(after.request("echo", json!("fine")).await.unwrap(), "fine");
    let errors = server.metric("resilient_accept_errors_total").await;
    assert!((1..100).contains(&errors), "{errors} failed accepts");
}

#[tokio::test]
async fn ten_thousand_connects_that_stay_idle_leave_the_server_as_it_was() {
    let server = Process::start(&["handshake_grace=1000"]);
    let mut crowd = Vec::new();
    for _ in 0..10_000 {
        match TcpStream::connect(server.address).await {
            Ok(stream) => crowd.push(stream),
            // The limit of this process.
            Err(_) => break,
        }
    }
    // None of them leaves: the server has to end them, each after its grace.
    let waiting = async {
        while server.metric("resilient_connections").await > 0 {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(MINUTE, waiting).await.expect("all are closed");
    assert!(server.metric("resilient_accepted_total").await >= crowd.len() as u64);
    let busy = server.busy();
    sleep(Duration::from_secs(1)).await;
    let busy = server.busy().saturating_sub(busy);
    assert!(busy < Duration::from_millis(500), "{busy:?} of processor time in 1 s of nothing");
    let mut client = server.client("client").await;
    assert_eq!(client.request("echo", json!("fine")).await.unwrap(), "fine");
}

#[tokio::test]
async fn a_stopped_client_is_reaped() {
    let server = Process::start(&["ping_interval=200"]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_resilient-client"));
    command.args(["--address", &server.address.to_string(), "--secret", SECRET, "stay", "--hold", "port"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let client = Process {
        address: server.address,
        http: server.http,
        output: {
            line(&mut output);
            output
        },
        child,
    };
    assert_eq!(server.metric("resilient_sessions").await, 1);
    client.signal("STOP");
    let waiting = async {
        while server.metric("resilient_sessions").await > 0 {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(MINUTE, waiting).await.expect("reaped");
    assert!(server.metrics().await.contains("resilient_closes_total{reason=\"peer-silent\"} 1"));
    // It goes on, finds out, and holds its name again.
    client.signal("CONT");
    let waiting = async {
        while server.metric("resilient_sessions").await == 0 {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(MINUTE, waiting).await.expect("back");
}

#[tokio::test]
async fn a_new_process_takes_over_without_a_refused_client() {
    let old = Process::start(&["reuse_port=true"]);
    let listen = format!("listen={}", old.address);
    let mut client = old.client("client").await;
    assert_eq!(client.request("echo", json!(1)).await.unwrap(), 1);
    let new = Process::start(&["reuse_port=true", &listen]);
    assert_eq!(new.address, old.address);
    old.signal("TERM");
    let bye = async { while client.receive().await.is_ok() {} };
    timeout(MINUTE, bye).await.expect("told");
    assert_eq!(old.end().0, Some(0));
    for number in 0..50 {
        let mut client = new.client(&format!("client {number}")).await;
        assert_eq!(client.request("echo", json!(2)).await.unwrap(), 2);
    }
}

#[test]
fn the_demonstration_says_what_the_readme_says() {
    let output = Command::new(env!("CARGO_BIN_EXE_resilient-client")).arg("demo").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    let readme = include_str!("../../README.md").lines().filter(|line| line.starts_with("{\""));
    // The first line tells the ports, which are any that are free.
    let (said, written): (Vec<_>, Vec<_>) = (said.lines().skip(1).collect(), readme.skip(1).collect());
    assert!(written.len() > 3 && said.starts_with(&written), "{said:#?}");
}

#[tokio::test]
async fn the_load_generator_counts_its_answers_and_loses_nobody() {
    let server = Process::start(&[]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_resilient-load"));
    command.args(["--address", &server.address.to_string(), "--secret", SECRET]);
    command.args(["--clients", "5", "--idle", "3", "--slow", "2", "--seconds", "1"]);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let said: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    assert!(said["answers"].as_u64().unwrap() > 0, "{said}");
    assert_eq!((&said["failures"], &said["lost"], &said["silent_ended"]), (&json!(0), &json!(0), &json!(0)), "{said}");
    let requests = server.metric("resilient_requests_total").await;
    assert_eq!(Some(requests), said["answers"].as_u64());
}
