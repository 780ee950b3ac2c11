//! Compressed names: a length of 0xC0 and more is a pointer to somewhere else in the packet.
//!
//! The shape of a DNS library: a pointer had to lie before itself, and a label before it could be visited for ever.

#[derive(Debug)]
pub enum ParseError {
    Truncated,
    BadPointer,
    TooManyPointers,
}

pub struct PacketDecoder<'a> {
    packet: &'a [u8],
    offset: usize,
}

impl<'a> PacketDecoder<'a> {
    fn at(packet: &'a [u8], offset: usize) -> Self {
        Self { packet, offset }
    }

    fn read_byte(&mut self) -> Result<u8, ParseError> {
        let byte = *self.packet.get(self.offset).ok_or(ParseError::Truncated)?;
        self.offset += 1;
        Ok(byte)
    }

    fn read_pointer(&mut self, high: u8) -> Result<usize, ParseError> {
        Ok(usize::from(high & 0x3f) << 8 | usize::from(self.read_byte()?))
    }

    fn skip(&mut self, count: usize) {
        self.offset += count;
    }
}

pub fn parse_name(decoder: &mut PacketDecoder<'_>) -> Result<usize, ParseError> {
    let mut labels = 0;
    loop {
        match decoder.read_byte()? {
            0 => return Ok(labels),
            high if high >= 0xc0 => {
                let target = decoder.read_pointer(high)?;
                if target >= decoder.offset {
                    return Err(ParseError::BadPointer);
                }
                return Ok(labels + parse_name(&mut PacketDecoder::at(decoder.packet, target))?); // expect: recursion-on-input
            }
            length => {
                decoder.skip(usize::from(length));
                labels += 1;
            }
        }
    }
}

pub fn parse_name_counted(decoder: &mut PacketDecoder<'_>, depth: u8) -> Result<usize, ParseError> {
    if depth > 127 {
        return Err(ParseError::TooManyPointers);
    }
    let mut labels = 0;
    loop {
        match decoder.read_byte()? {
            0 => return Ok(labels),
            high if high >= 0xc0 => {
                let target = decoder.read_pointer(high)?;
                return Ok(labels + parse_name_counted(&mut PacketDecoder::at(decoder.packet, target), depth + 1)?);
            }
            length => {
                decoder.skip(usize::from(length));
                labels += 1;
            }
        }
    }
}

/// As it was repaired: a pointer must lie before the name that holds it, so the names move towards the start.
pub fn parse_name_before(packet: &[u8], start: usize) -> Result<usize, ParseError> {
    let mut decoder = PacketDecoder::at(packet, start);
    let mut labels = 0;
    loop {
        match decoder.read_byte()? {
            0 => return Ok(labels),
            high if high >= 0xc0 => {
                let target = decoder.read_pointer(high)?;
                if target >= start {
                    return Err(ParseError::BadPointer);
                }
                return Ok(labels + parse_name_before(packet, target)?);
            }
            length => {
                decoder.skip(usize::from(length));
                labels += 1;
            }
        }
    }
}

/// The same, where the name begins is asked of the decoder before anything is read.
pub fn parse_name_from_start(decoder: &mut PacketDecoder<'_>) -> Result<usize, ParseError> {
    let mut labels = 0;
    let start = decoder.offset;
    loop {
        match decoder.read_byte()? {
            0 => return Ok(labels),
            high if high >= 0xc0 => {
                let target = decoder.read_pointer(high)?;
                if target >= start {
                    return Err(ParseError::BadPointer);
                }
                return Ok(labels + parse_name_from_start(&mut PacketDecoder::at(decoder.packet, target))?);
            }
            length => {
                decoder.skip(usize::from(length));
                labels += 1;
            }
        }
    }
}

/// Where the last label begins says nothing of the labels before it.
pub fn parse_name_from_label(decoder: &mut PacketDecoder<'_>) -> Result<usize, ParseError> {
    let mut labels = 0;
    loop {
        let start = decoder.offset;
        match decoder.read_byte()? {
            0 => return Ok(labels),
            high if high >= 0xc0 => {
                let target = decoder.read_pointer(high)?;
                if target >= start {
                    return Err(ParseError::BadPointer);
                }
                return Ok(labels + parse_name_from_label(&mut PacketDecoder::at(decoder.packet, target))?); // expect: recursion-on-input
            }
            length => {
                decoder.skip(usize::from(length));
                labels += 1;
            }
        }
    }
}
