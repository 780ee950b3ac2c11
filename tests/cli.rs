//! The command line: exit codes, outputs, errors. What users script against.

use unspin_tests::program::{Folder, Outcome};

/// One finding that does not depend on what any rule about loops thinks.
const FOUND: &str = "x = 1  # unspin: allow(endless-loop)\n";
const CLEAN: &str = "for x in [1, 2]:\n    print(x)\n";

fn folder(files: &[(&str, &str)]) -> Folder {
    Folder::new(env!("CARGO_BIN_EXE_unspin"), files)
}

fn rules_of(outcome: &Outcome) -> Vec<String> {
    let json = outcome.json();
    let findings = json["findings"].as_array().expect("a list").iter();
    findings.map(|finding| finding["rule"].as_str().expect("a name").to_owned()).collect()
}

fn paths_of(outcome: &Outcome, list: &str) -> Vec<String> {
    let json = outcome.json();
    let entries = json[list].as_array().expect("a list").iter();
    entries.map(|entry| entry["path"].as_str().expect("a path").to_owned()).collect()
}

#[test]
fn exit_codes_tell_clean_from_findings_from_failure() {
    assert_eq!(folder(&[("a.py", CLEAN)]).run(&["check"]).code, Some(0));
    assert_eq!(folder(&[("a.py", FOUND)]).run(&["check"]).code, Some(1));
    assert_eq!(folder(&[("a.py", CLEAN)]).run(&["check", "missing.py"]).code, Some(2));
    assert_eq!(folder(&[("a.py", FOUND), ("b.py", "x = = 1\n")]).run(&["check"]).code, Some(2));
    assert_eq!(folder(&[]).run(&["check", "--no-such-flag"]).code, Some(2));
    assert_eq!(folder(&[]).run(&["--help"]).code, Some(0));
    assert_eq!(folder(&[("a.py", FOUND)]).run(&["check", "--exit-zero"]).code, Some(0));
    assert_eq!(folder(&[("a.py", FOUND), ("b.py", "x = = 1\n")]).run(&["check", "--exit-zero"]).code, Some(2));
}

#[test]
fn a_path_without_a_command_is_answered_with_the_command() {
    let outcome = folder(&[("src/a.py", CLEAN)]).run(&["src"]);
    assert!(outcome.code == Some(2) && outcome.stderr.contains("`unspin check src` scans it"), "{}", outcome.stderr);
}

const OWN_RULE: &str = "severity = \"note\"\ngroup = \"recommended\"\nsummary = \"a bus is polled\"\n[[report]]\n\
    about = \"call\"\nwhere = { effect = \"read\", bound = \"endless\", in-loop = \"yes\" }\nat = \"call\"\n\
    message = \"`{call}` waits for ever\"\nhelp = \"bound it\"\n";
const OWN_MODEL: &str = "[[call]]\npath = [\"acme.fetch\"]\neffect = \"read\"\nremote = true\n\
    timeout = { keyword = \"timeout\", default = \"endless\" }\n";
const OWN_CASE: &str = "import acme\n\n\ndef drain():\n    while True:\n        print(acme.fetch())  # expect: no-fetch\n\
    \n\ndef bounded():\n    while True:\n        print(acme.fetch(timeout=3))\n";

#[test]
fn rules_and_models_of_ones_own_are_tested_and_used() {
    let files = [
        ("own/no-fetch/rule.toml", OWN_RULE),
        ("own/no-fetch/cases/case.py", OWN_CASE),
        ("own/models/python/acme.toml", OWN_MODEL),
        ("src/a.py", OWN_CASE),
    ];
    let folder = folder(&files);
    let tested = folder.run(&["test-rules", "own"]);
    let expected = "1 rule, 1 case, 1 expected finding: all as expected\n";
    assert_eq!((tested.code, tested.stdout.as_str()), (Some(0), expected), "{}", tested.stderr);
    assert_eq!(folder.run(&["test-rules", "own/no-fetch"]).code, Some(1), "without the model there is nothing to report");
    let outcome = folder.run(&["check", "--rules", "own", "--select", "no-fetch", "--output-format", "json", "src"]);
    assert_eq!(rules_of(&outcome), ["no-fetch"]);
    assert!(folder.run(&["rules", "--rules", "own"]).stdout.contains("no-fetch"));
}

