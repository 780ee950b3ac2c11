//! Each round goes back in its input by what may be as much as it has read.

use std::io::{self, Read, Seek, SeekFrom};

pub fn entries<S: Read + Seek>(stream: &mut S) -> io::Result<Vec<u8>> {
    let mut found = Vec::new();
    loop {
        let mut token = [0];
        stream.read_exact(&mut token)?;
        if token[0] == b'>' {
            return Ok(found);
        }
        stream.seek(SeekFrom::Current(-1))?; // expect: zero-step/audit
        found.push(key(stream)?);
    }
}

fn key<S: Read + Seek>(stream: &mut S) -> io::Result<u8> {
    let mut name = [0];
    stream.read_exact(&mut name)?;
    if !name[0].is_ascii_alphabetic() {
        stream.seek(SeekFrom::Current(-1))?;
    }
    Ok(name[0])
}

pub fn skipped<S: Read + Seek>(stream: &mut S) -> io::Result<u64> {
    let mut count = 0;
    loop {
        let mut length = [0];
        stream.read_exact(&mut length)?;
        if length[0] == 0 {
            return Ok(count);
        }
        stream.seek(SeekFrom::Current(i64::from(length[0])))?;
        count += 1;
    }
}
