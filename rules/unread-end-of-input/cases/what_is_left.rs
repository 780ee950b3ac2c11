//! Bytes that are there, read until there are none.

use std::io::{self, Read};

pub fn early_data(session: &mut rustls::ServerConnection, mut early: &[u8]) -> io::Result<()> {
    while !early.is_empty() {
        session.read_tls(&mut early)?;
    }
    Ok(())
}

pub fn until_it_wants_no_more(session: &mut rustls::ServerConnection, peer: &mut impl Read) -> io::Result<()> {
    while session.wants_read() { // expect: unread-end-of-input
        session.read_tls(peer)?;
    }
    Ok(())
}

pub fn may_fail(node: &Node) -> Option<bool> {
    let text = node.body()?.to_string();
    let mut letters = text.chars();
    while !letters.as_str().is_empty() {
        let rest = letters.as_str();
        letters.next();
        if rest.starts_with("assert!(") {
            letters.nth(10);
            continue;
        }
        if rest.starts_with("panic!(") {
            return Some(true);
        }
    }
    Some(false)
}

pub fn serves_all(waiting: Arc<Mutex<(bool, Vec<TcpStream>)>>) {
    loop {
        // Each round takes another one out of those that wait.
        let mut client = {
            let mut waiting = waiting.lock().unwrap();
            if waiting.1.is_empty() {
                waiting.0 = false;
                break;
            }
            waiting.1.remove(0)
        };
        if client.write_all(&[1]).is_err() {
            continue;
        }
        let mut rest = Vec::new();
        drop(client.read_to_end(&mut rest));
    }
}
