//! Skipping what is not known: the nesting of unknown groups is the sender's to choose.
//!
//! The shape of a protocol buffer library.

use bytes::Buf;

#[derive(Clone, Copy, PartialEq)]
pub enum WireType {
    Varint,
    StartGroup,
    EndGroup,
}

#[derive(Debug)]
pub struct DecodeError(&'static str);

fn decode_key(buf: &mut impl Buf) -> Result<(WireType, u32), DecodeError> {
    if !buf.has_remaining() {
        return Err(DecodeError("truncated"));
    }
    let key = u32::from(buf.get_u8());
    let wire_type = match key & 7 {
        0 => WireType::Varint,
        3 => WireType::StartGroup,
        4 => WireType::EndGroup,
        _ => return Err(DecodeError("unknown wire type")),
    };
    Ok((wire_type, key >> 3))
}

pub fn skip_field(wire_type: WireType, tag: u32, buf: &mut impl Buf) -> Result<(), DecodeError> {
    match wire_type {
        WireType::Varint => buf.advance(1),
        WireType::StartGroup => loop {
            let (inner_type, inner_tag) = decode_key(buf)?;
            if inner_type == WireType::EndGroup {
                if inner_tag != tag {
                    return Err(DecodeError("unexpected end of group"));
                }
                break;
            }
            skip_field(inner_type, inner_tag, buf)?; // expect: recursion-on-input
        },
        WireType::EndGroup => return Err(DecodeError("unexpected end of group")),
    }
    Ok(())
}

#[derive(Clone)]
pub struct DecodeContext {
    recurse_count: u32,
}

impl DecodeContext {
    fn enter_recursion(&self) -> Self {
        Self { recurse_count: self.recurse_count - 1 }
    }

    fn limit_reached(&self) -> Result<(), DecodeError> {
        if self.recurse_count == 0 { Err(DecodeError("recursion limit reached")) } else { Ok(()) }
    }
}

/// As it was repaired.
pub fn skip_field_in(wire_type: WireType, tag: u32, buf: &mut impl Buf, context: DecodeContext) -> Result<(), DecodeError> {
    context.limit_reached()?;
    match wire_type {
        WireType::Varint => buf.advance(1),
        WireType::StartGroup => loop {
            let (inner_type, inner_tag) = decode_key(buf)?;
            if inner_type == WireType::EndGroup {
                if inner_tag != tag {
                    return Err(DecodeError("unexpected end of group"));
                }
                break;
            }
            skip_field_in(inner_type, inner_tag, buf, context.enter_recursion())?;
        },
        WireType::EndGroup => return Err(DecodeError("unexpected end of group")),
    }
    Ok(())
}

/// Groups that are open are counted, not called.
pub fn skip_groups(buf: &mut impl Buf) -> Result<(), DecodeError> {
    let mut open = 1u32;
    while open > 0 {
        match decode_key(buf)?.0 {
            WireType::Varint => buf.advance(1),
            WireType::StartGroup => open += 1,
            WireType::EndGroup => open -= 1,
        }
    }
    Ok(())
}
