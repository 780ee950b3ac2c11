//! Iterators that give failures, and what they do before the next item.

pub struct Frames<'a> {
    buffer: &'a [u8],
    failed: bool,
}

fn parse(buffer: &[u8]) -> Result<(u8, usize), String> {
    let kind = *buffer.first().ok_or("empty")?;
    let length = *buffer.get(1).ok_or("short")?;
    Ok((kind, usize::from(length) + 2))
}

/// Class: a good frame moves the cursor, a bad one is given again and again.
impl Iterator for Frames<'_> {
    type Item = Result<u8, String>;

    fn next(&mut self) -> Option<Self::Item> {
        match parse(self.buffer) {
            Ok((kind, length)) => {
                self.buffer = &self.buffer[length..];
                Some(Ok(kind))
            }
            Err(error) => Some(Err(error)), // expect: endless-iterator/strict
        }
    }
}

pub struct FusedFrames<'a>(Frames<'a>);

impl Iterator for FusedFrames<'_> {
    type Item = Result<u8, String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.failed {
            return None;
        }
        match parse(self.0.buffer) {
            Ok((kind, length)) => {
                self.0.buffer = &self.0.buffer[length..];
                Some(Ok(kind))
            }
            Err(error) => {
                self.0.failed = true;
                Some(Err(error))
            }
        }
    }
}

pub struct Lines<R> {
    reader: R,
    count: usize,
}

impl<R: std::io::BufRead> Iterator for Lines<R> {
    type Item = std::io::Result<String>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut line = String::new();
        match self.reader.read_line(&mut line) {
            Ok(0) => None,
            Ok(_) => {
                self.count += 1;
                Some(Ok(line))
            }
            Err(error) => Some(Err(error)),
        }
    }
}

pub struct Pages<S> {
    source: S,
    at_end: bool,
}

/// The end is noted, a failure is not: a source that is gone fails for as long as somebody asks.
impl<S: Source> Iterator for Pages<S> {
    type Item = Result<String, String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at_end {
            return None;
        }
        match self.source.next_page() {
            Ok(Some(page)) => Some(Ok(page)),
            Ok(None) => {
                self.at_end = true;
                None
            }
            Err(error) => Some(Err(error)), // expect: endless-iterator/audit
        }
    }
}

pub struct FusedPages<S> {
    source: S,
    at_end: bool,
    kept: Option<String>,
}

/// A failure is noted as the end is; one that was kept is gone once it has been given.
impl<S: Source> Iterator for FusedPages<S> {
    type Item = Result<String, String>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(error) = self.kept.take() {
            return Some(Err(error));
        }
        if self.at_end {
            return None;
        }
        match self.source.next_page() {
            Ok(Some(page)) => Some(Ok(page)),
            Ok(None) => {
                self.at_end = true;
                None
            }
            Err(error) => {
                self.at_end = true;
                Some(Err(error))
            }
        }
    }
}

pub trait Source {
    fn next_page(&mut self) -> Result<Option<String>, String>;
}
