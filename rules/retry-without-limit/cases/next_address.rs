//! Each failure goes on to the next address, and the last one leaves.

use std::time::Duration;

pub struct Settings {
    urls: Vec<String>,
    client: reqwest::blocking::Client,
}

fn ask(url: &str, client: &reqwest::blocking::Client) -> Result<String, reqwest::Error> {
    client.get(url).timeout(Duration::from_secs(3)).send()?.text()
}

pub fn ask_one_of(settings: &Settings) -> Result<String, reqwest::Error> {
    let count = settings.urls.len();
    let mut next = 0;
    loop {
        let answer = ask(&settings.urls[next], &settings.client);
        if answer.is_ok() || next + 1 == count {
            break answer;
        }
        next += 1;
    }
}

pub fn ask_one(settings: &Settings) -> Result<String, reqwest::Error> {
    let mut attempts = 0;
    loop {
        let answer = ask(&settings.urls[0], &settings.client);
        if answer.is_ok() { // expect: retry-without-limit
            break answer;
        }
        attempts += 1;
        eprintln!("attempt {attempts}");
    }
}

/// Whoever connects next may do better.
pub async fn take_one(listener: &tokio::net::TcpListener, url: &str) -> reqwest::Response {
    let connect = || async {
        let (_socket, _peer) = listener.accept().await?;
        let answer = reqwest::get(url).await.map_err(std::io::Error::other)?;
        Ok::<_, std::io::Error>(answer)
    };
    loop {
        match connect().await {
            Ok(answer) => break answer,
            Err(error) => { // expect: retry-without-limit/strict
                eprintln!("{error}");
                continue;
            }
        }
    }
}

/// Each attempt takes an address off the iterator.
pub async fn dial_one_of(urls: Vec<String>) -> Option<reqwest::Response> {
    let mut urls = urls.into_iter();
    loop {
        match dial(&mut urls).await {
            Ok(None) => return None,
            Ok(answer) => return answer,
            Err(error) => {
                eprintln!("{error}");
                continue;
            }
        }
    }
}

async fn dial(urls: &mut std::vec::IntoIter<String>) -> Result<Option<reqwest::Response>, reqwest::Error> {
    match urls.next() {
        Some(url) => Ok(Some(reqwest::get(url).await?)),
        None => Ok(None),
    }
}
