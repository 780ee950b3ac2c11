//! The figures of the server: `cargo bench -p unspin-resilient-server --bench figures`.
//!
//! Servers run as processes of their own, so that memory and processor time are theirs alone; a plain line server is
//! measured in the same run where it does the same work. `FIGURES_PEERS` sets the number of idle peers, 10,000 otherwise; after
//! `--`, the names of figures (`idle`, `dead`, `reaping`, `slow`, `takeover`, `shutdown`) leave out all others.

#![expect(clippy::expect_used, unreachable_pub, reason = "a benchmark that cannot measure has nothing to say")]

mod peers;

mod plain;

mod process;

use std::{io::Write as _, time::Duration};

use serde_json::json;
use tokio::{
    io::AsyncReadExt,
    task::JoinSet,
    time::{Instant, sleep},
};
use unspin_resilient_server::FromClient;

use peers::Good;
use process::Process;

/// Lets every peer in at once: how the handshake is limited is another matter.
const OPEN: [&str; 3] = ["handshakes_max=20000", "handshakes_free=20000", "sessions_max=20000"];

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    if std::env::args().any(|argument| argument == plain::ARGUMENT) {
        runtime.block_on(plain::serve()).expect("a server");
        return;
    }
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    runtime.block_on(async {
        let peers = std::env::var("FIGURES_PEERS").ok().and_then(|text| text.parse().ok()).unwrap_or(10_000);
        if is_wanted("idle") {
            idle(peers).await;
            plain_idle(peers).await;
        }
        if is_wanted("dead") {
            dead(peers).await;
        }
        if is_wanted("reaping") {
            reaping().await;
        }
        if is_wanted("slow") {
            slow().await;
        }
        if is_wanted("takeover") {
            takeover().await;
        }
        if is_wanted("shutdown") {
            shutdown(peers).await;
        }
    });
}

fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

fn per_mebibyte(count: usize, bytes: u64) -> u64 {
    (count as u64 * 1024 * 1024).checked_div(bytes).unwrap_or(0)
}

async fn idle(count: usize) {
    let settings = [&OPEN[..], &["ping_interval=3600000"]].concat();
    let server = Process::resilient(&settings);
    let before = server.memory();
    let sessions = peers::sessions(server.address, count).await;
    sleep(Duration::from_secs(1)).await;
    let memory = server.memory().saturating_sub(before);
    let (rate, each) = (per_mebibyte(count, memory), memory / count as u64);
    say(&format!("idle sessions: {count} held, {rate} per MiB, {each} bytes each"));

    let (wakes, busy) = (server.wakes(), server.busy());
    sleep(Duration::from_secs(10)).await;
    let (wakes, busy) = (server.wakes() - wakes, server.busy().saturating_sub(busy));
    say(&format!("idle for 10 s: {wakes} wakes of any thread, {busy:?} of processor time"));
    drop(sessions);
}

async fn plain_idle(count: usize) {
    let server = Process::plain();
    let before = server.memory();
    let sessions = peers::plain(server.address, count).await;
    sleep(Duration::from_secs(1)).await;
    let memory = server.memory().saturating_sub(before);
    let (rate, each) = (per_mebibyte(count, memory), memory / count as u64);
    say(&format!("idle connections of the plain server: {count} held, {rate} per MiB, {each} bytes each"));
    drop(sessions);
}

/// Peers whose process hangs: the kernel still acknowledges, nobody answers. They get their pings and are reaped.
async fn dead(count: usize) {
    let settings = [&OPEN[..], &["ping_interval=10000"]].concat();
    let server = Process::resilient(&settings);
    let sessions = peers::sessions(server.address, count).await;
    let busy = server.busy();
    sleep(Duration::from_secs(20)).await;
    let busy = server.busy().saturating_sub(busy);
    let share = busy.as_secs_f64() / 20.0 * 100.0;
    say(&format!("{count} dead peers, pinged every 10 s: {share:.2} % of one processor"));
    drop(sessions);
}

/// From the last byte of a peer to its end, while others write to it.
async fn reaping() {
    let server = Process::resilient(&["ping_interval=200", "ping_probes=2"]);
    let bound = Duration::from_millis(200 * 3);
    let mut all = JoinSet::new();
    for number in 0..100 {
        let mut session = peers::open(server.address, &format!("silent {number}")).await;
        session.subscribe("news").await.expect("done");
        all.spawn(async move {
            let (mut stream, heard, mut bytes) = (session.into_inner(), Instant::now(), [0; 4096]);
            while stream.read(&mut bytes).await.is_ok_and(|count| count > 0) {}
            heard.elapsed()
        });
    }
    let mut writer = peers::open(server.address, "writer").await;
    let writing = tokio::spawn(async move {
        loop {
            let event = FromClient::Publish { topic: "news".into(), data: json!("are you there?") };
            if writer.send(&event).await.is_err() {
                return;
            }
            sleep(Duration::from_millis(20)).await;
        }
    });
    let mut times = all.join_all().await;
    writing.abort();
    times.sort_unstable();
    let (first, last) = (times.first().copied().unwrap_or_default(), times.last().copied().unwrap_or_default());
    say(&format!("reaped in {first:?} to {last:?} in {} trials, the bound is {bound:?}", times.len()));
}

