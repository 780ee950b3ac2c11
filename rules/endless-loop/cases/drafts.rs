//! Functions that are not finished, and one that is.

pub fn count(words: &mut Vec<String>, word: &str) {
    // This is unfinished: it should stop at the width of the page.
    loop {
        words.push(word.to_owned());
    }
}

pub fn repeat(words: &mut Vec<String>, word: &str) {
    // Words of finished lines come again.
    loop { // expect: endless-loop
        words.push(word.to_owned());
    }
}
