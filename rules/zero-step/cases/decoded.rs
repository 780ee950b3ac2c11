//! How far a decoder went is no number of the input.

use bytes::{Buf, BytesMut};
use std::io::Cursor;

pub fn decode(source: &mut BytesMut) -> Result<Option<Message>, DecodeError> {
    loop { // expect: zero-step/strict
        if source.is_empty() {
            return Ok(None);
        }
        let mut decoder = Decoder::new(Cursor::new(&source[..]));
        let message = decoder.decode();
        let length = decoder.position() as usize;
        source.advance(length);
        if let Some(message) = complete(message)? {
            return Ok(Some(message));
        }
    }
}
