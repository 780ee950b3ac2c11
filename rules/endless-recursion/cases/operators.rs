//! Operators and formats call the method around them.

use std::fmt;

pub enum Failure {
    Io(std::io::Error),
    Closed,
    Other(u32),
}

impl PartialEq for Failure {
    fn eq(&self, other: &Self) -> bool {
        match self {
            Failure::Io(_) => false,
            _ => self == other, // expect: endless-recursion
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Closed => write!(f, "closed"),
            _ => write!(f, "failed: {}", self), // expect: endless-recursion
        }
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}") // expect: endless-recursion
    }
}

pub struct Level(u8);

impl PartialEq for Level {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl PartialEq<u8> for Level {
    fn eq(&self, other: &u8) -> bool {
        *self == Level(*other)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self)
    }
}

impl fmt::Debug for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() {
            return write!(f, "Level {:?}", self);
        }
        write!(f, "{}", self.0)
    }
}

pub struct Shown {
    parts: Vec<u8>,
}

impl Shown {
    pub fn describe(&self) -> String {
        println!("{}", self.describe()); // expect: endless-recursion/strict
        String::new()
    }

    pub fn first(&self) -> Option<&u8> {
        let all = self.as_slice();
        all.first()
    }

    fn as_slice(&self) -> &[u8] {
        &self.parts
    }
}

mod console {
    pub trait Display {
        fn fmt(&self, out: &mut dyn std::io::Write) -> std::io::Result<()>;
    }

    /// The format is that of the standard library, this trait another one.
    impl Display for super::Level {
        fn fmt(&self, out: &mut dyn std::io::Write) -> std::io::Result<()> {
            write!(out, "{self}")
        }
    }
}

pub struct Pair(Level, Level);

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)?;
        crate::separators::Separator.fmt(f)?;
        self.1.fmt(f)
    }
}
