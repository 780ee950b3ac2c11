//! Text of others inside Markdown as GitHub and GitLab render it.

use crate::words::{one_line, visible};

/// Text as a code span. In a table a pipe would end the cell, in code too, so that such a span is written as HTML.
pub(super) fn code(text: &str, in_table: bool) -> String {
    let text = one_line(text);
    if in_table && text.contains('|') {
        return format!("<code>{}</code>", literal(&text));
    }
    let ticks = "`".repeat(longest_run(&text, '`') + 1);
    // Ticks at an end would run together with the fence, and a span of spaces alone is none.
    let pad = if text.is_empty() || text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{ticks}{pad}{text}{pad}{ticks}")
}

/// A sentence: what stands between single ticks stays code, all the rest means what it says.
pub(super) fn prose(text: &str, in_table: bool) -> String {
    let text = one_line(text);
    let parts: Vec<&str> = text.split('`').collect();
    let is_balanced = parts.len() % 2 == 1 && parts.iter().skip(1).step_by(2).all(|part| !part.is_empty());
    if !is_balanced {
        return literal(&text);
    }
    let parts = parts.into_iter().enumerate();
    parts.map(|(at, part)| if at % 2 == 1 { code(part, in_table) } else { literal(part) }).collect()
}

/// Text in which nothing is markup: neither a tag, nor a link, nor the name of a person or an issue.
fn literal(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '|' => escaped.push_str("&#124;"),
            // A comment inside keeps the name from being one, and nobody sees it.
            '@' | '#' => escaped.extend([character.to_string().as_str(), "<!-- -->"]),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '+' | '!' | '~' | '$' | ':' => {
                escaped.extend(['\\', character]);
            }
            _ => escaped.push(character),
        }
    }
    escaped
}

/// Text inside HTML.
pub(super) fn html(text: &str) -> String {
    visible(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A block of code, whatever ticks are in it.
pub(super) fn fence(text: &str) -> String {
    let ticks = "`".repeat(longest_run(text, '`').max(2) + 1);
    format!("{ticks}text\n{}\n{ticks}", visible(text.trim_end()))
}

fn longest_run(text: &str, of: char) -> usize {
    text.split(|character| character != of).map(|run| run.chars().count()).max().unwrap_or_default()
}
