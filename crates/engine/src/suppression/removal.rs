//! What to take out of a text so that a suppression is gone and nothing else.
//!
//! A comment that stands alone goes with its line; behind code, with the space before it. Other comments in the same one
//! stay: `# noqa # unspin: allow(…) why # type: ignore` becomes `# noqa # type: ignore`.

use unspin_ir::Comment;
use unspin_span::Span;

use super::{CommentedFile, MARKER};

/// The part of a comment that is a directive of this tool, from its own sign on.
pub(super) struct Part {
    pub(super) span: Span,
    /// Whether another comment stands before it in the same one.
    follows: bool,
    /// Whether another comes after it.
    precedes: bool,
}

/// Where the directive of a comment stands; `None` if there is none.
pub(super) fn part(text: &str, comment: &Comment) -> Option<Part> {
    let shown = slice(text, comment.span);
    let sign = if shown.starts_with('#') { "#" } else { "//" };
    let word = shown.find(MARKER)?;
    let start = shown[..shown[..word].rfind(sign)?].trim_end_matches(&sign[..1]).len();
    let rest = &shown[word..];
    let next = format!("{sign} ");
    let mut others = rest.match_indices(&next).map(|(at, _)| at);
    let other = others.find(|&at| rest[..at].ends_with(char::is_whitespace));
    let end = other.map_or(shown.len(), |at| word + rest[..at].trim_end().len());
    let base = comment.span.start;
    let span = Span::new(base + start as u32, base + end as u32);
    Some(Part { span, follows: start > 0, precedes: other.is_some() })
}

/// The edits that remove the directive of a comment.
pub(super) fn whole(file: &CommentedFile<'_>, comment: &Comment) -> Vec<(Span, String)> {
    let Some(part) = part(file.text, comment) else { return Vec::new() };
    let Span { start, end } = part.span;
    let span = if part.precedes && !part.follows {
        let after = &file.text[end as usize..];
        Span::new(start, end + (after.len() - after.trim_start().len()) as u32)
    } else if comment.alone && !part.follows {
        let line = file.lines.line(start);
        Span::new(file.lines.offset(file.text, line, 0), file.lines.offset(file.text, line + 1, 0))
    } else {
        Span::new(file.text[..start as usize].trim_end_matches([' ', '\t']).len() as u32, end)
    };
    vec![(span, String::new())]
}

/// Where the list of names stands, between its brackets.
pub(super) fn names(file: &CommentedFile<'_>, comment: &Comment) -> Option<Span> {
    let directive = part(file.text, comment)?.span;
    let text = slice(file.text, directive);
    let open = text.find('(')? + 1;
    let close = open + text[open..].find(')')?;
    Some(Span::new(directive.start + open as u32, directive.start + close as u32))
}

fn slice(text: &str, span: Span) -> &str {
    text.get(span.start as usize..span.end as usize).unwrap_or_default()
}
