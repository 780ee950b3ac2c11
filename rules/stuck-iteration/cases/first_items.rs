//! Queues whose first item is looked at and never taken.
use std::collections::VecDeque;
use std::io::{self, Write};
use std::net::TcpStream;
use std::sync::Arc;

struct Writer {
    stream: TcpStream,
    waiting: VecDeque<Arc<str>>,
}

struct State {
    lines: VecDeque<Arc<str>>,
}

impl State {
    fn look(&self) -> Option<Arc<str>> {
        let line = self.lines.front().cloned()?;
        Some(line)
    }

    fn take(&mut self) -> Option<Arc<str>> {
        self.lines.pop_front()
    }
}

impl Writer {
    fn write(&mut self, line: &str) -> io::Result<()> {
        self.stream.write_all(line.as_bytes())
    }

    fn flush(&mut self, state: &State) -> io::Result<()> {
        while let Some(line) = state.look() { // expect: stuck-iteration
            self.write(&line)?;
        }
        Ok(())
    }

    fn flush_for_good(&mut self, state: &mut State) -> io::Result<()> {
        while let Some(line) = state.take() {
            self.write(&line)?;
        }
        Ok(())
    }

    fn flush_own(&mut self) -> io::Result<()> {
        while let Some(line) = self.waiting.front().cloned() {
            self.write(&line)?;
            self.waiting.pop_front();
        }
        Ok(())
    }
}
