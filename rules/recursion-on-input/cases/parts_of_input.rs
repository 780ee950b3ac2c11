//! Decoders that are handed bytes and send themselves into parts of these.

const MAX_DEPTH: u32 = 32;

pub struct Part<'d> {
    headers: &'d [u8],
    parts: Vec<Part<'d>>,
}

pub struct DecodeError;

/// Class: parts within parts of a message.
pub fn decode_message(data: &[u8]) -> Result<Part<'_>, DecodeError> {
    let end = find(data, b"\n\n").ok_or(DecodeError)?;
    let mut part = Part { headers: &data[..end], parts: Vec::new() };
    for (start, stop) in bounds_of_parts(data, part.headers) {
        part.parts.push(decode_message(&data[start..stop])?); // expect: recursion-on-input/strict
    }
    Ok(part)
}

pub fn decode_shallow(data: &[u8], depth: u32) -> Result<Part<'_>, DecodeError> {
    if depth > MAX_DEPTH {
        return Err(DecodeError);
    }
    let end = find(data, b"\n\n").ok_or(DecodeError)?;
    let mut part = Part { headers: &data[..end], parts: Vec::new() };
    for (start, stop) in bounds_of_parts(data, part.headers) {
        part.parts.push(decode_shallow(&data[start..stop], depth + 1)?);
    }
    Ok(part)
}

fn find(data: &[u8], wanted: &[u8]) -> Option<usize> {
    data.windows(wanted.len()).position(|window| window == wanted)
}

fn bounds_of_parts(data: &[u8], headers: &[u8]) -> Vec<(usize, usize)> {
    let starts = (0..data.len()).filter(|&start| data[start..].starts_with(headers));
    starts.map(|start| (start, data.len())).collect()
}

pub trait Source {
    fn more(&mut self) -> usize;
}

/// What is handed on is where the rest is written to.
pub fn read_all(source: &mut impl Source, buf: &mut [u8]) -> Result<usize, DecodeError> {
    let mut taken = 0;
    while source.more() > 0 && taken < buf.len() {
        taken += read_all(source, &mut buf[taken..])?;
    }
    Ok(taken)
}
