//! What a variant holds has the type that its enum declares, whatever is matched.

pub enum Piece {
    Word(Word),
    Quote(Box<Quote>),
}

pub struct Word {
    letters: String,
}

pub struct Quote {
    pub inner: Passage,
}

pub struct Passage {
    pub pieces: Vec<Piece>,
}

impl Word {
    pub fn is_plain(&self) -> bool {
        self.letters.is_ascii()
    }
}

impl Quote {
    pub fn is_plain(&self) -> bool {
        self.inner.is_plain() // expect: recursion-without-limit/audit
    }
}

impl Passage {
    pub fn is_plain(&self) -> bool {
        self.pieces.iter().all(|piece| match piece {
            Piece::Word(word) => word.is_plain(),
            Piece::Quote(quote) => quote.is_plain(), // expect: recursion-without-limit/audit
        })
    }
}

pub enum Store {
    Memory(Memory),
    Disk(Disk),
}

pub struct Memory {
    bytes: Vec<u8>,
}

pub struct Disk {
    length: u64,
}

impl Memory {
    pub fn size(&self) -> u64 {
        self.bytes.len() as u64
    }
}

impl Disk {
    pub fn size(&self) -> u64 {
        self.length
    }
}

impl Store {
    pub fn size(&self) -> u64 {
        match self {
            Store::Memory(memory) => memory.size(),
            Store::Disk(disk) => disk.size(),
        }
    }
}
