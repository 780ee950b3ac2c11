//! One edit of a text, chosen by chance, and what it has to do with the findings of the text.

use std::{ops::Range, path::Path};

use ruff_python_ast::Stmt;
use ruff_text_size::Ranged;
use syn::spanned::Spanned;
use unspin_driver::Language;

/// Numbers by chance, the same for the same seed: splitmix64.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `end`.
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end.max(1) as u64) as usize
    }
}

/// What was done to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Nothing,
    /// Lines of comment and blank ones between items, or a function that has nothing to do with the others.
    Inserted,
    /// Two items changed places.
    Swapped,
    /// The file has another name.
    Moved,
    /// Every line ends otherwise.
    LineEnds,
    /// Every line is indented otherwise.
    Indented,
    /// A function has another name.
    Renamed,
    /// A function is there a second time under this name.
    Copied(String),
    /// The function of this name is gone.
    Deleted(String),
}

impl Kind {
    /// Whether a function is one that was put there.
    pub(crate) fn made(&self, function: &str) -> bool {
        matches!(self, Self::Copied(name) if is_in(name, function))
    }

    /// Whether a function was taken away.
    pub(crate) fn removed(&self, function: &str) -> bool {
        matches!(self, Self::Deleted(name) if is_in(name, function))
    }

    /// Whether no line of a loop that was there before is a changed one.
    pub(crate) fn leaves_lines_alone(&self) -> bool {
        matches!(self, Self::Nothing | Self::Inserted | Self::Moved | Self::LineEnds)
    }
}

fn is_in(name: &str, function: &str) -> bool {
    function.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// An item at the top of a file.
struct Item {
    /// With what belongs to it above.
    lines: Range<usize>,
    /// The name of a function.
    function: Option<String>,
    /// Whether its place among the others says nothing.
    may_move: bool,
}

fn python_items(text: &str) -> Option<Vec<Item>> {
    let parsed = ruff_python_parser::parse_module(text).ok()?;
    let items = parsed.syntax().body.iter().map(|statement| {
        let range = statement.range();
        let function = match statement {
            Stmt::FunctionDef(function) => Some(function.name.to_string()),
            _ => None,
        };
        let may_move = matches!(statement, Stmt::FunctionDef(_) | Stmt::ClassDef(_));
        Item { lines: lines(text, range.start().to_usize()..range.end().to_usize()), function, may_move }
    });
    Some(items.collect())
}

fn rust_items(text: &str) -> Option<Vec<Item>> {
    let parsed = syn::parse_file(text).ok()?;
    let items = parsed.items.iter().map(|item| {
        let function = match item {
            syn::Item::Fn(function) => Some(function.sig.ident.to_string()),
            _ => None,
        };
        let may_move = matches!(item, syn::Item::Fn(_) | syn::Item::Impl(_) | syn::Item::Struct(_) | syn::Item::Enum(_));
        Item { lines: lines(text, item.span().byte_range()), function, may_move }
    });
    Some(items.collect())
}

/// Whole lines, with the comments directly above.
fn lines(text: &str, range: Range<usize>) -> Range<usize> {
    let mut start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    while start > 0 {
        let above = text[..start - 1].rfind('\n').map_or(0, |at| at + 1);
        if !text[above..start].starts_with(['#', '/']) {
            break;
        }
        start = above;
    }
    start..text[range.end..].find('\n').map_or(text.len(), |at| range.end + at + 1)
}

/// A file with one edit: its path, its text and what was done.
pub(crate) fn edited(path: &str, text: &str, random: &mut Random) -> (String, String, Kind) {
    let is_python = Language::of_named(Path::new(path)) == Some(Language::Python);
    let items = if is_python { python_items(text) } else { rust_items(text) };
    let items = items.filter(|items| items.windows(2).all(|pair| pair[0].lines.end <= pair[1].lines.start));
    let made = items.and_then(|items| edit(text, &items, is_python, random));
    match made {
        // The items of what was made are looked at again: it has to be a program.
        Some((text, kind)) if (if is_python { python_items(&text) } else { rust_items(&text) }).is_some() => {
            let path = match kind {
                Kind::Moved => path.replace("/case_", "/sub/case_other_"),
                _ => path.to_owned(),
            };
            (path, text, kind)
        }
        _ => (path.to_owned(), text.to_owned(), Kind::Nothing),
    }
}

fn edit(text: &str, items: &[Item], is_python: bool, random: &mut Random) -> Option<(String, Kind)> {
    let replaced = |range: Range<usize>, by: &str| format!("{}{by}{}", &text[..range.start], &text[range.end..]);
    let item = &items[random.below(items.len())..].first()?;
    let own = &text[item.lines.clone()];
    let occurrences = |name: &str| text.matches(name).count();
    Some(match random.below(9) {
        0 => return None,
        1 => {
            let at = item.may_move.then_some(item.lines.start)?;
            let comment = if is_python { "# one\n\n# two\n\n" } else { "// one\n\n// two\n\n" };
            (replaced(at..at, comment), Kind::Inserted)
        }
        2 => {
            let at = item.may_move.then_some(item.lines.start)?;
            let (python, rust) =
                ("def unrelated(value):\n    return value + 1\n\n\n", "fn unrelated(value: u8) -> u8 {\n    value\n}\n\n");
            (replaced(at..at, if is_python { python } else { rust }), Kind::Inserted)
        }
        3 => {
            let other = items.iter().find(|other| other.lines.start >= item.lines.end && other.may_move && item.may_move)?;
            let (first, second) = (own, &text[other.lines.clone()]);
            let between = &text[item.lines.end..other.lines.start];
            (replaced(item.lines.start..other.lines.end, &format!("{second}{between}{first}")), Kind::Swapped)
        }
        4 => (text.to_owned(), Kind::Moved),
        5 => (text.replace('\n', "\r\n"), Kind::LineEnds),
        6 => {
            // Lines within a string are part of it.
            let is_plain = text.lines().all(|line| line.matches('"').count() % 2 == 0 && !line.ends_with('\\'))
                && !text.contains("\"\"\"");
            (is_plain.then(|| text.replace("    ", if is_python { "\t" } else { "      " }))?, Kind::Indented)
        }
        7 => {
            let name = item.function.as_ref().filter(|name| name.len() > 3 && *name != "main")?;
            let is_name =
                |character: Option<char>| character.is_some_and(|character| character.is_alphanumeric() || character == '_');
            let mut renamed = String::new();
            let mut rest = text;
            while let Some(at) = rest.find(name.as_str()) {
                let after = &rest[at + name.len()..];
                renamed.push_str(&rest[..at + name.len()]);
                let before = rest[..at].chars().next_back().or(renamed.chars().rev().nth(name.len()));
                // A method of another thing may have the same name.
                if !is_name(before) && before != Some('.') && !is_name(after.chars().next()) {
                    renamed.push_str("_x");
                }
                rest = after;
            }
            renamed.push_str(rest);
            (renamed, Kind::Renamed)
        }
        _ => {
            let name = item.function.as_ref().filter(|name| occurrences(name) == 1)?;
            if random.below(2) == 0 {
                (replaced(item.lines.clone(), ""), Kind::Deleted(name.clone()))
            } else {
                let copy = format!("{name}_copied");
                let text = replaced(item.lines.end..item.lines.end, &format!("\n\n{}", own.replace(name.as_str(), &copy)));
                (text, Kind::Copied(copy))
            }
        }
    })
}
