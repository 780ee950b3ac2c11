//! A program has opened what it writes to: a socket, a pipe or a file, which takes something or fails.
use std::io::{self, Read, Write};

fn main() -> io::Result<()> {
    let mut buffer = Vec::new();
    io::stdin().read_to_end(&mut buffer)?;
    Output { inner: open() }.copy(&buffer)
}

struct Output {
    inner: Box<dyn Write>,
}

impl Output {
    fn copy(&mut self, mut rest: &[u8]) -> io::Result<()> {
        while !rest.is_empty() { // expect: zero-step/strict
            let count = self.inner.write(rest)?;
            rest = &rest[count..];
        }
        Ok(())
    }
}