#[test]
fn a_case_that_is_not_as_expected_is_named() {
    let case =
        OWN_CASE.replace("  # expect: no-fetch", "").replace("timeout=3))", "timeout=3))  # expect: no-fetch/strict, no-such");
    let files =
        [("own/no-fetch/rule.toml", OWN_RULE), ("own/no-fetch/cases/case.py", &case), ("own/models/acme.toml", OWN_MODEL)];
    let tested = folder(&files).run(&["test-rules", "own"]);
    let expected = "own/no-fetch/cases/case.py:6: unexpected no-fetch: print(acme.fetch())\n\
        own/no-fetch/cases/case.py:11: missing no-fetch/strict: print(acme.fetch(timeout=3))  # expect: no-fetch/strict, no-such\n\
        own/no-fetch/cases/case.py:11: `no-such` is expected, but there is no rule `no-such`\n\
        1 rule, 1 case, 1 expected finding: 3 wrong\n";
    assert_eq!((tested.code, tested.stdout.as_str()), (Some(1), expected), "{}", tested.stderr);
}

#[test]
fn a_wrong_rule_or_model_is_named_with_its_line() {
    let wrong = |from: &str, to: &str, complaint: &str| {
        let rule = OWN_RULE.replace(from, to);
        let outcome = folder(&[("own/no-fetch/rule.toml", &rule)]).run(&["test-rules", "own"]);
        assert_eq!(outcome.code, Some(2), "{}", outcome.stdout);
        assert!(outcome.stderr.contains(&format!("rule.toml:{complaint}")), "{}", outcome.stderr);
    };
    wrong("\"endless\"", "\"forever\"", "6: `bound` is never `forever`; there are endless, ");
    wrong("in-loop", "in-a-loop", "6: there is no attribute `in-a-loop` here; did you mean `in-loop`?");
    wrong("in-loop", "shape", "6: `shape` is not asked of a call, but of a way-round");
    wrong("at = \"call\"", "at = \"cal\"", "7: there is no place `cal`; did you mean `call`?");
    wrong("{call}", "{cal}", "8: there is no word `{cal}`; did you mean `call`?");
    wrong("help", "hlep", "9: ");
    let model = [("own/models/acme.toml", OWN_MODEL.replace("effect = \"read\"", "effect = \"raed\""))];
    let outcome = folder(&[(model[0].0, &model[0].1)]).run(&["check", "--rules", "own"]);
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("acme.toml:3: "), "{}", outcome.stderr);
    let nothing = folder(&[("own/a.txt", "")]).run(&["check", "--rules", "own"]);
    assert_eq!(nothing.code, Some(2));
    assert!(nothing.stderr.contains("holds no rule"), "{}", nothing.stderr);
}

#[test]
fn the_vocabulary_of_rules_is_listed() {
    let listed = folder(&[]).run(&["rules", "--vocabulary"]).stdout;
    for (_, attribute, values, _) in unspin_facts::observation::VOCABULARY {
        assert!(listed.contains(&format!("  {attribute} = {}\n", values.join(" | "))), "{attribute}");
    }
}

#[test]
fn json_alone_is_on_standard_output() {
    let outcome = folder(&[("a.py", FOUND)]).run(&["check", "--output-format", "json", "."]);
    assert!(rules_of(&outcome).contains(&"suppression-without-reason".to_owned()));
    assert_eq!(outcome.json()["version"], 1);
    assert_eq!(outcome.json()["summary"]["files"], 1);
    assert_eq!(outcome.stderr, "");
}

