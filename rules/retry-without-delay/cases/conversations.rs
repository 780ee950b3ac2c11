//! Functions of one's own that both read from and write to what they are given.
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

async fn answer<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S) -> io::Result<()> {
    let request = stream.read_u32().await?;
    stream.write_u32(request + 1).await
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S) {
    loop {
        match answer(&mut stream).await {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break,
            Err(error) => eprintln!("{error}"), // expect: retry-without-delay
            Ok(()) => {}
        }
    }
}

async fn serve_while_it_works<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S) {
    loop {
        if let Err(error) = answer(&mut stream).await {
            eprintln!("{error}");
            break;
        }
    }
}
