//! Pauses that look as if they were missing, and failures that are kept.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use tokio::time::{Instant, sleep};

async fn attempt(address: SocketAddr) -> std::io::Result<()> {
    tokio::net::TcpStream::connect(address).await.map(|_| ())
}

/// Class: the rest of the time of an attempt is waited out.
pub async fn tear_down(address: SocketAddr) {
    let deadline = sleep(Duration::from_secs(1));
    tokio::pin!(deadline);
    for number in 1.. {
        deadline.as_mut().reset(Instant::now() + Duration::from_secs(1));
        tokio::select! {
            result = attempt(address) => match result {
                Ok(()) => return,
                Err(error) => {
                    println!("{number}: {error}");
                    deadline.as_mut().await;
                }
            },
            () = &mut deadline => println!("{number}: too late"),
        }
    }
}

/// Class: the failure is handed on, and the loop ends.
pub fn accept(listener: TcpListener, handle: impl Fn(std::io::Result<TcpStream>)) {
    loop {
        let client = match listener.accept() {
            Ok((stream, _)) => Ok(stream),
            Err(error) => Err(error),
        };
        match client {
            Ok(stream) => handle(Ok(stream)),
            Err(error) => {
                handle(Err(error));
                break;
            }
        }
    }
}

// A person is asked before it is tried again.
pub fn moves_over(users: &[String]) -> Result<(), String> {
    for user in users {
        loop {
            match std::net::TcpStream::connect(user) {
                Ok(_) => break,
                Err(error) => {
                    println!("{error}");
                    let choice = prompt_one("skip or retry?")?;
                    match choice.as_str() {
                        "skip" => break,
                        "retry" => continue,
                        _ => return Err(error.to_string()),
                    }
                }
            }
        }
    }
    Ok(())
}
