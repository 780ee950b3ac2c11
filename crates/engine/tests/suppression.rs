//! Suppression comments: which findings they silence, and what is said of those that are mistaken or idle.

use unspin_engine::{
    RawFinding,
    suppression::{CommentedFile, JoinedLines, Wanted, adopt, apply, mistakes, parse, unused},
};
use unspin_findings::{Confidence, Group, Severity};
use unspin_ir::Comment;
use unspin_span::{LineIndex, Span};

const KNOWN: [&str; 4] = ["endless-loop", "unstoppable-loop", "endless-poll", "retry-without-limit"];

fn comments(text: &str) -> Vec<Comment> {
    let mut comments = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let marker = line.find("# ").or(line.find("//"));
        if let Some(at) = marker.filter(|_| line.contains("unspin:")) {
            let span = Span::new((start + at) as u32, (start + line.trim_end().len()) as u32);
            let alone = line[..at].trim().is_empty();
            let text = line[at..].trim_start_matches(['#', '/']).trim().to_owned();
            comments.push(Comment { span, text, alone });
        }
        start += line.len();
    }
    comments
}

/// A finding of `rule` on the first line that holds `place`.
fn finding(text: &str, rule: &str, place: &str) -> RawFinding {
    let start = text.find(place).expect("the place is in the text") as u32;
    RawFinding {
        rule: rule.to_owned(),
        severity: Severity::Error,
        confidence: Confidence::High,
        group: Group::Recommended,
        message: String::new(),
        help: String::new(),
        missing: Vec::new(),
        file: 0,
        function: String::new(),
        span: Span::new(start, start + place.len() as u32),
        loop_span: Some(Span::new(start, text.len() as u32)),
        related: Vec::new(),
        context: String::new(),
        fix: None,
    }
}

/// Which findings (rule, place) are suppressed, and the messages about the suppressions.
fn check(text: &str, findings: &[(&str, &str)], suppressed: &[bool], about: &[&str]) {
    let (lines, comments) = (LineIndex::new(text), comments(text));
    let suppressions =
        parse(&[CommentedFile { file: 0, text, lines: &lines, comments: &comments, joined: &JoinedLines::default() }]);
    let findings: Vec<_> = findings.iter().map(|(rule, place)| finding(text, rule, place)).collect();
    let applied = apply(&suppressions, &findings, |_, offset| lines.line(offset));
    assert_eq!(applied.suppressed, suppressed, "{text}");
    let mut messages: Vec<String> = Vec::new();
    for finding in mistakes(&suppressions, &KNOWN).into_iter().chain(unused(&suppressions, &applied.used, &KNOWN)) {
        messages.push(format!("{}: {}; {}", finding.rule, finding.message, finding.help));
    }
    assert_eq!(messages.len(), about.len(), "{messages:#?}");
    for (message, about) in messages.iter().zip(about) {
        assert!(message.contains(about), "{message} should hold {about}");
    }
}

#[test]
fn a_comment_on_the_line_silences_the_named_rule_only() {
    let text = "while True:  # unspin: allow(endless-loop) a spinner by design\n    pass\n";
    check(text, &[("endless-loop", "while True:"), ("retry-without-limit", "while True:")], &[true, false], &[]);
}

#[test]
fn several_rules_may_be_named() {
    let text = "loop { // unspin: allow(endless-loop, endless-poll): the device needs it\n}\n";
    check(text, &[("endless-loop", "loop {"), ("endless-poll", "loop {")], &[true, true], &[]);
}

#[test]
fn a_comment_alone_speaks_of_the_next_line_of_code() {
    let text = "# unspin: allow(endless-loop) why not\nwhile True:\n    pass\n";
    check(text, &[("endless-loop", "while True:")], &[true], &[]);
    let stacked = "# unspin: allow(endless-loop) why\n# unspin: allow(endless-poll) and why\n# prose\nwhile True:\n    pass\n";
    check(stacked, &[("endless-loop", "while True:"), ("endless-poll", "while True:")], &[true, true], &[]);
}

#[test]
fn a_comment_above_decorators_speaks_of_the_function() {
    let text = "# unspin: allow(endless-loop) why\n@retry(\n    stop=never,\n)\n@other\ndef f():\n    f()\n";
    check(text, &[("endless-loop", "def f():")], &[true], &[]);
    let rust = "// unspin: allow(endless-loop) why\n#[instrument(\n    skip(x)\n)]\nfn f() {\n    f()\n}\n";
    check(rust, &[("endless-loop", "fn f() {")], &[true], &[]);
}

#[test]
fn a_blank_line_or_another_line_breaks_the_tie() {
    let text = "# unspin: allow(endless-loop) why\n\nwhile True:\n    pass\n";
    check(text, &[("endless-loop", "while True:")], &[false], &["unused-suppression"]);
}

