//! A server in a process of its own, and what the kernel says of it (Linux).

use std::{
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

use serde_json::Value;

pub const SECRET: &str = "a secret of the benchmark";

/// Killed when dropped.
pub struct Process {
    child: Child,
    output: BufReader<ChildStdout>,
    pub address: SocketAddr,
}

impl Process {
    /// The reference server.
    pub fn resilient(settings: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_resilient-server"));
        command.env("RESILIENT_SECRET", SECRET).args(["--log", "error"]);
        for setting in ["listen=127.0.0.1:0", "http=127.0.0.1:0"].iter().chain(settings) {
            command.args(["--set", setting]);
        }
        Self::start(command)
    }

    /// A plain echo server, in this very program.
    pub fn plain() -> Self {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.arg(crate::plain::ARGUMENT);
        Self::start(command)
    }

    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the server starts");
        let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
        let ready = said(&mut output);
        let address = ready["listening"].as_str().and_then(|text| text.parse().ok()).expect("an address");
        Self { child, output, address }
    }

    /// Resident memory in bytes.
    pub fn memory(&self) -> u64 {
        self.status("VmRSS:") * 1024
    }

    /// How often its threads have waited: each is one time that something woke them.
    pub fn wakes(&self) -> u64 {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.child.id())).expect("Linux");
        let waits = |path: std::path::PathBuf| number(&fs::read_to_string(path).ok()?, "voluntary_ctxt_switches:");
        tasks.flatten().filter_map(|task| waits(task.path().join("status"))).sum()
    }

    /// Processor time.
    pub fn busy(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).expect("Linux");
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
        // A tick is 10 ms on every Linux that we know.
        Duration::from_millis((ticks(11) + ticks(12)) * 10)
    }

    /// Sends SIGTERM, waits for the end, and answers what was said last.
    pub fn terminate(mut self) -> Value {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let report = said(&mut self.output);
        let _ = self.child.wait();
        report
    }

    fn status(&self, key: &str) -> u64 {
        let text = fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("Linux");
        number(&text, key).unwrap_or(0)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn number(text: &str, key: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(key))?;
    line.split_whitespace().next()?.parse().ok()
}

fn said(output: &mut BufReader<ChildStdout>) -> Value {
    let mut text = String::new();
    let _ = output.read_line(&mut text);
    serde_json::from_str(&text).unwrap_or_default()
}
