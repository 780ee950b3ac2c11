//! Names and messages that try to break out: each format carries them whole or made harmless, and stays what it is.

use std::collections::BTreeMap;

use pulldown_cmark::{Event as Markdown, Options, Parser, Tag, TagEnd};
use quick_xml::{Reader, XmlVersion, events::Event};
use serde_json::Value;
use unspin_findings::{Confidence, Finding, Group, Report, ScanError, Severity};
use unspin_report::{Format, Presentation, Run, TrendFormat, render, render_trend};
use unspin_span::{Position, Range};

const PATH: &str = "a|b`<img src=x>&\"']]>\u{1}\u{1b}[31m\n::set-output name=x::y\u{202e}.py";
const MESSAGE: &str = "`x|y` </script><!-- ]]> --> | @everyone #1\r\n\u{0}\u{b}\u{ffff} [a](javascript:1) ``` \u{2028}";
const SOURCE: &str = "while 1: f('</script><script>alert(1)</script>', ']]>', '```', '|')\n";

fn report() -> Report {
    let range = Range { start: Position { line: 1, column: 10 }, end: Position { line: 1, column: 20 } };
    let finding = Finding {
        rule: "endless-loop".to_owned(),
        severity: Severity::Error,
        confidence: Confidence::High,
        group: Group::Recommended,
        message: MESSAGE.to_owned(),
        help: MESSAGE.to_owned(),
        missing: vec![MESSAGE.to_owned()],
        path: PATH.to_owned(),
        function: MESSAGE.to_owned(),
        range,
        loop_range: Some(range),
        related: vec![unspin_findings::Related { message: MESSAGE.to_owned(), path: PATH.to_owned(), range }],
        context: String::new(),
        fingerprint: "0123456789abcdef".to_owned(),
        fix: None,
    };
    let error = ScanError { path: PATH.to_owned(), message: MESSAGE.to_owned(), range: None };
    Report { findings: vec![finding], errors: vec![error], ..Report::default() }
}

fn rendered(report: &Report, format: Format) -> String {
    let sources: BTreeMap<String, String> = [(PATH.to_owned(), SOURCE.to_owned())].into();
    let presentation = Presentation {
        sources: &sources,
        source_url: Some("https://example.org/blob/main"),
        color: false,
        width: 120,
        quiet: true,
        hidden_in_tests: 0,
        skipped_tests: 0,
        suppressed: 0,
        baselines: &[],
        unchanged: 0,
    };
    let mut out = Vec::new();
    render(report, format, &presentation, &mut out).expect("memory can be written");
    String::from_utf8(out).expect("reports are UTF-8")
}

/// The names of all elements and the values of all attributes, in order.
fn elements(xml: &str) -> Vec<(String, BTreeMap<String, String>)> {
    let is_allowed =
        |character: char| character >= ' ' && !matches!(character, '\u{fffe}' | '\u{ffff}') || "\n\r\t".contains(character);
    assert!(xml.chars().all(is_allowed), "XML cannot hold every character of {xml:?}");
    let mut reader = Reader::from_str(xml);
    let mut elements = Vec::new();
    loop {
        match reader.read_event().expect("it is well-formed") {
            Event::Eof => return elements,
            Event::Start(element) | Event::Empty(element) => {
                let attributes = element.attributes().map(|attribute| {
                    let attribute = attribute.expect("an attribute");
                    let value = attribute.normalized_value(XmlVersion::Explicit1_0).expect("it can be read").into_owned();
                    (attribute.key.as_ref().to_owned(), value)
                });
                elements.push((element.name().as_ref().to_owned(), attributes.collect()));
            }
            _ => {}
        }
    }
}

/// A text as XML can hold it.
fn in_xml(text: &str) -> String {
    let is_lost = |character: char| (character < ' ' && !"\n\r\t".contains(character)) || character == '\u{ffff}';
    text.replace(is_lost, "\u{fffd}")
}

fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

#[test]
fn checkstyle_stays_well_formed() {
    let elements = elements(&rendered(&report(), Format::Checkstyle));
    let names: Vec<&str> = elements.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["checkstyle", "file", "error", "error"]);
    assert_eq!(elements[1].1["name"], in_xml(PATH));
    assert_eq!(elements[3].1["message"], one_line(&in_xml(MESSAGE)));
    assert_eq!(elements[3].1["source"], "unspin.not-scanned");
}

