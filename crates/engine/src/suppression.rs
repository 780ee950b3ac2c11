//! Comments by which people tell unspin that a loop is meant to be as it is.
//!
//! `# unspin: allow(RULE[, RULE]) reason` silences the named rules on its line or, alone on a line, on the next line of
//! code (decorators and attributes in between belong to that line). `# unspin: forever reason` on a loop header declares
//! an intended service loop: it silences [`FOREVER`] and nothing else, least of all the failure-handling rules.
//!
//! Lines that a string or a backslash joins are one line in this: see [`JoinedLines`].
//!
//! A suppression must say why and must suppress something; what does not is itself a finding, so that suppressions do not
//! outlive their reasons. All functions are pure; their cost is linear in the text and the number of findings.

mod adoption;
mod joined;
mod removal;

pub use adoption::{Adopted, Wanted, adopt};
pub use joined::JoinedLines;
use unspin_findings::{Confidence, Group, RuleInfo, Severity};
use unspin_ir::Comment;
use unspin_span::{LineIndex, Span};

use crate::{RawFinding, RawFix};

/// The rules that `unspin: forever` silences.
pub const FOREVER: [&str; 2] = ["unstoppable-loop", "endless-poll"];

/// The rules about suppressions themselves.
pub const RULES: [&str; 2] = [WITHOUT_REASON, UNUSED];

const WITHOUT_REASON: &str = "suppression-without-reason";
const UNUSED: &str = "unused-suppression";

/// What a comment that speaks to this tool begins with.
const MARKER: &str = "unspin:";

/// A file with comments that speak to this tool, and its text.
#[derive(Clone, Copy, Debug)]
pub struct CommentedFile<'a> {
    /// Index into `Project::files`.
    pub file: u32,
    /// The decoded text.
    pub text: &'a str,
    /// Its lines.
    pub lines: &'a LineIndex,
    /// From `Module::comments`.
    pub comments: &'a [Comment],
    /// Its lines that are one for a comment.
    pub joined: &'a JoinedLines,
}

/// One suppression comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    file: u32,
    span: Span,
    /// The line of code that it speaks of.
    line: u32,
    directive: Directive,
    has_reason: bool,
    /// How to remove it.
    removal: Vec<(Span, String)>,
    /// Where its list of names stands, between the brackets.
    names: Option<Span>,
    /// Where it ends, and a reason can be added.
    end: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Directive {
    Allow(Vec<String>),
    Forever,
    /// Neither: a slip of the pen.
    Unknown(String),
}

/// Every suppression of the files, in the order of files and places.
pub fn parse(files: &[CommentedFile<'_>]) -> Vec<Suppression> {
    let mut suppressions: Vec<Suppression> = files.iter().flat_map(parse_file).collect();
    suppressions.sort_by_key(|suppression| (suppression.file, suppression.line, suppression.span));
    suppressions
}

fn parse_file(file: &CommentedFile<'_>) -> Vec<Suppression> {
    let mut suppressions = Vec::new();
    // From the last to the first, so that a stack of comments is walked once and not once for each of them.
    let mut below: Option<(u32, u32)> = None;
    for comment in file.comments.iter().rev() {
        let own_line = file.lines.line(comment.span.start);
        let line = if comment.alone { next_code_line(file, own_line, below) } else { own_line };
        if comment.alone {
            below = Some((own_line, line));
        }
        if !is_documentation(file, comment)
            && let Some((directive, has_reason)) = parse_directive(&comment.text)
        {
            suppressions.push(Suppression {
                file: file.file,
                span: comment.span,
                line: file.joined.first(line),
                directive,
                has_reason,
                removal: removal::whole(file, comment),
                names: removal::names(file, comment),
                end: removal::part(file.text, comment).map_or(comment.span.end, |part| part.span.end),
            });
        }
    }
    suppressions
}

/// Documentation may show how to suppress; it suppresses nothing.
fn is_documentation(file: &CommentedFile<'_>, comment: &Comment) -> bool {
    let text = file.text.get(comment.span.start as usize..).unwrap_or_default();
    ["///", "//!", "/**", "/*!"].iter().any(|marker| text.starts_with(marker))
}

/// The line of code that a comment alone on `line` stands above. `below` is the next such comment and its answer.
fn next_code_line(file: &CommentedFile<'_>, line: u32, below: Option<(u32, u32)>) -> u32 {
    let last = file.lines.lines(file.text);
    let mut depth = 0_usize;
    let mut at = line + 1;
    while at <= last {
        if let Some((known, answer)) = below
            && known == at
        {
            return answer;
        }
        let text = line_text(file, at).trim();
        let is_attribute = text.starts_with('@') || text.starts_with("#[");
        let is_comment = text.starts_with('#') || text.starts_with("//");
        if is_attribute || depth > 0 {
            depth = (depth + count(text, "([{")).saturating_sub(count(text, ")]}"));
        } else if !is_comment {
            return at;
        }
        at += 1;
    }
    line
}

fn line_text<'a>(file: &CommentedFile<'a>, line: u32) -> &'a str {
    let start = file.lines.offset(file.text, line, 0) as usize;
    let end = file.lines.offset(file.text, line + 1, 0) as usize;
    &file.text[start..end]
}

