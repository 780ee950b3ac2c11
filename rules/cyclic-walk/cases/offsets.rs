//! Offsets read from a file and jumped to: the next table may stand before this one.

use std::collections::BTreeSet;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};

fn read_u32<R: Read>(reader: &mut R) -> io::Result<u32> {
    let mut bytes = [0u8; 4];
    reader.read_exact(&mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

/// Class: image directories linked by their offsets.
pub fn directories<R: Read + Seek>(reader: &mut R) -> io::Result<Vec<u32>> {
    let mut found = Vec::new();
    let mut offset = read_u32(reader)?;
    while offset != 0 { // expect: cyclic-walk
        reader.seek(SeekFrom::Start(u64::from(offset)))?;
        found.push(offset);
        offset = read_u32(reader)?;
    }
    Ok(found)
}

pub fn directories_checked<R: Read + Seek>(reader: &mut R) -> io::Result<Vec<u32>> {
    let mut found = Vec::new();
    let mut visited = BTreeSet::new();
    let mut offset = read_u32(reader)?;
    while offset != 0 {
        if !visited.insert(offset) {
            return Err(ErrorKind::InvalidData.into());
        }
        reader.seek(SeekFrom::Start(u64::from(offset)))?;
        found.push(offset);
        offset = read_u32(reader)?;
    }
    Ok(found)
}

pub fn directories_in_a_loop<R: Read + Seek>(reader: &mut R) -> io::Result<Vec<u32>> {
    let mut found = Vec::new();
    let mut bytes = [0u8; 4];
    loop { // expect: cyclic-walk
        reader.read_exact(&mut bytes)?;
        let offset = u32::from_le_bytes(bytes);
        if offset == 0 {
            return Ok(found);
        }
        found.push(offset);
        reader.seek(SeekFrom::Start(offset.into()))?;
    }
}

pub fn directories_limited<R: Read + Seek>(reader: &mut R) -> io::Result<Vec<u32>> {
    let mut found = Vec::new();
    let mut offset = read_u32(reader)?;
    while offset != 0 && found.len() < 1000 {
        reader.seek(SeekFrom::Start(u64::from(offset)))?;
        found.push(offset);
        offset = read_u32(reader)?;
    }
    Ok(found)
}

pub fn tables_backwards<R: Read + Seek>(reader: &mut R) -> io::Result<Vec<u32>> {
    // Each one has to stand before the last, so there are finitely many.
    let mut found = Vec::new();
    let mut offset = read_u32(reader)?;
    while offset != 0 {
        reader.seek(SeekFrom::Start(u64::from(offset)))?;
        found.push(offset);
        let previous = read_u32(reader)?;
        if previous >= offset {
            return Err(ErrorKind::InvalidData.into());
        }
        offset = previous;
    }
    Ok(found)
}

pub fn chunks<R: Read + Seek>(reader: &mut R, end: u64) -> io::Result<usize> {
    // A relative seek forward; the position is compared with the end.
    let mut count = 0;
    while reader.stream_position()? < end {
        let length = read_u32(reader)?;
        reader.seek(SeekFrom::Current(i64::from(length)))?;
        count += 1;
    }
    Ok(count)
}

pub fn sectors<R: Read + Seek>(reader: &mut R, size: u64) -> io::Result<Vec<u32>> {
    let mut found = Vec::new();
    let mut offset = 0;
    while offset < size {
        reader.seek(SeekFrom::Start(offset))?;
        found.push(read_u32(reader)?);
        offset += 512;
    }
    Ok(found)
}