/// Each server twice, with slow clients and without, all measured at the same time: whatever else the machine does, it does to all
/// four.
async fn slow() {
    let settings = [&OPEN[..], &["line_patience=3600000", "ping_interval=3600000"]].concat();
    let resilient = [Process::resilient(&settings), Process::resilient(&settings)];
    let plain = [Process::plain(), Process::plain()];
    let mut slow = Vec::new();
    for number in 0..1000 {
        slow.push(peers::open(resilient[1].address, &format!("slow {number}")).await.into_inner());
    }
    slow.extend(peers::plain(plain[1].address, 1000).await.into_iter().map(tokio::io::BufReader::into_inner));
    let dripping = peers::drip(slow);
    let mut good = Vec::new();
    for server in &resilient {
        good.push(Good::sessions(server.address).await);
    }
    for server in &plain {
        good.push(Good::plain(server.address).await);
    }
    let mut waits = vec![Vec::new(); good.len()];
    for _ in 0..ROUNDS {
        let [a, b, c, d] = good.as_mut_slice() else { unreachable!("two servers, twice") };
        let (a, b, c, d) = tokio::join!(a.waits(WINDOW), b.waits(WINDOW), c.waits(WINDOW), d.waits(WINDOW));
        for (all, of_round) in waits.iter_mut().zip([a, b, c, d]) {
            all.push(of_round);
        }
    }
    drop(dripping);
    tell("good clients", &waits[0], &waits[1]);
    tell("clients of the plain server", &waits[2], &waits[3]);
}

const ROUNDS: usize = 41;
const WINDOW: Duration = Duration::from_secs(1);

/// Medians over the rounds, so that one bad moment of the machine is no result.
fn tell(who: &str, alone: &[Vec<Duration>], beside: &[Vec<Duration>]) {
    let at = |waits: &Vec<Duration>, hundredth: usize| waits.get(waits.len() * hundredth / 100).copied().unwrap_or_default();
    let of_rounds = |rounds: &[Vec<Duration>], hundredth| median(rounds.iter().map(|waits| at(waits, hundredth)));
    let ratio = |(alone, beside)| at(beside, 99).as_secs_f64() / at(alone, 99).as_secs_f64().max(1e-9);
    let factor = median(alone.iter().zip(beside).map(ratio));
    say(&format!(
        "{who}: p50 {:?}, p99 {:?}; beside 1,000 slow ones p50 {:?}, p99 {:?}: {factor:.2} times, all medians of {ROUNDS} rounds",
        of_rounds(alone, 50),
        of_rounds(alone, 99),
        of_rounds(beside, 50),
        of_rounds(beside, 99),
    ));
}

fn median<T: PartialOrd + Default + Copy>(all: impl Iterator<Item = T>) -> T {
    let mut all: Vec<T> = all.collect();
    all.sort_by(|left, right| left.partial_cmp(right).unwrap_or(std::cmp::Ordering::Equal));
    all.get(all.len() / 2).copied().unwrap_or_default()
}

async fn takeover() {
    let server = Process::resilient(&["takeovers=1000"]);
    let mut before = peers::open(server.address, "owner").await;
    before.claim("port").await.expect("a name");
    let mut times = Vec::new();
    for _ in 0..200 {
        let mut after = peers::open(server.address, "owner").await;
        let asked = Instant::now();
        after.claim("port").await.expect("taken over");
        times.push(asked.elapsed());
        drop(std::mem::replace(&mut before, after));
    }
    times.sort_unstable();
    say(&format!("takeover of a name by its owner: p50 {:?}, longest {:?}", times[times.len() / 2], times[times.len() - 1]));
}

async fn shutdown(count: usize) {
    let server = Process::resilient(&OPEN);
    let mut reading = JoinSet::new();
    for mut session in peers::sessions(server.address, count).await {
        reading.spawn(async move { while session.receive().await.is_ok() {} });
    }
    let report = tokio::task::spawn_blocking(move || server.terminate()).await.unwrap_or_default();
    say(&format!("shutdown with {count} sessions: {report}"));
}
