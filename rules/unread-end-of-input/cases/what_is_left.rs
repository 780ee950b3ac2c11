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
