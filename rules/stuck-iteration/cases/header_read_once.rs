//! Class: a header is read before the loop and judged inside it; a first block of another kind
//! with length zero is skipped for ever.

use std::io::{self, Read};

#[derive(Clone, Copy)]
pub enum Kind {
    StreamInfo,
    Padding,
}

pub struct Header {
    kind: Kind,
    length: u64,
}

impl Header {
    fn read<R: Read>(reader: &mut R) -> io::Result<Self> {
        let mut bytes = [0u8; 2];
        reader.read_exact(&mut bytes)?;
        let kind = if bytes[0] == 0 { Kind::StreamInfo } else { Kind::Padding };
        Ok(Self { kind, length: u64::from(bytes[1]) })
    }
}

fn skip<R: Read>(reader: &mut R, length: u64) -> io::Result<u64> {
    io::copy(&mut reader.take(length), &mut io::sink())
}

pub fn stream_info<R: Read>(reader: &mut R) -> io::Result<u64> {
    let header = Header::read(reader)?;
    loop { // expect: stuck-iteration/audit
        match header.kind {
            Kind::StreamInfo => return Ok(header.length),
            Kind::Padding => skip(reader, header.length)?,
        };
    }
}

pub fn stream_info_read_inside<R: Read>(reader: &mut R) -> io::Result<u64> {
    loop {
        let header = Header::read(reader)?;
        match header.kind {
            Kind::StreamInfo => return Ok(header.length),
            Kind::Padding => skip(reader, header.length)?,
        };
    }
}

/// Class: audio residue decoding with a codebook of dimension zero.
pub fn decode_partitions(dimension: usize, size: usize) -> Vec<usize> {
    let mut decoded = Vec::new();
    let mut count = 0;
    while count < size { // expect: stuck-iteration/audit
        for entry in 0..dimension {
            decoded.push(entry);
            count += 1;
        }
    }
    decoded
}

pub fn decode_partitions_checked(dimension: usize, size: usize) -> Vec<usize> {
    let mut decoded = Vec::new();
    let mut count = 0;
    while count < size {
        decoded.extend(0..dimension);
        count += dimension.max(1);
    }
    decoded
}
