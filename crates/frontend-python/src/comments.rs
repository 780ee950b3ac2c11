//! Comments that matter to the analysis.
//!
//! Read from the tokens of the parser, so that text in a string literal never counts as a comment.

use memchr::memmem;
use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_text_size::Ranged;
use unspin_ir::Comment;
use unspin_span::Span;

use crate::span_of;

/// Every comment that matters; most files hold no sign of one and are not walked.
pub(crate) fn collect(text: &str, tokens: &Tokens) -> Vec<Comment> {
    if !Comment::signs().any(|sign| holds(text, sign)) {
        return Vec::new();
    }
    let comments = tokens.iter().filter(|token| token.kind() == TokenKind::Comment);
    comments.filter_map(|token| comment(text, token)).collect()
}

/// Faster than `str::contains`, which shows where every file is searched.
pub(crate) fn holds(text: &str, word: &str) -> bool {
    memmem::find(text.as_bytes(), word.as_bytes()).is_some()
}

/// Stretches of more than one line within which no comment can stand: strings, and lines joined by a backslash.
pub(crate) fn joined(text: &str, tokens: &Tokens) -> Vec<Span> {
    let mut joined = Vec::new();
    let (mut depth, mut opened, mut end) = (0_usize, 0, 0);
    for token in tokens {
        let span = span_of(token);
        let gap = text.get(end as usize..span.start as usize).unwrap_or_default();
        if depth == 0 && gap.contains('\\') {
            joined.push(Span::new(end, span.start));
        }
        match token.kind() {
            TokenKind::String if depth == 0 => joined.push(span),
            TokenKind::FStringStart | TokenKind::TStringStart => {
                opened = if depth == 0 { span.start } else { opened };
                depth += 1;
            }
            TokenKind::FStringEnd | TokenKind::TStringEnd => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    joined.push(Span::new(opened, span.end));
                }
            }
            _ => {}
        }
        end = span.end;
    }
    joined.retain(|span| text[span.start as usize..span.end as usize].contains(['\n', '\r']));
    joined
}

fn comment(text: &str, token: &impl Ranged) -> Option<Comment> {
    let span = span_of(token);
    let shown = &text[span.start as usize..span.end as usize];
    if !Comment::matters(shown) {
        return None;
    }
    let before = &text[..span.start as usize];
    let line = before.rfind(['\n', '\r']).map_or(before, |at| &before[at + 1..]);
    let alone = line.trim().is_empty();
    Some(Comment { span, text: shown.trim_start_matches('#').trim().to_owned(), alone })
}
