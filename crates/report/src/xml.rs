//! What the XML formats share: a document, and text that XML can hold.
//!
//! `quick-xml` escapes what has a meaning in XML; characters that XML 1.0 cannot hold at all, escaped or not, become U+FFFD
//! (<https://www.w3.org/TR/xml/#charsets>).

use std::{
    borrow::Cow,
    io::{self, Write},
};

use quick_xml::{
    Writer,
    events::{BytesDecl, Event},
};

/// A writer into a document.
pub(crate) type Xml<'a> = Writer<&'a mut dyn Write>;

/// Write a document with what `content` writes.
pub(crate) fn document(out: &mut dyn Write, content: impl FnOnce(&mut Xml<'_>) -> io::Result<()>) -> io::Result<()> {
    let mut xml: Xml<'_> = Writer::new_with_indent(out, b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    content(&mut xml)?;
    writeln!(xml.get_mut())
}

/// Text with what XML cannot hold replaced.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    let is_allowed = |character: char| !matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    if text.chars().all(is_allowed) {
        return Cow::Borrowed(text);
    }
    text.chars().map(|character| if is_allowed(character) { character } else { char::REPLACEMENT_CHARACTER }).collect()
}
