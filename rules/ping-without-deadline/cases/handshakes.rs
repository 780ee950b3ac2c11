//! That a handshake has a deadline says nothing of a peer that falls silent later.
use std::time::Duration;
use tokio::time::{sleep, timeout};

struct Outbox(std::collections::VecDeque<Vec<u8>>);

impl Outbox {
    fn push(&mut self, line: Vec<u8>) -> bool {
        self.0.push_back(line);
        self.0.len() < 64
    }
}

enum Message {
    Ping,
}

fn encode(message: &Message) -> Vec<u8> {
    match message {
        Message::Ping => b"ping\n".to_vec(),
    }
}

enum Health {
    Ping,
    Dead,
}

struct Checker(u32);

impl Checker {
    async fn next(&mut self) -> Health {
        sleep(Duration::from_secs(10)).await;
        self.0 += 1;
        if self.0 < 3 { Health::Ping } else { Health::Dead }
    }
}

async fn greet() {}

async fn shake_hands(handshake_timeout: Duration) -> bool {
    timeout(handshake_timeout, greet()).await.is_ok()
}

async fn beat(outbox: &mut Outbox) {
    loop {
        sleep(Duration::from_secs(10)).await;
        if !outbox.push(encode(&Message::Ping)) { // expect: ping-without-deadline/strict
            return;
        }
    }
}

async fn beat_until_dead(mut checker: Checker, outbox: &mut Outbox) {
    while let Health::Ping = checker.next().await {
        outbox.push(encode(&Message::Ping));
    }
}