fn count(text: &str, brackets: &str) -> usize {
    text.chars().filter(|&character| brackets.contains(character)).count()
}

/// What a comment asks for, and whether it says why. `None` if it does not speak of suppressing.
fn parse_directive(comment: &str) -> Option<(Directive, bool)> {
    let rest = after_marker(comment)?.trim_start();
    if let Some(inside) = rest.strip_prefix("allow").map(str::trim_start).and_then(|rest| rest.strip_prefix('(')) {
        let (names, reason) = inside.split_once(')').unwrap_or((inside, ""));
        let names = names.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
        return Some((Directive::Allow(names), is_reason(reason)));
    }
    let word: String = rest.chars().take_while(|character| character.is_alphanumeric() || *character == '-').collect();
    match word.as_str() {
        "" => None,
        "forever" => Some((Directive::Forever, is_reason(&rest[word.len()..]))),
        _ => Some((Directive::Unknown(word), true)),
    }
}

/// What follows `unspin:` where that starts the comment, or a comment within it (`# noqa # unspin: ..`).
fn after_marker(comment: &str) -> Option<&str> {
    let at = comment.find(MARKER)?;
    let before = comment[..at].trim_end();
    let outer = before.trim_end_matches(['#', '/']);
    let starts = before.is_empty() || (outer.len() < before.len() && outer.ends_with(char::is_whitespace));
    starts.then(|| &comment[at + MARKER.len()..])
}

fn is_reason(text: &str) -> bool {
    text.trim_end_matches("*/").chars().any(char::is_alphanumeric)
}

/// Which findings are suppressed, and by what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// One for each finding.
    pub suppressed: Vec<bool>,
    /// For each suppression, one for each of the names that it gives; one for a directive without names.
    pub used: Vec<Vec<bool>>,
}

impl Applied {
    /// Whether some part of a suppression suppresses nothing.
    pub fn has_idle(&self) -> bool {
        self.used.iter().flatten().any(|used| !used)
    }

    /// With what another run over the same suppressions used.
    pub fn add(&mut self, other: &Self) {
        let pairs = self.used.iter_mut().flatten().zip(other.used.iter().flatten());
        pairs.for_each(|(used, also)| *used |= also);
    }
}

