//! One HTML page that needs nothing else: style, script and data in one file, and a policy that lets nothing in from outside.
//!
//! The data is an island of JSON in which no character means anything to HTML; the script builds elements from it and never
//! parses it as HTML, so that text of the scanned code stays text.

use std::io::{self, Write};

use serde_json::Value;

const PAGE: &str = include_str!("html/page.html");
const STYLE: &str = include_str!("html/style.css");
const DOM: &str = include_str!("html/dom.js");

/// Write a page with these scripts, which find `data` as JSON.
pub(crate) fn write(title: &str, scripts: &[&str], data: &Value, out: &mut dyn Write) -> io::Result<()> {
    let script = [&[DOM], scripts].concat().join("\n");
    let data = serde_json::to_string(data)?.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    let mut rest = PAGE;
    for (place, text) in [("{{title}}", title), ("{{style}}", STYLE), ("{{data}}", &data), ("{{script}}", &script)] {
        let (before, after) = rest.split_once(place).unwrap_or((rest, ""));
        out.write_all(before.as_bytes())?;
        out.write_all(text.as_bytes())?;
        rest = after;
    }
    out.write_all(rest.as_bytes())
}
