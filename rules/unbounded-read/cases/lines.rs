//! Lines and bodies from connections.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::net::{TcpListener, TcpStream};

/// Class: the server of a tool reads a request until the client has had enough.
pub fn serve(listener: &TcpListener) -> std::io::Result<()> {
    loop {
        let (mut stream, _) = listener.accept()?;
        let mut body = Vec::new();
        stream.read_to_end(&mut body)?; // expect: unbounded-read/strict
        println!("{}", body.len());
    }
}

pub fn serve_bounded(listener: &TcpListener) -> std::io::Result<()> {
    loop {
        let (stream, _) = listener.accept()?;
        let mut body = Vec::new();
        stream.take(1 << 20).read_to_end(&mut body)?;
        println!("{}", body.len());
    }
}

pub fn ask(address: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?; // expect: unbounded-read/strict
    Ok(answer)
}

pub fn of_file(path: &str) -> std::io::Result<usize> {
    Ok(BufReader::new(File::open(path)?).lines().count())
}
