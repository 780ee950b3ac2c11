// A program that serves whoever connects.
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};

struct FormulaParser<'a> {
    chars: std::iter::Peekable<std::str::Chars<'a>>,
}

impl FormulaParser<'_> {
    fn parse_term(&mut self) -> Option<i64> {
        match self.chars.next()? {
            '(' => {
                let value = self.parse_sum()?; // expect: recursion-on-input
                self.chars.next().filter(|&c| c == ')')?;
                Some(value)
            }
            digit => digit.to_digit(10).map(i64::from),
        }
    }

    fn parse_sum(&mut self) -> Option<i64> {
        let mut sum = self.parse_term()?;
        while self.chars.peek() == Some(&'+') {
            self.chars.next();
            sum += self.parse_term()?;
        }
        Some(sum)
    }
}

fn answer(mut stream: TcpStream) -> io::Result<()> {
    let mut text = String::new();
    (&mut stream).take(65536).read_to_string(&mut text)?;
    let sum = FormulaParser { chars: text.chars().peekable() }.parse_sum();
    write!(stream, "{sum:?}")
}

fn main() -> io::Result<()> {
    let listener = TcpListener::bind("0.0.0.0:7000")?;
    for stream in listener.incoming() {
        let stream = stream?;
        std::thread::spawn(move || answer(stream));
    }
    Ok(())
}