#[test]
fn forever_silences_the_rules_about_stopping_and_no_other() {
    let text = "while True:  # unspin: forever service loop\n    connect()\n";
    let findings =
        [("unstoppable-loop", "while True:"), ("endless-poll", "while True:"), ("retry-without-limit", "while True:")];
    check(text, &findings, &[true, true, false], &[]);
}

#[test]
fn forever_on_the_header_reaches_a_finding_inside_the_loop() {
    let text = "while True:  # unspin: forever service loop\n    sleep(1)\n";
    let (lines, comments) = (LineIndex::new(text), comments(text));
    let suppressions =
        parse(&[CommentedFile { file: 0, text, lines: &lines, comments: &comments, joined: &JoinedLines::default() }]);
    let mut inside = finding(text, "endless-poll", "sleep(1)");
    inside.loop_span = Some(Span::new(0, text.len() as u32));
    assert_eq!(apply(&suppressions, &[inside], |_, offset| lines.line(offset)).suppressed, [true]);
}

#[test]
fn a_suppression_without_reason_works_and_is_reported() {
    let text = "while True:  # unspin: allow(endless-loop)\n    pass\n";
    check(text, &[("endless-loop", "while True:")], &[true], &["suppression-without-reason"]);
    check("while True:  # unspin: forever --\n    pass\n", &[("endless-poll", "while")], &[true], &["without-reason"]);
}

#[test]
fn names_that_do_not_exist_are_reported_with_the_nearest() {
    let text = "while True:  # unspin: allow(endles-loop) why\n    pass\n";
    check(text, &[("endless-loop", "while True:")], &[false], &["did you mean `endless-loop`?"]);
    check("x = 1  # unspin: disable=endless-loop\n", &[], &[], &["`unspin: disable` means nothing"]);
    check("x = 1  # unspin: allow endless-loop why\n", &[], &[], &["`unspin: allow` names no rule in brackets"]);
    check("x = 1  # unspin: allow() why\n", &[], &[], &["names no rule"]);
}

#[test]
fn prose_about_the_tool_is_no_suppression() {
    check("x = 1  # see the manual of unspin: it explains\n", &[], &[], &[]);
    check("x = 1  # write `# unspin: allow(x)` there\n", &[], &[], &[]);
    check("/// unspin: allow(endless-loop)\nfn f() {}\n", &[], &[], &[]);
    check("x = 1  # noqa # unspin: allow(endless-loop) why\n", &[("endless-loop", "x = 1")], &[true], &[]);
}

/// A text with these places replaced.
fn edited(text: &str, mut edits: Vec<(Span, String)>) -> String {
    edits.sort();
    edits.iter().rev().fold(text.to_owned(), |text, (span, content)| {
        [&text[..span.start as usize], content.as_str(), &text[span.end as usize..]].concat()
    })
}

#[test]
fn what_is_adopted_is_removed_without_a_trace() {
    let texts = [
        "while True:\n    pass\n",
        "\twhile True:\r\n\t\tpass\r\n",
        "while True: pass",
        "x = 1\n\n    while True:  # noqa\n    pass",
        "@deco\n@endless\ndef f(): pass\n",
        "@deco # type: int\n@endless\t# noqa\ndef f(): pass",
        "// prose\n    loop {} // prose\n#[inline] // prose\nfn f() {}",
    ];
    let parsed = |text: &str| -> Vec<Vec<(Span, String)>> {
        let (lines, comments, joined) = (LineIndex::new(text), comments(text), JoinedLines::default());
        let suppressions = parse(&[CommentedFile { file: 0, text, lines: &lines, comments: &comments, joined: &joined }]);
        let idle = apply(&suppressions, &[], |_, offset| lines.line(offset)).used;
        unused(&suppressions, &idle, &KNOWN).into_iter().filter_map(|finding| Some(finding.fix?.edits)).collect()
    };
    for before in texts {
        let sign = if before.contains("loop {") { "//" } else { "#" };
        for line in 1..=LineIndex::new(before).lines(before) {
            let (lines, comments, joined) = (LineIndex::new(before), comments(before), JoinedLines::default());
            let file = CommentedFile { file: 0, text: before, lines: &lines, comments: &comments, joined: &joined };
            let wanted = ["endless-loop", "endless-poll"].map(|rule| Wanted { rule: rule.to_owned(), first: line, last: line });
            let adopted = adopt(&file, &wanted, sign, "why");
            assert_eq!(adopted.edits.len(), 1, "two rules on a line share a comment");
            let after = edited(before, adopted.edits);
            let removals = parsed(&after);
            assert_eq!(removals.len(), 1, "{after}");
            assert_eq!(edited(&after, removals.into_iter().flatten().collect()), before, "{after}");
        }
    }
}

#[test]
fn a_stack_of_comments_is_read_in_linear_time() {
    let text = "# unspin: allow(endless-loop) why\n".repeat(50_000) + "while True: pass\n";
    let start = std::time::Instant::now();
    check(&text, &[("endless-loop", "while True:")], &[true], &[]);
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
}
