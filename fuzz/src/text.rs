//! Mutations of source code. Bytes that are changed at random hardly ever parse; blocks of lines that are copied, nested
//! and taken out, and words that take each other's place, often do, and reach what comes after the parser.

use libfuzzer_sys::fuzzer_mutate;
use rand::{RngExt, SeedableRng, rngs::StdRng};

const STEP: &str = "    ";

/// One mutation of the first `size` bytes; answers how many there are then.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut dice = StdRng::seed_from_u64(seed.into());
    let mutated = match std::str::from_utf8(&data[..size]) {
        Ok(text) if dice.random_ratio(3, 4) => of_text(text, &mut dice),
        _ => return fuzzer_mutate(data, size, max_size),
    };
    let size = mutated.len().min(max_size);
    data[..size].copy_from_slice(&mutated.as_bytes()[..size]);
    size
}

fn of_text(text: &str, dice: &mut StdRng) -> String {
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    if lines.is_empty() {
        return "\n".to_owned();
    }
    let at = dice.random_range(0..lines.len());
    let end = end_of_block(&lines, at);
    let other = dice.random_range(0..lines.len());
    match dice.random_range(0..6) {
        0 => drop(lines.drain(at..end)),
        1 => insert(&mut lines, other, at..end),
        2 => lines[at..end].iter_mut().for_each(|line| line.insert_str(0, STEP)),
        3 => lines[at..end].iter_mut().for_each(|line| *line = line.strip_prefix(STEP).unwrap_or(line).to_owned()),
        4 => nest(&mut lines, at..end),
        _ => return with_another_word(text, dice),
    }
    lines.concat()
}

/// Behind the lines that are indented deeper, and the closing line where there is one.
fn end_of_block(lines: &[String], at: usize) -> usize {
    let depth = |line: &String| line.len() - line.trim_start().len();
    let within = lines[at + 1..].iter().take_while(|line| line.trim().is_empty() || depth(line) > depth(&lines[at])).count();
    let end = at + 1 + within;
    let closes = lines.get(end).is_some_and(|line| line.trim_start().starts_with(['}', ')', ']']));
    end + usize::from(closes)
}

/// Puts a copy of a block before another line, at its depth.
fn insert(lines: &mut Vec<String>, before: usize, block: std::ops::Range<usize>) {
    let depth = |line: &str| line.len() - line.trim_start().len();
    let (from, to) = (depth(&lines[block.start]), depth(&lines[before]));
    let copy: Vec<_> =
        lines[block].iter().map(|line| format!("{}{}", " ".repeat(to), line.get(from..).unwrap_or(line))).collect();
    lines.splice(before..before, copy);
}

/// Puts a copy of a block into itself.
fn nest(lines: &mut Vec<String>, block: std::ops::Range<usize>) {
    let at = block.start + 1;
    let copy: Vec<_> = lines[block].iter().map(|line| format!("{STEP}{line}")).collect();
    lines.splice(at..at, copy);
}

/// One word takes the place of another.
fn with_another_word(text: &str, dice: &mut StdRng) -> String {
    let is_word = |part: &&str| part.chars().all(|letter| letter.is_alphanumeric() || letter == '_') && !part.is_empty();
    let words: Vec<&str> = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').filter(is_word).collect();
    if words.is_empty() {
        return format!("{text}\n");
    }
    let (old, new) = (words[dice.random_range(0..words.len())], words[dice.random_range(0..words.len())]);
    let places: Vec<usize> = text.match_indices(old).map(|(at, _)| at).collect();
    let at = places[dice.random_range(0..places.len())];
    format!("{}{new}{}", &text[..at], &text[at + old.len()..])
}
