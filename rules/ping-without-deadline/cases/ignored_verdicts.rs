use std::time::Duration;
use tokio::time::{Instant, sleep};

#[derive(PartialEq)]
pub enum State {
    Ping,
    Lost,
}

pub enum Message {
    Ping,
}

pub struct Watcher {
    heard: Instant,
}

impl Watcher {
    pub async fn next(&mut self) -> State {
        sleep(Duration::from_secs(5)).await;
        if self.heard.elapsed() > Duration::from_secs(20) { State::Lost } else { State::Ping }
    }
}

pub async fn ignores(mut watcher: Watcher, out: &mut Vec<Message>) {
    loop {
        watcher.next().await; // expect: ping-without-deadline
        out.push(Message::Ping);
    }
}

pub async fn looks(mut watcher: Watcher, out: &mut Vec<Message>) {
    while watcher.next().await == State::Ping {
        out.push(Message::Ping);
    }
}
