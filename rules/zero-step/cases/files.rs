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
