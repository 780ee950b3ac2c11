//! Any bytes as lines of either side: what is a message comes back as it went, and how the bytes came makes no difference.
#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use unspin_fuzz::within_budget;
use unspin_resilience::{Instant, LineBuffer, LinePolicy, LineSettings};
use unspin_resilient_server::{FromClient, FromServer, decode, encode};

/// Small, so that lines over it are found.
const CAP: usize = 1024;

fn policy() -> LinePolicy {
    let settings = LineSettings { max_length: CAP, patience: Duration::from_secs(1), min_rate: 1 };
    LinePolicy::new(settings).expect("a sound policy")
}

/// The lines of the bytes, up to one that is too long; they come in pieces of this size.
fn lines(bytes: &[u8], piece: usize) -> Vec<Vec<u8>> {
    let (mut buffer, mut lines, now) = (LineBuffer::new(policy()), Vec::new(), Instant::now());
    for mut piece in bytes.chunks(piece) {
        while !piece.is_empty() {
            let taken = buffer.push(piece, now);
            assert!(taken > 0 && buffer.capacity() <= CAP + 2, "there is space, and not too much");
            piece = &piece[taken..];
            loop {
                match buffer.line() {
                    Ok(Some(line)) => lines.push(buffer.text(line).to_vec()),
                    Ok(None) => break,
                    Err(_) => return lines,
                }
            }
        }
    }
    lines
}

fuzz_target!(|bytes: &[u8]| {
    within_budget(bytes.len(), || {
        let all = lines(bytes, bytes.len().max(1));
        let piece = bytes.first().map_or(1, |byte| usize::from(*byte).max(1));
        assert_eq!(all, lines(bytes, piece), "in pieces of {piece}");
        for line in &all {
            if let Ok(message) = decode::<FromClient>(line) {
                assert_eq!(decode::<FromClient>(encode(&message).as_bytes()).as_ref(), Ok(&message));
            }
            if let Ok(message) = decode::<FromServer>(line) {
                assert_eq!(decode::<FromServer>(encode(&message).as_bytes()).as_ref(), Ok(&message));
            }
        }
    });
});
