//! Reading a model file, with errors that name the line.

use std::fmt;

use super::Models;
use crate::model::ModelFile;

/// A model file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelError {
    /// The file.
    pub file: String,
    /// Line in it, from 1.
    pub line: Option<u32>,
    /// What is wrong and what to write instead.
    pub message: String,
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

impl std::error::Error for ModelError {}

impl Models {
    /// Read one model file.
    ///
    /// # Errors
    /// Text that is no TOML, a field or word that models do not have, or a model that can never apply.
    pub fn parse(file_name: &str, text: &str) -> Result<ModelFile, ModelError> {
        let error = |line, message| ModelError { file: file_name.to_owned(), line, message };
        let file = toml::from_str::<ModelFile>(text)
            .map_err(|found| error(found.span().map(|span| line_of(text, span.start)), found.message().to_owned()))?;
        match complaint(&file) {
            Some((table, index, message)) => Err(error(line_of_table(text, table, index), message)),
            None => Ok(file),
        }
    }
}

/// The first model that can never apply: its table, its index in it, and why.
fn complaint(file: &ModelFile) -> Option<(&'static str, usize, String)> {
    for (index, call) in file.call.iter().enumerate() {
        let message = if call.path.is_empty() && call.method.is_empty() {
            "a call model needs `path` or `method`"
        } else if !call.method.is_empty() && call.on.is_empty() && call.receivers.is_empty() {
            "a method needs the types it stands on (`on`) or words of its receivers (`receivers`)"
        } else if call.method.is_empty() && !(call.on.is_empty() && call.receivers.is_empty()) {
            "`on` and `receivers` say nothing without `method`"
        } else if call.arguments.is_some_and(|(least, most)| least > most) {
            "`arguments` is the least and the most number of them, in this order"
        } else {
            continue;
        };
        return Some(("call", index, message.to_owned()));
    }
    for (index, exception) in file.exception.iter().enumerate() {
        let is_wrong = |name: &&unspin_ir::Name| name.trim_matches('*').contains('*') || name.trim_matches('*').is_empty();
        if let Some(name) = exception.name.iter().find(is_wrong) {
            return Some(("exception", index, format!("`{name}`: a `*` may stand at the beginning or the end of a name")));
        }
        if exception.name.is_empty() {
            return Some(("exception", index, "an exception model needs a `name`".to_owned()));
        }
    }
    let class = file.class.iter().position(|class| class.path.is_empty());
    let class = class.map(|index| ("class", index, "a class model needs a `path`".to_owned()));
    let is_empty = |word: &String| !word.chars().any(char::is_alphabetic);
    let words = file.words.iter().position(|words| words.list.iter().any(is_empty));
    class.or_else(|| words.map(|index| ("words", index, "a word needs at least one letter".to_owned())))
}

fn line_of(text: &str, offset: usize) -> u32 {
    text.as_bytes().iter().take(offset).filter(|&&byte| byte == b'\n').count() as u32 + 1
}

fn line_of_table(text: &str, table: &str, index: usize) -> Option<u32> {
    let head = format!("[[{table}]]");
    let found = text.lines().enumerate().filter(|(_, line)| line.trim_start().starts_with(&head)).nth(index);
    found.map(|(line, _)| line as u32 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> (Option<u32>, String) {
        match Models::parse("m.toml", text) {
            Ok(_) => (None, String::new()),
            Err(error) => (error.line, error.message),
        }
    }

    #[test]
    fn mistakes_name_their_line() {
        let unknown = error("\n[[call]]\npath = [\"f\"]\neffect = \"raed\"\n");
        assert_eq!(unknown.0, Some(4));
        assert!(unknown.1.contains("raed"), "{}", unknown.1);
        let second = error("[[call]]\npath = [\"f\"]\neffect = \"read\"\n[[call]]\nmethod = [\"m\"]\neffect = \"read\"\n");
        assert_eq!(second.0, Some(4));
        let pattern = error("[[exception]]\nname = [\"a*b*c\"]\nkind = \"item\"\n");
        assert_eq!(pattern.0, Some(1));
    }

    #[test]
    fn a_good_file_is_read() {
        assert!(Models::parse("m.toml", "[[words]]\nkind = \"stop\"\nlist = [\"stop*\"]\n").is_ok());
    }
}