#[test]
fn junit_stays_well_formed() {
    let elements = elements(&rendered(&report(), Format::Junit));
    let names: Vec<&str> = elements.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["testsuites", "testsuite", "testcase", "failure", "testcase", "error"]);
    assert_eq!(elements[1].1["name"], in_xml(PATH));
    assert_eq!(elements[3].1["message"], one_line(&in_xml(MESSAGE)));
    assert_eq!((elements[0].1["failures"].as_str(), elements[0].1["errors"].as_str()), ("1", "1"));
}

#[test]
fn json_formats_carry_every_character() {
    let parse = |format| -> Value { serde_json::from_str(&rendered(&report(), format)).expect("it is JSON") };
    let json = parse(Format::Json);
    assert_eq!((&json["findings"][0]["path"], &json["errors"][0]["message"]), (&PATH.into(), &MESSAGE.into()));
    let rdjson = parse(Format::Rdjson);
    assert_eq!(rdjson["diagnostics"][0]["location"]["path"], PATH);
    assert_eq!(rdjson["diagnostics"][1]["message"], MESSAGE);
    let gitlab = parse(Format::Gitlab);
    assert_eq!(gitlab[0]["location"]["path"], PATH);
    assert_eq!(gitlab[1]["check_name"], "not-scanned");
    assert!(gitlab.as_array().expect("a list").iter().all(|entry| !entry["description"].to_string().contains("\\n")));
    let sarif = parse(Format::Sarif);
    assert!(sarif["runs"][0]["results"][0]["message"]["text"].as_str().expect("text").contains(&MESSAGE[1..]));
}

#[test]
fn json_lines_keep_to_their_lines() {
    let text = rendered(&report(), Format::JsonLines);
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
    let kinds: Vec<&str> = lines.iter().map(|line| line["kind"].as_str().expect("text")).collect();
    assert_eq!(kinds, ["finding", "error", "summary"]);
    assert_eq!(lines[0]["path"], PATH);
}

#[test]
fn nothing_moves_the_cursor_of_a_terminal() {
    for format in [Format::Text, Format::Concise, Format::Statistics] {
        let text = rendered(&report(), format);
        let moves: Vec<char> = text.chars().filter(|character| character.is_control() && *character != '\n').collect();
        assert!(moves.is_empty(), "{moves:?} in {text:?}");
        assert!(!text.contains('\u{202e}'), "text that runs backwards hides what it says");
    }
    // An error on several lines keeps them; everything else is one line each.
    assert_eq!(rendered(&report(), Format::Concise).lines().count(), 2);
}

#[test]
fn a_trend_carries_the_same_texts_unharmed() {
    let json = rendered(&report(), Format::Json);
    let runs = [
        Run::parse("\u{1b}[2J</script>\n", &json.replace("0123456789abcdef", "other")).expect("a report"),
        Run::parse("now", &json).expect("a report"),
    ];
    let rendered = |format| {
        let mut out = Vec::new();
        render_trend(&runs, format, &mut out).expect("memory can be written");
        String::from_utf8(out).expect("it is UTF-8")
    };
    let text = rendered(TrendFormat::Text);
    assert!(text.chars().all(|character| character == '\n' || !character.is_control()), "{text:?}");
    let page = rendered(TrendFormat::Html);
    assert_eq!(page.matches("</script>").count(), 2, "the island and the script");
    let (_, rest) = page.split_once("id=\"data\">").expect("an island");
    let data: Value = serde_json::from_str(rest.split_once("</script>").expect("it ends").0).expect("it is JSON");
    assert_eq!(data["steps"][0]["from"], "\u{1b}[2J</script>\n");
    // What is gone is gone from a file that could not be scanned.
    let step = &data["steps"][0];
    assert_eq!((&step["new"][0]["message"], &step["unknown"][0]["path"]), (&MESSAGE.into(), &PATH.into()));
}

#[test]
fn lines_of_a_log_cannot_be_forged() {
    for (format, lines) in [(Format::Github, 2), (Format::Concise, 2)] {
        let text = rendered(&report(), format);
        assert_eq!(text.lines().count(), lines, "{text}");
        assert!(text.lines().all(|line| !line.starts_with("::set-output")), "{text}");
    }
}