#[test]
fn positions_count_characters_and_paths_have_no_dot() {
    let text = "s = 'äöü'  # unspin: allow(endless-loop)\n";
    let outcome = folder(&[("pkg/a.py", text)]).run(&["check", "--output-format", "json", "."]);
    let json = outcome.json();
    let finding = &json["findings"][0];
    assert_eq!(finding["path"], "pkg/a.py");
    assert_eq!(finding["range"]["start"]["line"], 1);
    assert_eq!(finding["range"]["start"]["column"], 12);
}

#[test]
fn a_clean_run_says_what_it_looked_at() {
    let outcome = folder(&[("a.py", CLEAN)]).run(&["check"]);
    assert!(outcome.stdout.starts_with("No findings in 1 file, 1 loop"), "{}", outcome.stdout);
    assert_eq!(folder(&[("a.py", CLEAN)]).run(&["check", "--quiet"]).stdout, "");
    let nothing = folder(&[("a.txt", "")]).run(&["check"]);
    assert_eq!((nothing.code, nothing.stdout.as_str()), (Some(0), "No Python and no Rust files found.\n"));
}

#[test]
fn several_outputs_come_from_one_run() {
    let folder = folder(&[("a.py", FOUND)]);
    let arguments = ["check", "--output", "sarif=out.sarif", "--output", "json=out.json", "--output-format", "concise"];
    let outcome = folder.run(&arguments);
    assert!(outcome.stdout.starts_with("a.py:1:8: suppression-without-reason warning: "), "{}", outcome.stdout);
    let read = |path| -> serde_json::Value {
        let text = std::fs::read_to_string(folder.path(path)).expect("it was written");
        serde_json::from_str(&text).expect("it is JSON")
    };
    assert_eq!(read("out.sarif")["version"], "2.1.0");
    assert_eq!(read("out.json")["version"], 1);
}

#[test]
fn every_format_can_be_printed_and_written_and_is_listed() {
    let folder = folder(&[("a.py", FOUND), ("b.py", "x = = 1\n")]);
    let help = folder.run(&["check", "--help"]).stdout;
    for (name, ..) in unspin_report::Format::ALL {
        assert!(help.contains(&format!("- {name}: ")), "{name} is missing in {help}");
        let outcome = folder.run(&["check", "--output-format", name, "--output", &format!("{name}=out")]);
        assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
        let written = std::fs::read_to_string(folder.path("out")).expect("it was written");
        // What lives by the terminal alone (its width) does not show in so small a report.
        let without_time = |text: &str| {
            text.lines()
                .filter(|line| !line.contains("seconds") && !line.contains(" s).") && !line.contains("time="))
                .collect::<String>()
        };
        assert_eq!(without_time(&outcome.stdout), without_time(&written), "{name}");
        assert!(name == "statistics" || written.contains("suppression-without-reason"), "{name} hides the finding: {written}");
        assert!(written.contains("b.py"), "{name} hides that a file could not be read: {written}");
    }
    let outcome = folder.run(&["check", "--output", "yaml=out"]);
    assert!(outcome.stderr.contains("jsonl, gitlab, junit, checkstyle, rdjson, markdown"), "{}", outcome.stderr);
}

#[test]
fn places_become_links_where_the_code_is_on_the_web() {
    let folder = folder(&[("a b.py", FOUND)]);
    let url = "https://example.org/team/code/blob/main/";
    let shown = folder.run(&["check", "--output-format", "markdown", "--source-url", url]).stdout;
    assert!(shown.contains("(<https://example.org/team/code/blob/main/a%20b.py#L1>)"), "{shown}");
}

#[test]
fn an_output_that_cannot_be_written_is_a_failure() {
    let outcome = folder(&[("a.py", CLEAN)]).run(&["check", "--output", "json=a.py/out.json"]);
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("cannot write `a.py/out.json`"), "{}", outcome.stderr);
}

#[test]
fn the_folders_above_an_output_are_made() {
    let folder = folder(&[("a.py", CLEAN)]);
    assert_eq!(folder.run(&["check", "--output", "json=reports/2026/today.json"]).code, Some(0));
    assert_eq!(folder.run(&["trend", "reports/2026/today.json", "--output", "html=site/trend.html"]).code, Some(0));
    assert!(folder.path("reports/2026/today.json").is_file() && folder.path("site/trend.html").is_file());
}

