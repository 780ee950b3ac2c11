//! What functions make of the nothing that a read gives: most of it ends the loop.

use std::io::{self, BufRead, Read};

pub fn first_byte<R: Read>(reader: &mut R) -> io::Result<u32> {
    let mut buffer = [0; 16];
    let mut sum = 0;
    loop {
        let count = reader.read(&mut buffer)?;
        let Some(first) = buffer[..count].first() else { return Ok(sum) };
        sum += u32::from(*first);
    }
}

pub fn headers<R: BufRead>(reader: &mut R) -> io::Result<usize> {
    let mut count = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((_, value)) = line.split_once(':') else { return Ok(count) };
        count += value.len();
    }
}

pub fn numbers<R: BufRead>(reader: &mut R) -> io::Result<u32> {
    let mut sum = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let number: u32 = line.trim().parse().unwrap_or(0);
        if number == 0 {
            return Ok(sum);
        }
        sum += number;
    }
}

pub fn words<R: BufRead>(reader: &mut R) -> io::Result<()> {
    loop { // expect: unread-end-of-input
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if line.trim().parse::<u32>().is_ok() {
            return Ok(());
        }
    }
}

pub fn without_slashes(name: &str) -> &str {
    let mut chars = name.chars();
    let mut rest = name;
    while rest.starts_with('/') {
        chars.next();
        rest = chars.as_str();
    }
    rest
}

/// A method of the program's own, which fails at the end: those of the libraries that are called so are to be awaited.
pub fn synchronise(source: &mut Source) -> Option<usize> {
    let mut buffer = vec![0; 1024];
    let mut end = source.read_buf(&mut buffer).ok()?;
    loop {
        if let Some(at) = find_mark(&buffer[..end]) {
            return Some(at);
        }
        buffer.resize(end + 1024, 0);
        end += match source.read_buf(&mut buffer[end..]) {
            Ok(count) => count,
            Err(_) => return None,
        };
    }
}

/// The end is told by a comparison that is written as a method.
pub fn compared_by_method(mut reader: impl Read) -> std::io::Result<usize> {
    let mut total = 0;
    let mut buffer = [0; 512];
    loop {
        let read = reader.read(&mut buffer)?;
        if read.eq(&0) {
            return Ok(total);
        }
        total += read;
    }
}

pub fn compared_with_another(mut reader: impl Read) -> std::io::Result<usize> {
    let mut total = 0;
    let mut buffer = [0; 512];
    loop { // expect: unread-end-of-input
        let read = reader.read(&mut buffer)?;
        if read.eq(&7) {
            return Ok(total);
        }
        total += read;
    }
}

/// As a number of another width it is still none; less than none there is not.
pub fn of_another_width(mut reader: impl Read) -> std::io::Result<u64> {
    let mut total = 0;
    let mut buffer = [0; 512];
    loop {
        let read = reader.read(&mut buffer)?;
        if u64::try_from(read).unwrap_or(u64::MAX) == 0 {
            return Ok(total);
        }
        let Some(last) = read.checked_sub(1) else { return Ok(total) };
        total += u64::from(buffer[last]);
    }
}

pub fn last_byte(mut reader: impl Read) -> std::io::Result<u64> {
    let mut total = 0;
    let mut buffer = [0; 512];
    loop {
        let read = reader.read(&mut buffer)?;
        let Some(last) = read.checked_sub(1) else { return Ok(total) };
        total += u64::from(buffer[last]);
    }
}