/// Match suppressions (as [`parse`] gives them) with findings. `line` gives the line of a byte offset of a file, the first
/// of those that are joined with it.
pub fn apply(suppressions: &[Suppression], findings: &[RawFinding], line: impl Fn(u32, u32) -> u32) -> Applied {
    let mut used: Vec<Vec<bool>> = suppressions.iter().map(|one| vec![false; one.parts()]).collect();
    let mut suppressed = vec![false; findings.len()];
    for (finding, suppressed) in findings.iter().zip(&mut suppressed) {
        let mut silence = |first: u32, last: u32, may: &dyn Fn(&Suppression) -> bool| {
            let from = suppressions.partition_point(|one| (one.file, one.line) < (finding.file, first));
            let to = suppressions.partition_point(|one| (one.file, one.line) <= (finding.file, last));
            for at in (from..to).filter(|&at| may(&suppressions[at])) {
                for (part, used) in used[at].iter_mut().enumerate() {
                    let silences = suppressions[at].silences(part, &finding.rule);
                    *used |= silences;
                    *suppressed |= silences;
                }
            }
        };
        let (first, last) = lines_of(finding, &line);
        silence(first, last, &|_| true);
        if let Some(span) = finding.loop_span {
            let header = line(finding.file, span.start);
            silence(header, header, &|one| one.directive == Directive::Forever);
        }
    }
    Applied { suppressed, used }
}

/// First and last line of the primary place. A place that is the whole loop or function counts as its first line.
fn lines_of(finding: &RawFinding, line: impl Fn(u32, u32) -> u32) -> (u32, u32) {
    let first = line(finding.file, finding.span.start);
    let is_whole = finding.loop_span == Some(finding.span);
    let last = if is_whole { first } else { line(finding.file, finding.span.end.max(finding.span.start)) };
    (first, last)
}

impl Suppression {
    /// How many parts of it can be idle, each for itself.
    fn parts(&self) -> usize {
        if let Directive::Allow(rules) = &self.directive { rules.len() } else { 1 }
    }

    fn silences(&self, part: usize, rule: &str) -> bool {
        match &self.directive {
            Directive::Allow(rules) => rules.get(part).is_some_and(|allowed| allowed == rule),
            Directive::Forever => FOREVER.contains(&rule),
            Directive::Unknown(_) => false,
        }
    }

    /// Whether it names only rules that exist, so that it could suppress something at all.
    fn is_sound(&self, known: &[&str]) -> bool {
        match &self.directive {
            Directive::Allow(rules) => !rules.is_empty() && rules.iter().all(|rule| known.contains(&rule.as_str())),
            Directive::Forever => true,
            Directive::Unknown(_) => false,
        }
    }
}

/// Findings about suppressions that are mistaken in themselves: no reason, no such rule, no such directive.
pub fn mistakes(suppressions: &[Suppression], known: &[&str]) -> Vec<RawFinding> {
    let mut findings = Vec::new();
    for one in suppressions {
        if !one.has_reason {
            let help = "write after it why the loop is safe as it is; the next reader will ask";
            findings.push(finding(one, WITHOUT_REASON, "this suppression gives no reason".to_owned(), help.to_owned()));
        }
        match &one.directive {
            Directive::Allow(rules) if rules.is_empty() => {
                let message = "this suppression names no rule".to_owned();
                findings.push(finding(one, UNUSED, message, "write `unspin: allow(RULE) reason`".to_owned()));
            }
            Directive::Allow(rules) => {
                let unknown = rules.iter().filter(|rule| !known.contains(&rule.as_str()));
                findings.extend(unknown.map(|rule| unknown_rule(one, rule, known)));
            }
            Directive::Unknown(word) => {
                let wrong = if word == "allow" { "names no rule in brackets" } else { "means nothing" };
                let message = format!("`unspin: {word}` {wrong}, so nothing is suppressed");
                let help = "write `unspin: allow(RULE) reason` or, on the header of an intended endless loop, \
                            `unspin: forever reason`";
                findings.push(finding(one, UNUSED, message, help.to_owned()));
            }
            Directive::Forever => {}
        }
    }
    findings
}

fn unknown_rule(one: &Suppression, rule: &str, known: &[&str]) -> RawFinding {
    let message = format!("there is no rule `{rule}`, so nothing is suppressed");
    let help = match suggest(rule, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`unspin rules` lists the rules".to_owned(),
    };
    finding(one, UNUSED, message, help)
}