#[test]
fn many_findings_come_with_what_to_do_about_them() {
    let loops = |count: usize| FOUND.repeat(count);
    let said = |count: usize| folder(&[("a.py", &loops(count))]).run(&["check"]).stdout;
    assert!(said(30).contains("`unspin baseline` agrees to live with them"));
    assert!(!said(3).contains("unspin baseline"));
}

#[test]
fn unknown_names_are_answered_with_the_nearest() {
    let folder = folder(&[("a.py", CLEAN)]);
    let outcome = folder.run(&["check", "--select", "recomended"]);
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("did you mean `recommended`?"), "{}", outcome.stderr);
    let outcome = folder.run(&["explain", "unused-supression"]);
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("did you mean `unused-suppression`?"), "{}", outcome.stderr);
    let outcome = folder.run(&["check", "--output-format", "yaml"]);
    assert!(outcome.stderr.contains("text, concise, json, sarif, github"), "{}", outcome.stderr);
}

#[test]
fn rules_can_be_chosen() {
    let folder = folder(&[("a.py", FOUND)]);
    let json = ["check", "--output-format", "json"];
    let with = |more: &[&str]| rules_of(&folder.run(&[&json[..], more].concat()));
    assert!(with(&["--select", "suppression-without-reason"]).contains(&"suppression-without-reason".to_owned()));
    assert!(!with(&["--ignore", "suppression-without-reason"]).contains(&"suppression-without-reason".to_owned()));
    assert!(with(&["--extend-select", "strict,audit"]).contains(&"suppression-without-reason".to_owned()));
}

#[test]
fn test_files_are_only_scanned_when_asked_for() {
    let folder = folder(&[("tests/a.py", FOUND)]);
    let outcome = folder.run(&["check"]);
    assert_eq!(outcome.code, Some(0));
    let said = "1 test file not scanned; `--include-tests` scans test code, too.";
    assert!(outcome.stdout.contains(said), "{}", outcome.stdout);
    assert_eq!(folder.run(&["check", "--include-tests"]).code, Some(1));
}

#[test]
fn findings_in_tests_within_other_files_are_kept_back() {
    let spins =
        "#[cfg(test)]\nmod tests {\n    fn spin(mut n: u8) {\n        loop {\n            n += 1;\n        }\n    }\n}\n";
    let folder = folder(&[("a.rs", spins)]);
    let outcome = folder.run(&["check"]);
    assert_eq!(outcome.code, Some(0));
    assert!(outcome.stdout.contains("in test code not shown; `--include-tests` shows them"), "{}", outcome.stdout);
    assert_eq!(folder.run(&["check", "--include-tests"]).code, Some(1));
}

#[test]
fn timeouts_that_other_files_set_count() {
    let mail = "import smtplib\n\n\ndef send(host):\n    return smtplib.SMTP(host)\n";
    let link = "import asyncio\n\n\nclass Link:\n    async def connect(self):\n        self.io = await asyncio.open_connection(self.host, 7)\n";
    let files = [
        ("pyproject.toml", ""),
        ("program/__init__.py", ""),
        ("program/start.py", "import socket\n\nsocket.setdefaulttimeout(30)\n"),
        ("program/mail.py", mail),
        ("other/__init__.py", ""),
        ("other/mail.py", mail),
        (
            "other/briefly.py",
            "import socket\n\n\ndef briefly(work):\n    before = socket.getdefaulttimeout()\n    socket.setdefaulttimeout(5)\n    work()\n    socket.setdefaulttimeout(before)\n",
        ),
        ("other/link.py", link),
        ("other/hasty.py", link),
        (
            "other/dial.py",
            "import asyncio\n\nfrom other.link import Link\n\n\nasync def dial():\n    await asyncio.wait_for(Link().connect(), 5)\n",
        ),
    ];
    let outcome = folder(&files).run(&["check", "--output-format", "json", "--extend-select", "strict", "."]);
    assert_eq!(paths_of(&outcome, "findings"), ["other/hasty.py", "other/mail.py"]);
}

