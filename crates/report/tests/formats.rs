//! What each format makes of the same report: one finding with a way round through two files, one without anything,
//! one on a very long line, and an error.

use std::collections::BTreeMap;

use expect_test::{ExpectFile, expect_file};
use unspin_findings::{Confidence, Edit, Finding, Fix, Group, Related, Report, RuleInfo, ScanError, Severity, Summary};
use unspin_report::{BaselineNote, Format, Presentation, render};
use unspin_span::{Position, Range};

const SERVER: &str = "\
import socket


class ClientHandler:
    def handle_client(self, sock):
        while not self.stop.is_set():
            try:
                data = self.receive(sock)
            except socket.timeout:
                self.log.warning(\"read timeout\")
                continue
            self.process(data)


while True: pass
";

const NET: &str = "\
def receive(sock):
    return sock.recv(4096)
";

fn range(line: u32, column: u32, length: u32) -> Range {
    Range { start: Position { line, column }, end: Position { line, column: column + length } }
}

fn related(message: &str, path: &str, range: Range) -> Related {
    Related { message: message.to_owned(), path: path.to_owned(), range }
}

fn timeout() -> Finding {
    let to_the_end = Range { start: Position { line: 6, column: 9 }, end: Position { line: 12, column: 31 } };
    Finding {
        rule: "timeout-without-limit".to_owned(),
        severity: Severity::Error,
        confidence: Confidence::High,
        group: Group::Recommended,
        message: "when `sock.recv` times out the loop starts again and nothing counts the attempts".to_owned(),
        help: "leave the loop after a few timeouts in a row, or check that the peer is still there".to_owned(),
        missing: vec!["limit".to_owned(), "deadline".to_owned()],
        path: "server/client_handler.py".to_owned(),
        function: "ClientHandler.handle_client".to_owned(),
        range: range(9, 13, 21),
        loop_range: Some(to_the_end),
        related: vec![
            related("this call waits for the peer", "server/client_handler.py", range(8, 24, 18)),
            related("this wait ends in a timeout", "server/net.py", range(2, 12, 15)),
            related("and the loop goes round again here", "server/client_handler.py", range(11, 17, 8)),
        ],
        context: String::new(),
        fingerprint: "0123456789abcdef".to_owned(),
        fix: None,
    }
}

fn plain(path: &str, range: Range) -> Finding {
    Finding {
        rule: "endless-loop".to_owned(),
        severity: Severity::Warning,
        confidence: Confidence::Low,
        message: "nothing leaves this loop, and nothing in it waits".to_owned(),
        help: String::new(),
        missing: Vec::new(),
        path: path.to_owned(),
        function: String::new(),
        range,
        loop_range: Some(range),
        related: Vec::new(),
        context: String::new(),
        fingerprint: "fedcba9876543210".to_owned(),
        fix: None,
        ..timeout()
    }
}

fn rule(name: &str, cwe: Vec<u32>) -> RuleInfo {
    RuleInfo {
        name: name.to_owned(),
        severity: Severity::Error,
        group: Group::Recommended,
        summary: "a summary of the rule".to_owned(),
        cwe,
        readme: format!("# {name}\n\n## Why\n\nBecause.\n"),
    }
}

fn report() -> Report {
    Report {
        findings: vec![
            plain("gen/long line.py", range(1, 5009, 10)),
            timeout(),
            Finding {
                fix: Some(Fix {
                    message: "Remove the loop".to_owned(),
                    edits: vec![Edit { range: range(15, 1, 16), content: String::new() }],
                }),
                ..plain("server/client_handler.py", Range { end: Position { line: 16, column: 1 }, ..range(15, 1, 1) })
            },
        ],
        errors: vec![
            ScanError {
                path: "broken.py".to_owned(),
                message: "expected an expression; the rest was analysed".to_owned(),
                range: Some(range(3, 7, 1)),
            },
            ScanError { path: "pipe.py".to_owned(), message: "is not a regular file".to_owned(), range: None },
        ],
        summary: Summary { files: 812, lines: 251_003, functions: 9_120, loops: 2_210, findings: 3, seconds: 0.41 },
        rules: vec![
            rule("endless-loop", vec![835]),
            rule("retry-without-limit", vec![]),
            rule("timeout-without-limit", vec![835, 1088]),
        ],
    }
}

fn sources() -> BTreeMap<String, String> {
    let long = format!("{}\twhile 1: x{}\n", "é = 0; ".repeat(715) + "ab ", "; y = 'ü'".repeat(1000));
    [("gen/long line.py", long.as_str()), ("server/client_handler.py", SERVER), ("server/net.py", NET)]
        .map(|(path, text)| (path.to_owned(), text.to_owned()))
        .into()
}

fn rendered(report: &Report, format: Format, quiet: bool) -> String {
    let sources = sources();
    let prune = "unspin baseline --prune".to_owned();
    let baseline = BaselineNote { file: "unspin-baseline.json".to_owned(), hidden: 4, stale: 1, prune };
    let presentation = Presentation {
        sources: &sources,
        source_url: Some("https://example.org/blob/main"),
        color: false,
        width: 120,
        quiet,
        hidden_in_tests: 2,
        skipped_tests: 3,
        suppressed: 1,
        baselines: &[baseline],
        unchanged: 5,
    };
    let mut out = Vec::new();
    render(report, format, &presentation, &mut out).expect("memory can be written");
    String::from_utf8(out).expect("reports are UTF-8")
}

fn check(format: Format, expected: &ExpectFile) {
    expected.assert_eq(&rendered(&report(), format, false));
}

#[test]
fn text_shows_the_way_round_in_the_code() {
    check(Format::Text, &expect_file!["formats/report.txt"]);
}

#[test]
fn concise_is_one_line_each() {
    check(Format::Concise, &expect_file!["formats/report.concise"]);
}

#[test]
fn github_commands_are_escaped() {
    check(Format::Github, &expect_file!["formats/report.github"]);
}

#[test]
fn statistics_count_by_rule() {
    check(Format::Statistics, &expect_file!["formats/report.statistics"]);
}

#[test]
fn json_is_the_contract() {
    check(Format::Json, &expect_file!["formats/report.json"]);
}

#[test]
fn sarif_is_what_code_scanning_takes() {
    check(Format::Sarif, &expect_file!["formats/report.sarif"]);
}

#[test]
fn tools_are_offered_the_fix() {
    // Behind a character of two bytes.
    let place = range(1, 4, 3);
    let fix = Fix { message: "remove it".to_owned(), edits: vec![Edit { range: place, content: "b".to_owned() }] };
    let report = Report { findings: vec![Finding { fix: Some(fix), ..plain("gen/long line.py", place) }], ..Report::default() };
    let json = |format| -> serde_json::Value { serde_json::from_str(&rendered(&report, format, true)).expect("JSON") };
    let edit = &json(Format::Json)["findings"][0]["fix"]["edits"][0];
    assert_eq!((&edit["content"], &edit["range"]["start"]["column"]), (&"b".into(), &4.into()));
    let fix = &json(Format::Sarif)["runs"][0]["results"][0]["fixes"][0];
    assert_eq!(fix["description"]["text"], "Remove it.");
    let replacement = &fix["artifactChanges"][0]["replacements"][0];
    assert_eq!(
        (&replacement["insertedContent"]["text"], &replacement["deletedRegion"]["startColumn"]),
        (&"b".into(), &4.into())
    );
    let suggestion = &json(Format::Rdjson)["diagnostics"][0]["suggestions"][0];
    assert_eq!((&suggestion["text"], &suggestion["range"]["start"]["column"]), (&"b".into(), &5.into()));
}

#[test]
fn json_lines_are_one_object_each() {
    check(Format::JsonLines, &expect_file!["formats/report.jsonl"]);
}

#[test]
fn gitlab_gets_a_code_quality_report() {
    check(Format::Gitlab, &expect_file!["formats/report.gitlab.json"]);
}

#[test]
fn junit_has_a_suite_for_each_file() {
    check(Format::Junit, &expect_file!["formats/report.junit.xml"]);
}

#[test]
fn checkstyle_has_the_entries_of_a_file_side_by_side() {
    check(Format::Checkstyle, &expect_file!["formats/report.checkstyle.xml"]);
}

#[test]
fn rdjson_counts_columns_in_bytes() {
    check(Format::Rdjson, &expect_file!["formats/report.rdjson"]);
}

#[test]
fn markdown_is_a_table_and_code_to_unfold() {
    check(Format::Markdown, &expect_file!["formats/report.md"]);
}

#[test]
fn a_clean_run_says_so_and_a_quiet_one_says_nothing() {
    let clean = Report { summary: Summary { files: 1, loops: 1, ..Summary::default() }, ..Report::default() };
    let text = rendered(&clean, Format::Text, false);
    assert!(text.starts_with("No findings in 1 file, 1 loop (0.00 s).\n"), "{text}");
    assert_eq!(rendered(&clean, Format::Text, true), "");
}

#[test]
fn places_that_no_text_has_are_left_out_not_a_panic() {
    let mut report = report();
    for finding in &mut report.findings {
        finding.range = range(9999, 9999, 1);
        finding.path = "unknown.py".to_owned();
    }
    for (_, format, _) in Format::ALL {
        assert!(!rendered(&report, format, false).is_empty());
    }
}
