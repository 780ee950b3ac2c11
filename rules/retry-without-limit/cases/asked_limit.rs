//! A limit that a mode of the configuration asks for.

use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::sleep;

#[derive(Clone, Copy)]
pub enum Mode {
    Disabled,
    Until(u32),
    Always,
}

pub async fn connect(address: &str, mode: Mode) -> std::io::Result<TcpStream> {
    let mut attempts = 0;
    loop {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => { // expect: retry-without-limit/strict
                sleep(Duration::from_secs(1)).await;
                attempts += 1;
                match mode {
                    Mode::Until(most) if attempts >= most => return Err(error),
                    Mode::Disabled => return Err(error),
                    _ => continue,
                }
            }
        }
    }
}
