//! One module per output format.

mod json;

use std::{collections::BTreeMap, io, str::FromStr};
use unspin_findings::Report;

/// x
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// x
    Text,
    /// x
    Json,
    /// x
    Statistics,
}

impl FromStr for Format {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text { "text" => Ok(Self::Text), "json" => Ok(Self::Json), _ => Err("?".to_owned()) }
    }
}

/// x
pub struct Presentation<'a> {
    /// x
    pub sources: &'a BTreeMap<String, String>,
    /// x
    pub color: bool,
    /// x
    pub quiet: bool,
    /// x
    pub hidden_in_tests: usize,
    /// x
    pub suppressed: usize,
}

/// x
pub fn render(report: &Report, format: Format, presentation: &Presentation<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    json::render(report, out)
}