#[test]
fn suppressions_for_rules_that_are_off_are_not_unused() {
    let folder = folder(&[("a.py", "x = 1  # unspin: allow(endless-loop) no loop at all\n")]);
    let rules = |more: &[&str]| rules_of(&folder.run(&[&["check", "--output-format", "json"], more].concat()));
    assert_eq!(rules(&[]), ["unused-suppression"]);
    assert!(rules(&["--select", "recommended"]).is_empty());
}

#[test]
fn standard_input_has_a_name_and_a_language() {
    let folder = folder(&[]);
    let arguments = ["check", "-", "--output-format", "json", "--stdin-filename", "src/lib.rs"];
    let outcome = folder.run_with_input(&arguments, b"fn f() {\n    // unspin: allow(endless-loop)\n    let x = 1;\n}\n");
    assert_eq!(paths_of(&outcome, "findings")[0], "src/lib.rs");
    let outcome = folder.run_with_input(&["check", "-"], FOUND.as_bytes());
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stdout.contains("--> <stdin>:1:8"), "{}", outcome.stdout);
    assert_eq!(folder.run(&["check", "--stdin-filename", "a.py"]).code, Some(2));
}

#[test]
fn ignored_hidden_and_generated_files_are_skipped_unless_named() {
    let folder = folder(&[
        (".gitignore", "built/\n"),
        ("built/a.py", FOUND),
        (".hidden/b.py", FOUND),
        ("node_modules/c.py", FOUND),
        ("env/pyvenv.cfg", ""),
        ("env/d.py", FOUND),
        ("target/CACHEDIR.TAG", ""),
        ("target/e.rs", ""),
        ("f.pyi", "def f() -> None: ...  # unspin: allow(endless-loop)\n"),
        ("g.py", CLEAN),
    ]);
    std::fs::create_dir(folder.path(".git")).expect("a folder");
    let json = ["check", "--output-format", "json"];
    let files = |more: &[&str]| folder.run(&[&json[..], more].concat()).json()["summary"]["files"].clone();
    assert_eq!(files(&[]), 1);
    assert_eq!(files(&["built/a.py", ".hidden/b.py", "f.pyi"]), 3);
    assert_eq!(files(&["--no-ignore"]), 6);
    assert_eq!(files(&["--no-ignore", "--exclude", "env", "--exclude", "*.rs"]), 4);
    assert_eq!(files(&["--exclude", "g.py"]), 0);
}

#[test]
fn a_file_that_two_arguments_lead_to_is_scanned_once() {
    let folder = folder(&[("pkg/a.py", FOUND)]);
    let outcome = folder.run(&["check", "--output-format", "json", ".", "pkg", "pkg/a.py", "./pkg/../pkg/a.py"]);
    assert_eq!(outcome.json()["summary"]["files"], 1);
    let findings = paths_of(&outcome, "findings");
    assert!(findings.iter().all(|path| path == "pkg/a.py"), "{findings:?}");
}

#[test]
fn a_syntax_error_names_the_place_and_the_rest_is_scanned() {
    let folder = folder(&[("bad.py", "x = = 1\n"), ("bad.rs", "fn f( {\n"), ("good.py", FOUND)]);
    let outcome = folder.run(&["check", "--output-format", "json"]);
    assert_eq!(outcome.code, Some(2));
    assert_eq!(paths_of(&outcome, "errors"), ["bad.py", "bad.rs"]);
    assert_eq!(outcome.json()["errors"][0]["range"]["start"]["line"], 1);
    assert!(paths_of(&outcome, "findings").contains(&"good.py".to_owned()));
}

