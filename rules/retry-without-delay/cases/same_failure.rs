//! A failure that is kept: it comes again at once, since nothing has changed.

use tokio::io::{AsyncRead, AsyncReadExt};

pub enum Broken {
    TooLong,
    Read(std::io::Error),
}

pub struct Frames<R> {
    source: R,
    bytes: Vec<u8>,
    limit: usize,
}

impl<R: AsyncRead + Unpin> Frames<R> {
    pub async fn frame(&mut self) -> Result<usize, Broken> {
        if self.bytes.len() > self.limit {
            return Err(Broken::TooLong);
        }
        self.source.read_buf(&mut self.bytes).await.map_err(Broken::Read)
    }
}

async fn asks_again<R: AsyncRead + Unpin>(frames: &mut Frames<R>) {
    loop {
        match frames.frame().await {
            Ok(0) => return,
            Ok(count) => println!("{count}"),
            Err(_) => println!("cannot read"), // expect: retry-without-delay
        }
    }
}

async fn leaves<R: AsyncRead + Unpin>(frames: &mut Frames<R>) {
    loop {
        match frames.frame().await {
            Ok(0) => return,
            Ok(count) => println!("{count}"),
            Err(_) => return,
        }
    }
}
