//! Names in a message that point to other places of the message.

pub struct Malformed;

pub fn labels(message: &[u8], mut position: usize) -> Vec<&[u8]> {
    let mut found = Vec::new();
    while message[position] != 0 { // expect: cyclic-walk
        let length = usize::from(message[position]);
        if length >= 0xC0 {
            position = (length & 0x3F) << 8 | usize::from(message[position + 1]);
            continue;
        }
        found.push(&message[position + 1..position + 1 + length]);
        position += 1 + length;
    }
    found
}

pub fn labels_limited(message: &[u8], mut position: usize) -> Result<Vec<&[u8]>, Malformed> {
    let mut found = Vec::new();
    let mut jumps = 0;
    while message[position] != 0 {
        let length = usize::from(message[position]);
        if length >= 0xC0 {
            jumps += 1;
            if jumps > 16 {
                return Err(Malformed);
            }
            position = (length & 0x3F) << 8 | usize::from(message[position + 1]);
            continue;
        }
        found.push(&message[position + 1..position + 1 + length]);
        position += 1 + length;
    }
    Ok(found)
}

pub fn labels_without_pointers(message: &[u8], mut position: usize) -> Vec<&[u8]> {
    let mut found = Vec::new();
    while message[position] != 0 {
        let length = usize::from(message[position]);
        found.push(&message[position + 1..position + 1 + length]);
        position += 1 + length;
    }
    found
}