/// Of a file in Python 2 nobody knows which statements are in the loop.
#[test]
fn nothing_is_said_of_a_function_that_was_not_read_whole() {
    let endless = "def spin(queue):\n    while True:\n        queue.append(1)\n";
    let old = endless.replace("spin", "old") + "        print 'never'\n";
    let outcome = folder(&[("a.py", &format!("{endless}\n\n{old}"))]).run(&["check", "--output-format", "concise"]);
    let reported: Vec<&str> = outcome.stdout.lines().filter(|line| line.contains("endless-loop")).collect();
    assert!(outcome.code == Some(2) && reported.len() == 1 && reported[0].starts_with("a.py:2:"), "{}", outcome.stdout);
}

#[test]
fn a_file_of_another_kind_that_is_named_is_an_error() {
    let outcome = folder(&[("a.txt", "")]).run(&["check", "a.txt"]);
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stdout.contains("error: a.txt: is neither Python"), "{}", outcome.stdout);
    let outcome = folder(&[("a.ipynb", "{}")]).run(&["check", "a.ipynb"]);
    assert!(outcome.code == Some(2) && outcome.stdout.contains("jupyter nbconvert"), "{}", outcome.stdout);
}

#[test]
fn a_program_without_an_ending_is_known_by_its_first_line_if_it_is_named() {
    let script = format!("#!/usr/bin/env python3\n{FOUND}");
    let folder = folder(&[("run", &script), ("other", "#!/bin/sh\n")]);
    assert_eq!(rules_of(&folder.run(&["check", "run", "--output-format", "json"])), ["suppression-without-reason"]);
    assert_eq!(folder.run(&["check", "other"]).code, Some(2));
    assert_eq!(folder.run(&["check"]).code, Some(0), "it is not looked for");
}

#[test]
fn the_ir_of_a_file_is_shown() {
    let folder = folder(&[("a.py", "def f():\n    while True:\n        pass\n")]);
    let outcome = folder.run(&["ir", "a.py"]);
    assert_eq!(outcome.code, Some(0));
    assert!(outcome.stdout.contains('f'), "{}", outcome.stdout);
    let from_input =
        folder.run_with_input(&["ir", "-", "--stdin-filename", "a.py"], b"def f():\n    while True:\n        pass\n");
    assert_eq!(from_input.stdout, outcome.stdout);
    assert_eq!(folder.run(&["ir", "missing.py"]).code, Some(2));
}

#[test]
fn rules_are_listed_and_explained() {
    let folder = folder(&[]);
    let rules = folder.run(&["rules"]).stdout;
    assert!(rules.contains("unused-suppression"), "{rules}");
    assert!(folder.run(&["rules", "--group", "strict"]).stdout.starts_with("strict "));
    let explained = folder.run(&["explain", "unused-suppression"]);
    assert!(explained.stdout.starts_with("# unused-suppression\n"), "{}", explained.stdout);
}

#[test]
fn colors_are_for_terminals_or_on_demand() {
    let folder = folder(&[("a.py", FOUND)]);
    assert!(!folder.run(&["check"]).stdout.contains('\u{1b}'));
    assert!(folder.run(&["check", "--color", "always"]).stdout.contains('\u{1b}'));
    assert!(!folder.run(&["check", "--color", "always", "--output-format", "json"]).stdout.contains('\u{1b}'));
}

/// What the example at the top of the README is about.
const CLIENT_HANDLER: &str = "\
import socket


class ClientHandler:
    def __init__(self, sock: socket.socket, log) -> None:
        self.sock, self.log = sock, log
        self.sock.settimeout(30)

    def receive(self) -> bytes:
        return self.sock.recv(1024)

    def serve(self) -> None:
        while True:
            try:
                data = self.receive()
            except socket.timeout:
                self.log.warning(\"read timeout\")
                continue
            if not data:
                return
            self.handle(data)
";

#[test]
fn what_the_readme_shows_is_what_is_said() {
    let said = folder(&[("server/client_handler.py", CLIENT_HANDLER)]).run(&["check", "--quiet"]).stdout;
    let readme = include_str!("../README.md");
    assert!(!said.is_empty() && readme.contains(&format!("```\n{}\n```", said.trim_end())), "{said}");
}
