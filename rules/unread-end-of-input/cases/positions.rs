//! Loops that compare where they are with where the input ends: at its end they leave.

use std::io::{self, BufRead, Read, Seek, SeekFrom};

pub fn lines_by_size<R: BufRead + Seek>(reader: &mut R, size: u64) -> io::Result<usize> {
    let mut count = 0;
    let mut line = String::new();
    while reader.stream_position()? < size {
        reader.read_line(&mut line)?;
        count += usize::from(line.starts_with('#'));
        line.clear();
    }
    Ok(count)
}

pub fn record_of_index<R: BufRead + Seek>(reader: &mut R, offset: u64) -> io::Result<String> {
    // An index knows the place: somebody has read the record before, with its end.
    reader.seek(SeekFrom::Start(offset))?;
    let mut line = String::new();
    while !line.ends_with("//\n") { // expect: unread-end-of-input/strict
        reader.read_line(&mut line)?;
    }
    Ok(line)
}

pub fn record<R: BufRead>(reader: &mut R) -> io::Result<String> {
    let mut line = String::new();
    while !line.ends_with("//\n") { // expect: unread-end-of-input
        reader.read_line(&mut line)?;
    }
    Ok(line)
}

pub fn count_down<R: Read>(reader: &mut R, mut todo: usize) -> io::Result<()> {
    let mut buffer = [0; 512];
    while todo > 0 { // expect: unread-end-of-input
        todo -= reader.read(&mut buffer[..todo.min(512)])?;
    }
    Ok(())
}