#[test]
fn markdown_keeps_its_cells_and_opens_no_tag() {
    let text = rendered(&report(), Format::Markdown);
    let (mut cells, mut tags, mut prose, mut targets) = (0, Vec::new(), String::new(), Vec::new());
    let mut in_code = 0;
    for event in Parser::new_ext(&text, Options::ENABLE_TABLES | Options::ENABLE_MATH) {
        match event {
            Markdown::Start(Tag::TableCell) => cells += 1,
            Markdown::Start(Tag::Link { dest_url, .. }) => targets.push(dest_url.to_string()),
            Markdown::Start(Tag::Image { .. }) | Markdown::InlineMath(_) => panic!("an image or a formula in {text}"),
            Markdown::Start(Tag::CodeBlock(_)) => in_code += 1,
            Markdown::End(TagEnd::CodeBlock) => in_code -= 1,
            Markdown::Html(html) | Markdown::InlineHtml(html) => tags.push(html.to_string()),
            Markdown::Text(text) if in_code == 0 => prose.push_str(&text),
            _ => {}
        }
        // What a tag says does not run into what the next text says.
        prose.push(' ');
    }
    assert_eq!(cells, 6, "{text}");
    let ours = ["<!-- -->", "<!-- unspin -->", "<br>", "<code>", "</code>", "<sub>", "</sub>", "<details>", "</details>"];
    let is_ours =
        |tag: &&String| ours.contains(&tag.trim()) || tag.starts_with("<summary><code>a|b`&lt;img src=x&gt;&amp;&quot;");
    let theirs: Vec<&String> = tags.iter().filter(|tag| !is_ours(tag)).collect();
    assert!(theirs.is_empty(), "{theirs:?}");
    assert!(targets.iter().all(|target| target.starts_with("https://")), "{targets:?}");
    for forbidden in ["@everyone", "#1"] {
        assert!(!prose.contains(forbidden), "{forbidden} in {prose}");
    }
    assert!(text.chars().all(|character| character == '\n' || !character.is_control()), "{text:?}");
    assert!(!text.contains('\u{202e}'), "text that runs backwards hides what it says");
}

#[test]
fn a_page_holds_its_data_as_data_and_asks_nobody_for_more() {
    let text = rendered(&report(), Format::Html);
    let (_, rest) = text.split_once("<script type=\"application/json\" id=\"data\">").expect("an island");
    let (island, script) = rest.split_once("</script>").expect("it ends");
    assert!(!island.contains(['<', '>', '&']), "nothing in it means anything to HTML");
    let data: Value = serde_json::from_str(island).expect("it is JSON");
    assert_eq!((&data["findings"][0]["path"], &data["findings"][0]["message"]), (&PATH.into(), &MESSAGE.into()));
    assert_eq!(data["errors"][0]["message"], MESSAGE);
    let line = &data["findings"][0]["excerpts"][0]["lines"][0];
    assert_eq!((&line["text"], &line["marks"][0]["from"]), (&SOURCE.trim_end().into(), &9.into()));
    assert_eq!(script.matches("</script>").count(), 1, "no script ends in its own text");
    assert!(!script.contains("innerHTML") && !script.contains("eval("), "what is text is never read as anything else");
    for loads in [" src=", "<link", "url(", "@import", "import(", "fetch("] {
        assert!(!text.replace(island, "").contains(loads), "{loads} asks for something from elsewhere");
    }
    assert!(text.contains("default-src 'none'"));
}

#[test]
fn markdown_fits_into_a_comment_whatever_was_found() {
    let one = report();
    let findings = (0..3000).map(|at| Finding { path: format!("{}/{at}.py", "folder".repeat(20)), ..one.findings[0].clone() });
    let errors = vec![one.errors[0].clone(); 3000];
    let report = Report { findings: findings.collect(), errors, ..Report::default() };
    let text = rendered(&report, Format::Markdown);
    assert!(text.len() <= 65_536, "{} bytes", text.len());
    let rows = text.lines().filter(|line| line.contains("red_circle")).count();
    assert!(rows > 20, "{rows} rows are shown");
    assert!(text.contains(&format!("and {} more findings", grouped(3000 - rows))), "what is left out is counted");
    assert!(text.contains("more paths") && text.contains("does not fit into a comment"));
    assert!(text.matches("<details>").count() > 5 && text.matches("<details>").count() == text.matches("</details>").count());
}

fn grouped(number: usize) -> String {
    format!("{},{:03}", number / 1000, number % 1000)
}
