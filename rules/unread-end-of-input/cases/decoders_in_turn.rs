//! A decoder that takes its header from the input when it is made fails where there is no input.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;

use frames::Decoder;

pub fn unpack(mut input: &[u8], mut output: &mut [u8]) -> std::io::Result<()> {
    while !input.is_empty() {
        let mut decoder = Decoder::new(&mut input)?;
        loop {
            let count = decoder.read(output)?;
            if count == 0 {
                break;
            }
            output = &mut output[count..];
        }
    }
    Ok(())
}

pub fn lines(stream: &mut TcpStream, count: &mut usize) {
    loop { // expect: unread-end-of-input
        let mut reader = BufReader::new(&mut *stream);
        let mut line = String::new();
        if reader.read_line(&mut line).is_ok() {
            *count += line.len();
        }
    }
}
