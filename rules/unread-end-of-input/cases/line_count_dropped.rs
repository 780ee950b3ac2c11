//! `read_line` reports the end by the count it returns, and these loops drop the count.

use std::io::{self, BufRead, ErrorKind};

/// Class: the last line of a reply never comes because the server hung up; the cleared line is
/// too short to match and is read again.
pub fn read_multiline<R: BufRead>(reader: &mut R, code: &str) -> io::Result<String> {
    let mut body = String::new();
    let mut line = String::new();
    while line.len() < 5 || !line.starts_with(code) { // expect: unread-end-of-input
        line.clear();
        reader.read_line(&mut line)?;
        body.push_str(&line);
    }
    Ok(body)
}

pub fn read_multiline_checked<R: BufRead>(reader: &mut R, code: &str) -> io::Result<String> {
    let mut body = String::new();
    let mut line = String::new();
    while line.len() < 5 || !line.starts_with(code) {
        line.clear();
        let count = reader.read_line(&mut line)?;
        if count == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        body.push_str(&line);
    }
    Ok(body)
}

/// Class: a feature list that grows by an empty line each time round.
pub fn read_features<R: BufRead>(reader: &mut R) -> io::Result<Vec<String>> {
    let mut features = Vec::new();
    loop { // expect: unread-end-of-input
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if line.starts_with("211 ") {
            return Ok(features);
        }
        features.push(line);
    }
}

pub fn read_features_checked<R: BufRead>(reader: &mut R) -> io::Result<Vec<String>> {
    let mut features = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.starts_with("211 ") {
            return Ok(features);
        }
        features.push(line);
    }
}

pub fn read_dotted<R: BufRead>(reader: &mut R) -> io::Result<String> {
    let mut body = String::new();
    while !body.ends_with("\r\n.\r\n") { // expect: unread-end-of-input
        reader.read_line(&mut body)?;
    }
    Ok(body)
}

pub fn read_dotted_checked<R: BufRead>(reader: &mut R) -> io::Result<String> {
    let mut body = String::new();
    while reader.read_line(&mut body)? > 0 {
        if body.ends_with("\r\n.\r\n") {
            return Ok(body);
        }
    }
    Err(ErrorKind::UnexpectedEof.into())
}

pub fn read_record<R: BufRead>(reader: &mut R) -> io::Result<Vec<u8>> {
    let mut record = Vec::new();
    while record.last() != Some(&b';') { // expect: unread-end-of-input
        reader.read_until(b'\n', &mut record)?;
    }
    Ok(record)
}

pub fn prompt() -> io::Result<bool> {
    loop { // expect: unread-end-of-input
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        match answer.trim() {
            "yes" => return Ok(true),
            "no" => return Ok(false),
            _ => println!("yes or no?"),
        }
    }
}

pub fn prompt_checked() -> io::Result<bool> {
    loop {
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        match answer.trim() {
            "yes" => return Ok(true),
            "no" | "" => return Ok(false),
            _ => println!("yes or no?"),
        }
    }
}

pub fn cleared_and_empty<R: BufRead>(reader: &mut R) -> io::Result<usize> {
    // A line that was cleared before the read is empty only at the end.
    let mut line = String::new();
    let mut count = 0;
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        if line.is_empty() {
            return Ok(count);
        }
        count += 1;
    }
}

pub fn by_iterator<R: BufRead>(reader: R) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    for line in reader.lines() {
        let line = line?;
        if line == "." {
            break;
        }
        found.push(line);
    }
    Ok(found)
}
