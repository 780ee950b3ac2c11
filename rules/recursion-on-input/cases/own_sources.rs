// A program that serves nobody: who runs it writes what it reads.
use std::env;
use std::fs;
use std::io;

struct FormulaParser<'a> {
    chars: std::iter::Peekable<std::str::Chars<'a>>,
}

impl FormulaParser<'_> {
    fn parse_term(&mut self) -> Option<i64> {
        match self.chars.next()? {
            '(' => {
                let value = self.parse_sum()?; // expect: recursion-on-input/strict
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

// What programs write is data of strangers, whoever opens it.
struct BoxParser<'a> {
    input: &'a [u8],
}

impl BoxParser<'_> {
    fn read_u32(&mut self) -> Option<u32> {
        let (head, rest) = self.input.split_first_chunk::<4>()?;
        self.input = rest;
        Some(u32::from_be_bytes(*head))
    }

    fn parse_box(&mut self) -> Option<u32> {
        let length = self.read_u32()?;
        if self.read_u32()? == 0 {
            return Some(length + self.parse_box()?); // expect: recursion-on-input
        }
        Some(length)
    }
}

fn main() -> io::Result<()> {
    let mut names = env::args().skip(1);
    while let (Some(formula), Some(boxes)) = (names.next(), names.next()) {
        let text = fs::read_to_string(formula)?;
        let data = fs::read(boxes)?;
        let sum = FormulaParser { chars: text.chars().peekable() }.parse_sum();
        println!("{sum:?} {:?}", BoxParser { input: &data }.parse_box());
    }
    Ok(())
}
