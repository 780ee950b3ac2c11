//! `next()` and `peek()` give `None` for ever; a skip loop that only knows its character spins.

use std::io::{self, BufRead, Read};
use std::iter::Peekable;
use std::str::Chars;

pub fn skip_string(chars: &mut Chars<'_>) {
    while chars.next() != Some('"') {} // expect: unread-end-of-input
}

pub fn skip_string_to_end(chars: &mut Chars<'_>) {
    while !matches!(chars.next(), Some('"') | None) {}
}

pub fn skip_comment(chars: &mut Peekable<Chars<'_>>) {
    while chars.peek() != Some(&'\n') { // expect: unread-end-of-input
        chars.next();
    }
}

pub fn skip_comment_to_end(chars: &mut Peekable<Chars<'_>>) {
    while chars.peek().is_some_and(|next| *next != '\n') {
        chars.next();
    }
}

pub fn read_string(chars: &mut Chars<'_>) -> String {
    let mut text = String::new();
    loop { // expect: unread-end-of-input
        if let Some(next) = chars.next() {
            if next == '"' {
                return text;
            }
            text.push(next);
        }
    }
}

pub fn read_string_checked(chars: &mut Chars<'_>) -> Option<String> {
    let mut text = String::new();
    loop {
        match chars.next() {
            Some('"') => return Some(text),
            Some(next) => text.push(next),
            None => return None,
        }
    }
}

pub fn read_string_with_question_mark(chars: &mut Chars<'_>) -> Option<String> {
    let mut text = String::new();
    loop {
        let next = chars.next()?;
        if next == '"' {
            return Some(text);
        }
        text.push(next);
    }
}

pub fn read_digits(chars: &mut Peekable<Chars<'_>>) -> String {
    // `unwrap` panics at the end, which leaves the loop.
    let mut digits = String::new();
    while chars.peek() != Some(&';') {
        digits.push(chars.next().unwrap());
    }
    digits
}

pub fn read_word(chars: &mut Chars<'_>) -> String {
    let mut word = String::new();
    while let Some(next) = chars.next() {
        if next == ' ' {
            break;
        }
        word.push(next);
    }
    word
}

pub fn find_newline<R: Read>(source: R) -> io::Result<usize> {
    let mut position = 0;
    for byte in source.bytes() {
        if byte? == b'\n' {
            break;
        }
        position += 1;
    }
    Ok(position)
}

pub fn skip_lines<R: BufRead>(source: R) -> io::Result<Option<String>> {
    let mut lines = source.lines();
    loop {
        match lines.next().transpose()? {
            Some(line) if line.starts_with('#') => {}
            other => return Ok(other),
        }
    }
}
