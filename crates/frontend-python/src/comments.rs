//! Comments that speak to this tool.
//!
//! Read from the tokens of the parser, so that text in a string literal never counts as a comment.

use memchr::memmem;
use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_text_size::Ranged;
use unspin_ir::Comment;

use crate::span_of;

const WORDS: [&str; 2] = ["unspin:", "expect:"];

/// Every comment that holds one of the words; most files hold none and are not walked.
pub(crate) fn collect(text: &str, tokens: &Tokens) -> Vec<Comment> {
    if !WORDS.iter().any(|word| holds(text, word)) {
        return Vec::new();
    }
    let comments = tokens.iter().filter(|token| token.kind() == TokenKind::Comment);
    comments.filter_map(|token| comment(text, token)).collect()
}

/// Faster than `str::contains`, which shows where every file is searched.
pub(crate) fn holds(text: &str, word: &str) -> bool {
    memmem::find(text.as_bytes(), word.as_bytes()).is_some()
}

fn comment(text: &str, token: &impl Ranged) -> Option<Comment> {
    let span = span_of(token);
    let shown = &text[span.start as usize..span.end as usize];
    if !WORDS.iter().any(|word| shown.contains(word)) {
        return None;
    }
    let before = &text[..span.start as usize];
    let line = before.rfind(['\n', '\r']).map_or(before, |at| &before[at + 1..]);
    let alone = line.trim().is_empty();
    Some(Comment { span, text: shown.trim_start_matches('#').trim().to_owned(), alone })
}
