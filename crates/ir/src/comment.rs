//! Comments that matter to the analysis.

use unspin_span::Span;

/// What speaks to this tool.
const MARKERS: [&str; 2] = ["unspin:", "expect:"];
/// What its authors say of code that they have not brought to an end, in lower case.
const DRAFT: [&str; 4] = ["not finished", "unfinished", "finished yet", "to be completed"];
/// Parts of these phrases in the cases that people write them in.
const DRAFT_STEMS: [&str; 4] = ["finished", "FINISHED", "be completed", "BE COMPLETED"];

/// A comment that speaks to this tool, or says that the code is a draft.
#[derive(Clone, Debug)]
pub struct Comment {
    /// The comment with its marker.
    pub span: Span,
    /// Its text without the marker (`#`, `//`), trimmed.
    pub text: String,
    /// Whether nothing but white space stands before it on its line.
    pub alone: bool,
}

impl Comment {
    /// Whether a comment with this text is kept.
    #[must_use]
    pub fn matters(text: &str) -> bool {
        MARKERS.iter().any(|marker| text.contains(marker)) || is_draft(text)
    }

    /// What at least one of stands in every text that holds a comment which is kept.
    pub fn signs() -> impl Iterator<Item = &'static str> {
        MARKERS.into_iter().chain(DRAFT_STEMS)
    }

    /// Whether it says that the code is not finished.
    #[must_use]
    pub fn says_unfinished(&self) -> bool {
        is_draft(&self.text)
    }
}

fn is_draft(text: &str) -> bool {
    let says = |text: &str| DRAFT.iter().any(|phrase| text.contains(phrase));
    DRAFT_STEMS.iter().any(|stem| text.contains(stem)) && says(&text.to_ascii_lowercase())
}
