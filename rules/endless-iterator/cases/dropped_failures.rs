//! Adaptors that drop the failures of a stream.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;

/// Class: the path is a directory, so every read fails, and every failure is dropped.
pub fn longest(file: File) -> Option<String> {
    BufReader::new(file).lines().filter_map(Result::ok).max_by_key(String::len) // expect: endless-iterator/strict
}

pub fn words(file: File) -> usize {
    let mut count = 0;
    for line in BufReader::new(file).lines().filter_map(|line| line.ok()) { // expect: endless-iterator/strict
        count += line.split_whitespace().count();
    }
    count
}

pub fn accept(listener: TcpListener) {
    for mut stream in listener.incoming().flatten() { // expect: endless-iterator
        let mut request = [0; 512];
        let _ = stream.read(&mut request);
    }
}

pub fn until_failure(file: File) -> usize {
    BufReader::new(file).lines().map_while(Result::ok).count()
}

pub fn of_text(text: &str) -> Vec<u32> {
    text.lines().filter_map(|line| line.parse().ok()).collect()
}

pub fn flat(groups: Vec<Vec<u8>>) -> Vec<u8> {
    groups.into_iter().flatten().collect()
}

/// One visitor is waited for, and whoever waits goes away with it.
pub fn first_visitor(listener: &std::net::TcpListener) -> Option<std::net::TcpStream> {
    listener.incoming().flatten().next()
}
