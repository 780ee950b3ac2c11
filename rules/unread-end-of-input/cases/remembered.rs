//! A reader that remembers its end: it says so at once and for ever, without reading again.

use tokio::io::{AsyncRead, AsyncReadExt};

pub enum Frame {
    Data(usize),
    Finished,
}

pub struct Frames<R> {
    source: R,
    bytes: Vec<u8>,
    finished: bool,
}

impl<R: AsyncRead + Unpin> Frames<R> {
    pub async fn frame(&mut self) -> Result<Frame, std::io::Error> {
        loop {
            if let Some(end) = self.bytes.iter().position(|byte| *byte == 0) {
                self.bytes.drain(..=end);
                return Ok(Frame::Data(end));
            }
            if self.finished {
                return Ok(Frame::Finished);
            }
            let count = self.source.read_buf(&mut self.bytes).await?;
            if count == 0 {
                self.finished = true;
            }
        }
    }
}

async fn goes_on<R: AsyncRead + Unpin>(frames: &mut Frames<R>) -> Result<(), std::io::Error> {
    loop { // expect: unread-end-of-input
        match frames.frame().await? {
            Frame::Data(length) => println!("{length}"),
            Frame::Finished => {}
        }
    }
}

async fn drains<R: AsyncRead + Unpin>(frames: &mut Frames<R>) {
    while frames.frame().await.is_ok() {} // expect: unread-end-of-input
}

async fn leaves<R: AsyncRead + Unpin>(frames: &mut Frames<R>) -> Result<(), std::io::Error> {
    loop {
        match frames.frame().await? {
            Frame::Data(length) => println!("{length}"),
            Frame::Finished => return Ok(()),
        }
    }
}

async fn drains_data<R: AsyncRead + Unpin>(frames: &mut Frames<R>) {
    while let Ok(Frame::Data(_)) = frames.frame().await {}
}
