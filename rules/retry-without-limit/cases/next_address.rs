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
