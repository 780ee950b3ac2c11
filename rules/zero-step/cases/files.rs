//! Files and what buffers for them take something of what is not empty, or they fail.

use std::fs::File;
use std::io::{self, BufWriter, Write};

pub struct Download {
    file: Option<BufWriter<File>>,
}

impl Download {
    pub fn store(&mut self, data: &[u8]) -> io::Result<()> {
        let Some(file) = self.file.as_mut() else { return Ok(()) };
        let mut stored = 0;
        while stored < data.len() {
            stored += file.write(&data[stored..])?;
        }
        Ok(())
    }
}

pub fn store(mut file: impl Write, data: &[u8]) -> io::Result<()> {
    let mut stored = 0;
    while stored < data.len() { // expect: zero-step
        stored += file.write(&data[stored..])?;
    }
    Ok(())
}

pub fn say(message: &str, is_error: bool) -> io::Result<()> {
    let mut out: Box<dyn Write> = if is_error { Box::new(io::stderr()) } else { Box::new(io::stdout()) };
    let mut left = message.as_bytes();
    while !left.is_empty() {
        match out.write(left) {
            Ok(count) => left = &left[count..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

pub fn say_anywhere(message: &str, other: Option<Box<dyn Write>>) -> io::Result<()> {
    let mut out: Box<dyn Write> = other.unwrap_or_else(|| Box::new(io::stdout()));
    let mut left = message.as_bytes();
    while !left.is_empty() { // expect: zero-step
        let count = out.write(left)?;
        left = &left[count..];
    }
    Ok(())
}

pub unsafe fn store_by_descriptor(descriptor: std::os::fd::RawFd, data: &[u8]) -> io::Result<()> {
    use std::os::fd::FromRawFd;

    let mut file = File::from_raw_fd(descriptor);
    let mut stored = 0;
    while stored < data.len() {
        stored += file.write(&data[stored..])?;
    }
    Ok(())
}