/// Findings about sound suppressions that suppress nothing, or not all that they name; `used` is from [`apply`] to the
/// findings of *every* rule.
pub fn unused(suppressions: &[Suppression], used: &[Vec<bool>], known: &[&str]) -> Vec<RawFinding> {
    let sound = suppressions.iter().zip(used).filter(|(one, _)| one.is_sound(known));
    sound.filter_map(|(one, used)| if used.contains(&true) { partly_unused(one, used) } else { Some(idle(one)) }).collect()
}

fn idle(one: &Suppression) -> RawFinding {
    let message = "this suppression suppresses nothing".to_owned();
    let help = "remove it (`--fix` does), or move it to the line of the finding".to_owned();
    let fix = RawFix { message: "Remove the suppression".to_owned(), edits: one.removal.clone() };
    RawFinding { fix: Some(fix), ..finding(one, UNUSED, message, help) }
}

fn partly_unused(one: &Suppression, used: &[bool]) -> Option<RawFinding> {
    let Directive::Allow(rules) = &one.directive else { return None };
    let of = |wanted: bool| rules.iter().zip(used).filter(move |(_, used)| **used == wanted).map(|(rule, _)| rule.as_str());
    let idle: Vec<String> = of(false).map(|rule| format!("`{rule}`")).collect();
    if idle.is_empty() {
        return None;
    }
    let verb = if idle.len() == 1 { "suppresses" } else { "suppress" };
    let message = format!("{} {verb} nothing here", idle.join(", "));
    let help = "remove the name (`--fix` does), or move it to the line of the finding".to_owned();
    let kept = of(true).collect::<Vec<_>>().join(", ");
    let fix = one.names.map(|names| RawFix { message: format!("Remove {}", idle.join(", ")), edits: vec![(names, kept)] });
    Some(RawFinding { fix, ..finding(one, UNUSED, message, help) })
}

fn finding(one: &Suppression, rule: &str, message: String, help: String) -> RawFinding {
    let context = match &one.directive {
        Directive::Allow(rules) => format!("allow({})", rules.join(", ")),
        Directive::Forever => "forever".to_owned(),
        Directive::Unknown(word) => word.clone(),
    };
    RawFinding {
        rule: rule.to_owned(),
        severity: Severity::Warning,
        confidence: Confidence::High,
        group: Group::Recommended,
        message,
        help,
        missing: Vec::new(),
        file: one.file,
        function: String::new(),
        span: one.span,
        loop_span: None,
        related: Vec::new(),
        context,
        fix: None,
    }
}

/// The name that was probably meant: the nearest of `known`, if it is near at all.
pub fn suggest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let near = known.iter().map(|known| (strsim::jaro_winkler(name, known), *known));
    let (similarity, best) = near.max_by(|left, right| left.0.total_cmp(&right.0))?;
    (similarity > 0.8).then_some(best)
}

/// What there is to know of the rules about suppressions.
pub fn infos() -> [RuleInfo; 2] {
    let info = |name: &str, summary: &str, readme: &str| RuleInfo {
        name: name.to_owned(),
        severity: Severity::Warning,
        group: Group::Recommended,
        summary: summary.to_owned(),
        cwe: Vec::new(),
        readme: readme.to_owned(),
    };
    [
        info(
            WITHOUT_REASON,
            "a suppression comment does not say why",
            "# suppression-without-reason\n\n## Why\n\nA suppression without a reason cannot be reviewed: nobody can tell \
             whether it still holds.\n\n## Reported\n\n`# unspin: allow(endless-loop)` with nothing after it.\n\n## \
             Accepted\n\n`# unspin: allow(endless-loop) the worker process is killed by its parent`\n",
        ),
        info(
            UNUSED,
            "a suppression comment suppresses nothing",
            "# unused-suppression\n\n## Why\n\nA suppression that suppresses nothing will one day silence a finding that \
             nobody has looked at.\n\n## Reported\n\nA suppression on a line without a finding of the rules that it names; a \
             name in it without one; and one that names a rule which does not exist. `unspin check --fix` removes what \
             suppresses nothing.\n\n## Stays silent when\n\nThe rule is off in this run; or `--select` or `--ignore` is \
             given, or only single files are scanned: what the comment would suppress is not known then.\n",
        ),
    ]
}
