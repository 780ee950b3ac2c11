//! The words that formats share: names of levels, numbers as people read them, one line of several.

use unspin_findings::{Confidence, Finding, Severity};

pub(crate) fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

pub(crate) fn confidence_word(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Low => "low",
        Confidence::Medium => "medium",
        Confidence::High => "high",
    }
}

/// Text for a place where a line break would end the entry.
pub(crate) fn one_line(text: &str) -> String {
    visible(&text.replace(['\n', '\r'], " "))
}

/// Text in which nothing moves the cursor, changes colors or turns the direction of reading around: what names and code of
/// others could make a reader see.
pub(crate) fn visible(text: &str) -> String {
    let is_hidden = |character: char| {
        (character.is_control() && !matches!(character, '\n' | '\t'))
            || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|character| if is_hidden(character) { char::REPLACEMENT_CHARACTER } else { character }).collect()
}

/// How many findings of each severity, the worst first: `2 errors, 1 note`.
pub(crate) fn by_severity(findings: &[Finding]) -> String {
    let all = [Severity::Error, Severity::Warning, Severity::Note].into_iter();
    let counts = all.map(|severity| (severity, findings.iter().filter(|finding| finding.severity == severity).count()));
    let parts = counts.filter(|&(_, count)| count > 0).map(|(severity, count)| counted(count, severity_word(severity)));
    parts.collect::<Vec<_>>().join(", ")
}

/// A number with what it counts: `1 file`, `2,210 loops`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    format!("{} {noun}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// A number with its thousands apart: `2,210`.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A path with everything percent-encoded that RFC 3986 does not allow in a path; a colon too, which in a first segment
/// would read as a scheme.
pub(crate) fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push('%');
            for digit in [byte >> 4, byte & 0xf] {
                uri.push(char::from_digit(digit.into(), 16).map_or('0', |digit| digit.to_ascii_uppercase()));
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_relative_references() {
        assert_eq!(uri("a b/ü%.py"), "a%20b/%C3%BC%25.py");
        assert_eq!(uri("c:d.py"), "c%3Ad.py");
    }
}
