//! A slice is cut by a length that stands in the slice itself; a length of zero cuts nothing.

pub struct Malformed;

pub fn attributes(mut rest: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    while rest.len() > 1 { // expect: zero-step
        let length = rest[1] as usize;
        found.push(&rest[..length]);
        rest = &rest[length..];
    }
    found
}

pub fn attributes_checked(mut rest: &[u8]) -> Result<Vec<&[u8]>, Malformed> {
    let mut found = Vec::new();
    while rest.len() > 1 {
        let length = rest[1] as usize;
        if length < 2 {
            return Err(Malformed);
        }
        found.push(&rest[..length]);
        rest = &rest[length..];
    }
    Ok(found)
}

pub fn attributes_with_header(mut rest: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    while rest.len() > 1 {
        let length = rest[1] as usize;
        found.push(&rest[2..2 + length]);
        rest = &rest[2 + length..];
    }
    found
}

pub fn attributes_split(mut rest: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    while !rest.is_empty() { // expect: zero-step
        let length = rest[0] as usize;
        let (head, tail) = rest.split_at(length);
        found.push(head);
        rest = tail;
    }
    found
}

pub fn attributes_after_the_first(mut rest: &[u8]) -> Vec<&[u8]> {
    // `split_first` has taken one byte already.
    let mut found = Vec::new();
    while let Some((length, tail)) = rest.split_first() {
        let (value, next) = tail.split_at(usize::from(*length));
        found.push(value);
        rest = next;
    }
    found
}

pub fn drain_frames(buffer: &mut Vec<u8>) -> usize {
    let mut frames = 0;
    while buffer.len() >= 4 { // expect: zero-step
        let size = u32::from_be_bytes([buffer[0], buffer[1], buffer[2], buffer[3]]) as usize;
        if buffer.len() < size {
            break;
        }
        buffer.drain(..size);
        frames += 1;
    }
    frames
}

pub fn drain_frames_with_header(buffer: &mut Vec<u8>) -> usize {
    let mut frames = 0;
    while buffer.len() >= 4 {
        let size = u32::from_be_bytes([buffer[0], buffer[1], buffer[2], buffer[3]]) as usize;
        if buffer.len() < 4 + size {
            break;
        }
        buffer.drain(..4 + size);
        frames += 1;
    }
    frames
}

pub fn drain_at_least_one(buffer: &mut Vec<u8>) -> usize {
    let mut frames = 0;
    while !buffer.is_empty() {
        let size = usize::from(buffer[0]).max(1);
        buffer.drain(..size);
        frames += 1;
    }
    frames
}

pub fn skip_options(data: &[u8]) -> usize {
    let mut pos = 0;
    while pos < data.len() { // expect: zero-step
        pos += data[pos] as usize;
    }
    pos
}

pub fn skip_options_with_type(data: &[u8]) -> usize {
    let mut pos = 0;
    while pos + 1 < data.len() {
        pos += 2 + data[pos + 1] as usize;
    }
    pos
}

pub fn records(data: &[u8]) -> usize {
    data.chunks(16).filter(|record| record[0] != 0).count()
}

pub fn fixed_records(mut rest: &[u8]) -> usize {
    let mut count = 0;
    while rest.len() >= 16 {
        rest = &rest[16..];
        count += 1;
    }
    count
}

/// What the system says of a packet is no part of it.
pub fn segments(mut data: bytes::BytesMut, stride: &std::cell::Cell<usize>) -> usize {
    let mut count = 0;
    while !data.is_empty() {
        let _segment = data.split_to(stride.get().min(data.len()));
        count += 1;
    }
    count
}

pub fn frames(mut data: bytes::BytesMut) -> usize {
    let mut count = 0;
    while data.len() > 1 { // expect: zero-step
        let size = usize::from(data[0]);
        let _frame = data.split_to(size.min(data.len()));
        count += 1;
    }
    count
}

/// Each number is taken off the front as it is read.
pub fn attributes_read(mut rest: &[u8]) -> std::io::Result<Vec<&[u8]>> {
    let mut found = Vec::new();
    while !rest.is_empty() {
        let _kind = rest.read_u16::<BigEndian>()?;
        let length = rest.read_u16::<BigEndian>()? as usize;
        found.push(&rest[..length]);
        rest = &rest[length..];
    }
    Ok(found)
}

pub fn attributes_parsed(mut rest: &[u8]) -> Result<Vec<&[u8]>, Malformed> {
    let mut found = Vec::new();
    while !rest.is_empty() {
        let length = big_endian(&mut rest)?;
        found.push(&rest[..length]);
        rest = &rest[length..];
    }
    Ok(found)
}

fn big_endian(rest: &mut &[u8]) -> Result<usize, Malformed> {
    let (head, tail) = rest.split_at_checked(2).ok_or(Malformed)?;
    *rest = tail;
    Ok(usize::from(head[0]) << 8 | usize::from(head[1]))
}

pub struct Header {
    length: u16,
}

impl Header {
    pub fn new_checked(buffer: &[u8]) -> Result<Self, Malformed> {
        let header = Self::new(buffer)?;
        let length = header.length;
        if buffer.len() < length as usize {
            return Err(Malformed);
        }
        if (length as usize) < 4 {
            return Err(Malformed);
        }
        Ok(header)
    }

    pub fn new(buffer: &[u8]) -> Result<Self, Malformed> {
        match buffer {
            [a, b, ..] => Ok(Self { length: u16::from_be_bytes([*a, *b]) }),
            _ => Err(Malformed),
        }
    }
}

pub fn hops_checked(mut rest: &[u8]) -> Result<usize, Malformed> {
    let mut count = 0;
    while !rest.is_empty() {
        let length = Header::new_checked(rest)?.length as usize;
        count += 1;
        rest = &rest[length..];
    }
    Ok(count)
}

pub fn hops(mut rest: &[u8]) -> Result<usize, Malformed> {
    let mut count = 0;
    while !rest.is_empty() { // expect: zero-step
        let length = Header::new(rest)?.length as usize;
        count += 1;
        rest = &rest[length..];
    }
    Ok(count)
}

/// A character has at least one byte.
pub fn after_spaces(mut text: &str) -> &str {
    while !text.is_empty() && first(text) == Some(' ') {
        text = &text[first(text).unwrap().len_utf8()..];
    }
    text
}

fn first(text: &str) -> Option<char> {
    char::from_u32(u32::from(*text.as_bytes().first()?))
}

/// What was trimmed in front does not begin with a blank.
pub fn words(token: &Token) {
    let mut rest = token.text();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            break;
        }
        let length = rest.find(|c: char| c.is_whitespace()).unwrap_or(rest.len());
        println!("{}", &rest[..length]);
        rest = &rest[length..];
    }
}

pub fn fields(token: &Token) {
    let mut rest = token.text();
    loop { // expect: zero-step
        rest = rest.trim_start();
        if rest.is_empty() {
            break;
        }
        let length = rest.find(',').unwrap_or(rest.len());
        println!("{}", &rest[..length]);
        rest = &rest[length..];
    }
}
