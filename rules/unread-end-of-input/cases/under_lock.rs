//! Whether a lock is free is another question each time.

use std::io::{Read, Result};
use std::sync::Mutex;

pub fn parse<R: Read>(source: &mut R, buffer: &mut [u8], screen: &Mutex<Vec<u8>>) -> Result<()> {
    let mut unparsed = 0;
    loop {
        match source.read(&mut buffer[unparsed..])? {
            0 if unparsed == 0 => return Ok(()),
            count => unparsed += count,
        }
        let Ok(mut screen) = screen.try_lock() else { continue };
        screen.extend_from_slice(&buffer[..unparsed]);
        unparsed = 0;
    }
}
