//! Records that say how long they are, walked by a position.

pub fn count_records(data: &[u8]) -> usize {
    let mut pos = 0;
    let mut count = 0;
    while pos + 4 <= data.len() { // expect: zero-step
        let length = u16::from_be_bytes([data[pos + 2], data[pos + 3]]) as usize;
        count += 1;
        pos += length;
    }
    count
}

pub fn find_option(packet: &[u8], wanted: u8) -> Option<u8> {
    let mut pos = 0;
    while pos + 1 < packet.len() { // expect: zero-step
        if packet[pos] == wanted {
            return Some(packet[pos + 1]);
        }
        let length = packet[pos + 1] as usize;
        if pos + length > packet.len() {
            return None;
        }
        pos += length;
    }
    None
}

pub fn find_sized_option(packet: &[u8], wanted: u8) -> Option<u8> {
    let mut pos = 0;
    while pos + 1 < packet.len() {
        if packet[pos] == wanted {
            return Some(packet[pos + 1]);
        }
        let length = packet[pos + 1] as usize;
        if length < 2 {
            return None;
        }
        pos += length;
    }
    None
}

pub fn bodies(data: &[u8]) -> Vec<&[u8]> {
    // A part that ends before it begins is a panic.
    let mut found = Vec::new();
    let mut pos = 0;
    while pos + 2 <= data.len() {
        let length = data[pos + 1] as usize;
        found.push(&data[pos + 2..pos + length]);
        pos += length;
    }
    found
}

pub fn with_heads(data: &[u8]) -> usize {
    let mut pos = 0;
    let mut count = 0;
    while pos + 2 <= data.len() {
        pos += 2 + data[pos + 1] as usize;
        count += 1;
    }
    count
}

pub fn steps(widths: &[usize]) -> usize {
    let mut at = 0;
    while at < widths.len() {
        at += widths[at];
    }
    at
}
