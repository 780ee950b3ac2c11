//! Configuration: which file decides for what, what wins over what, and what is said of mistakes.

use std::path::Path;

use unspin_tests::program::{Folder, Outcome};

/// `endless-loop`, an error of the recommended group.
const SPINS: &str = "while True:\n    x = 1\n";
/// `retry-by-recursion`, a warning of the strict group.
const STRICT: &str = "import requests\n\n\ndef get(url):\n    try:\n        return requests.get(url, timeout=3)\n    \
    except requests.RequestException:\n        return get(url)\n";

fn folder(files: &[(&str, &str)]) -> Folder {
    Folder::new(env!("CARGO_BIN_EXE_unspin"), files)
}

/// `path rule severity` of each finding.
fn found(outcome: &Outcome) -> Vec<String> {
    assert!(outcome.stderr.is_empty(), "{}", outcome.stderr);
    let json = outcome.json();
    let word = |finding: &serde_json::Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let findings = json["findings"].as_array().expect("a list").iter();
    findings.map(|one| ["path", "rule", "severity"].map(|key| word(one, key)).join(" ")).collect()
}

fn check(folder: &Folder, arguments: &[&str]) -> Vec<String> {
    found(&folder.run(&[&["check", "--output-format", "json"], arguments].concat()))
}

#[test]
fn the_nearest_configuration_above_a_file_decides_for_it_alone() {
    let folder = folder(&[
        ("unspin.toml", "ignore = ['endless-loop']\n"),
        ("a.py", SPINS),
        ("sub/.unspin.toml", "severity.endless-loop = 'note'\n"),
        ("sub/deep/b.py", SPINS),
        ("py/pyproject.toml", "[project]\nname = 'x'\n[tool.unspin]\nselect = ['zero-step']\n"),
        ("py/c.py", SPINS),
        ("py/rs/Cargo.toml", "[workspace]\n[workspace.metadata.unspin.severity]\nendless-loop = 'warning'\n"),
        ("py/rs/d.py", SPINS),
        ("py/rs/in/Cargo.toml", "[package]\nname = 'x'\n[package.metadata.unspin]\nignore = ['all']\n"),
        ("py/rs/in/e.py", SPINS),
        // This says nothing of unspin, so that it does not stand in the way.
        ("py/rs/other/pyproject.toml", "[tool.ruff]\n# unspin\n"),
        ("py/rs/other/f.py", SPINS),
    ]);
    let expected =
        ["py/rs/d.py endless-loop warning", "py/rs/other/f.py endless-loop warning", "sub/deep/b.py endless-loop note"];
    assert_eq!(check(&folder, &["."]), expected);
    assert_eq!(check(&folder, &["sub", "py/rs"]), expected, "however much of the project is named");
    assert_eq!(check(&folder, &["sub/deep/b.py"]), ["sub/deep/b.py endless-loop note"]);
    assert_eq!(check(&folder, &["--isolated", "a.py"]), ["a.py endless-loop error"]);
    assert_eq!(check(&folder, &["--config", "sub/.unspin.toml", "a.py"]), ["a.py endless-loop note"]);
    let stdin = ["check", "--output-format", "json", "-", "--stdin-filename", "sub/new.py"];
    assert_eq!(found(&folder.run_with_input(&stdin, SPINS.as_bytes())), ["sub/new.py endless-loop note"]);
}

#[test]
fn a_configuration_builds_on_what_it_extends_and_the_command_line_on_both() {
    let folder = folder(&[
        ("base.toml", "extend-select = ['strict']\nignore = ['endless-loop']\nseverity.retry-by-recursion = 'error'\n"),
        ("one/unspin.toml", "extend = '../base.toml'\n"),
        ("one/a.py", SPINS),
        ("one/b.py", STRICT),
        ("two/unspin.toml", "extend = '../base.toml'\nselect = ['recommended']\n"),
        ("two/a.py", SPINS),
        ("two/b.py", STRICT),
    ]);
    let of_one = |rule: &str| rule.starts_with("one/") && !rule.contains("endless-recursion");
    let of = |arguments: &[&str]| check(&folder, arguments).into_iter().filter(|found| of_one(found)).collect::<Vec<_>>();
    let strict = "one/b.py retry-by-recursion error";
    assert_eq!(of(&["."]), [strict]);
    assert_eq!(check(&folder, &["two"]), ["two/a.py endless-loop error"], "`select` starts over");
    assert_eq!(of(&["--extend-select", "endless-loop", "."]), ["one/a.py endless-loop error", strict]);
    assert_eq!(of(&["--select", "endless-loop", "."]), ["one/a.py endless-loop error"]);
    assert!(of(&["--ignore", "strict", "."]).is_empty());
}

#[test]
fn globs_are_those_of_gitignore_relative_to_the_file_that_names_them() {
    let shared = "exclude = ['/gen/', '*_pb2.py']\n[per-file-ignores]\n'scripts/' = ['all']\n'/old.py' = ['recommended']\n";
    let files =
        ["a.py", "gen/b.py", "sub/gen/c.py", "sub/d_pb2.py", "scripts/e.py", "sub/scripts/deep/f.py", "old.py", "sub/old.py"];
    let mut all: Vec<(&str, &str)> = files.iter().map(|file| (*file, SPINS)).collect();
    all.push(("unspin.toml", shared));
    let left = ["a.py endless-loop error", "sub/gen/c.py endless-loop error", "sub/old.py endless-loop error"];
    assert_eq!(check(&folder(&all), &["."]), left);
    assert_eq!(check(&folder(&all), &["gen/b.py"]), ["gen/b.py endless-loop error"], "what is named is scanned");
    assert!(check(&folder(&all), &["--force-exclude", "gen/b.py", "sub/d_pb2.py"]).is_empty());
    assert!(check(&folder(&all), &["--force-exclude", "--exclude", "sub", "sub/gen/c.py"]).is_empty());
    // Projects that share a configuration which lies beside them.
    all.pop();
    let mut beside: Vec<(String, &str)> = all.iter().map(|(path, text)| (format!("project/{path}"), *text)).collect();
    beside.push(("project/unspin.toml".to_owned(), "extend = '../shared/base.toml'\n"));
    beside.push(("shared/base.toml".to_owned(), shared));
    let beside: Vec<(&str, &str)> = beside.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    assert_eq!(check(&folder(&beside), &["."]), left.map(|found| format!("project/{found}")));
    assert_eq!(check(&folder(&beside), &["--isolated", "."]).len(), files.len());
}

#[test]
fn tests_and_confidence_are_configured_and_the_command_line_wins() {
    let folder = folder(&[
        ("unspin.toml", "include-tests = true\nmin-confidence = 'high'\n"),
        ("tests/test_a.py", SPINS),
        ("b.py", "def visit(node):\n    print(node)\n    visit(node)\n"),
    ]);
    let of_tests = ["tests/test_a.py endless-loop error"];
    let sure = check(&folder, &["."]);
    assert!(sure.iter().any(|found| found == of_tests[0]), "{sure:?}");
    assert!(check(&folder, &["--no-include-tests", "."]).iter().all(|found| !found.starts_with("tests/")));
    let unsure = check(&folder, &["--min-confidence", "low", "."]);
    assert!(unsure.len() > sure.len(), "{unsure:?}");
}

#[test]
fn sarif_shows_the_severity_that_holds() {
    let folder = folder(&[("unspin.toml", "severity.endless-loop = 'note'\n"), ("a.py", SPINS)]);
    let log = folder.run(&["check", "--output-format", "sarif"]).json();
    let run = &log["runs"][0];
    assert_eq!(run["results"][0]["level"], "note");
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    let rule = rules.iter().find(|rule| rule["id"] == "endless-loop").expect("it is listed");
    assert_eq!(rule["defaultConfiguration"]["level"], "note");
    assert_eq!(rule["properties"]["problem.severity"], "recommendation");
}

#[test]
fn rules_of_ones_own_report_where_they_are_configured() {
    let rule = "severity = \"note\"\ngroup = \"recommended\"\nsummary = \"a bus is polled\"\n[[report]]\n\
        about = \"call\"\nwhere = { effect = \"read\", bound = \"endless\", in-loop = \"yes\" }\nat = \"call\"\n\
        message = \"`{call}` waits for ever\"\nhelp = \"bound it\"\n";
    let model = "[[call]]\npath = [\"acme.fetch\"]\neffect = \"read\"\nremote = true\n\
        timeout = { keyword = \"timeout\", default = \"endless\" }\n";
    let code = "import acme\n\n\ndef drain():\n    for _ in range(3):\n        print(acme.fetch())\n";
    let folder = folder(&[
        ("one/unspin.toml", "rules = ['own']\nselect = ['no-fetch']\n"),
        ("one/own/no-fetch/rule.toml", rule),
        ("one/own/models/python/acme.toml", model),
        ("one/a.py", code),
        ("two/a.py", code),
    ]);
    assert_eq!(check(&folder, &["."]), ["one/a.py no-fetch note"]);
    let shown = folder.run(&["config", "one"]).stdout;
    assert!(shown.contains("# one/unspin.toml:1") && shown.contains("#   no-fetch (note)"), "{shown}");
    folder.write("unspin.toml", b"rules = ['one/own']\n");
    assert!(folder.run(&["rules"]).stdout.contains("no-fetch"));
    assert_eq!(folder.run(&["explain", "no-fetch"]).code, Some(0));
}

#[test]
fn a_rule_of_ones_own_takes_the_place_of_another_where_it_is_configured() {
    let rule = |severity: &str, message: &str| {
        format!(
            "severity = \"{severity}\"\ngroup = \"recommended\"\nsummary = \"spins\"\n[[report]]\nabout = \"loop\"\n\
             where = {{ ends = [\"never\", \"failure\"], waits = [\"no\"] }}\nat = \"loop\"\nmessage = \"{message}\"\nhelp = \"stop\"\n"
        )
    };
    let folder = folder(&[
        ("one/unspin.toml", "rules = ['own']\nselect = ['endless-loop']\n"),
        ("one/own/endless-loop/rule.toml", &rule("note", "ours")),
        ("one/a.py", SPINS),
        ("two/unspin.toml", "rules = ['../one/own', 'own']\nselect = ['endless-loop']\n"),
        ("two/own/endless-loop/rule.toml", &rule("warning", "theirs")),
        ("two/a.py", SPINS),
        ("a.py", SPINS),
    ]);
    assert_eq!(
        check(&folder, &["."]),
        ["a.py endless-loop error", "one/a.py endless-loop note", "two/a.py endless-loop warning"]
    );
    assert_eq!(check(&folder, &["two"]), ["two/a.py endless-loop warning"], "the folder that is named last");
    assert!(folder.run(&["config", "two"]).stdout.contains("#   endless-loop (warning)"));
    let over = check(&folder, &["--rules", "one/own", "two", "a.py"]);
    assert_eq!(over, ["a.py endless-loop note", "two/a.py endless-loop note"], "the command line wins");
}

#[test]
fn mistakes_are_named_with_their_place_and_the_nearest_name() {
    let says = |file: &str, text: &str, expected: &str| {
        for command in [&["check"][..], &["check", "a.py"], &["config"]] {
            let outcome = folder(&[(file, text), ("a.py", SPINS)]).run(command);
            assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""), "{text}");
            assert!(outcome.stderr.contains(expected), "{expected}\n{}", outcome.stderr);
        }
    };
    says("unspin.toml", "\nslect = []\n", "unspin.toml:2:1: there is no key `slect`; did you mean `select`?");
    says(
        "unspin.toml",
        "select = ['endles-loop']",
        "unspin.toml:1:11: there is no rule or group `endles-loop`; did you mean `endless-loop`?",
    );
    says("unspin.toml", "severity.strict = 'note'", "unspin.toml:1:10: there is no rule `strict`");
    says(
        "unspin.toml",
        "severity.busy-wait = 'off'",
        "unspin.toml:1:22: there is no value `off`; to turn a rule off, name it in `ignore`",
    );
    says("unspin.toml", "min-confidence = 'hihg'", "unspin.toml:1:18: there is no value `hihg`; did you mean `high`?");
    says("unspin.toml", "include-tests = 1", "unspin.toml:1:17: invalid type");
    says(
        "unspin.toml",
        "[per-file-ignores]\n'ä/' = ['strict', 'strickt']",
        "unspin.toml:2:19: there is no rule or group `strickt`",
    );
    says("unspin.toml", "exclude = ['a', '{b']", "unspin.toml:1:17: the glob `{b` cannot be used");
    says(
        "unspin.toml",
        "exclude = ['src\\gen']",
        "unspin.toml:1:12: the glob `src\\gen` cannot be used: folders are separated by `/`",
    );
    says(
        "unspin.toml",
        "\n[tool.unspin]\nignore = []",
        "unspin.toml:2:2: this file is about unspin alone: write the keys at its top",
    );
    says("unspin.toml", "ignore = 'strict'", "unspin.toml:1:10: this is a list: put it in brackets");
    says("unspin.toml", "select = [\n", "unspin.toml:");
    says("unspin.toml", "extend = 'unspin.toml'", "unspin.toml:1:10: extends itself");
    says("unspin.toml", "extend = 'no.toml'", "unspin.toml:1:10: there is no file `no.toml`");
    says("unspin.toml", "rules = ['own']", "unspin.toml:1:10: there is no folder");
    says(
        "pyproject.toml",
        "[project]\nname = 'x'\n[tool.unspin]\nignroe = []",
        "pyproject.toml:4:1: there is no key `ignroe`; did you mean `ignore`?",
    );
    says("Cargo.toml", "[workspace.metadata.unspin]\nfix = 1", "Cargo.toml:2:1: there is no key `fix`");
    let two = folder(&[("unspin.toml", ""), ("pyproject.toml", "[tool.unspin]\n"), ("a.py", SPINS)]).run(&["check"]);
    assert_eq!(two.code, Some(2));
    assert!(two.stderr.contains("pyproject.toml: `unspin.toml` configures the same folder"), "{}", two.stderr);
    let none = folder(&[("pyproject.toml", "[project]\n"), ("a.py", SPINS)]).run(&["check", "--config", "pyproject.toml"]);
    assert!(none.stderr.contains("pyproject.toml: says nothing of unspin"), "{}", none.stderr);
    let large = folder(&[("unspin.toml", &format!("ignore = [{}]", "'all',".repeat(50_000))), ("a.py", SPINS)]).run(&["check"]);
    assert!(large.stderr.contains("unspin.toml: is larger than 256 KB"), "{}", large.stderr);
    // Manifests that say nothing of this tool may be anything.
    let other = folder(&[("Cargo.toml", "[package\n"), ("a.py", SPINS)]);
    other.write("pyproject.toml", b"[project]\nname = '\xff'\n");
    assert_eq!(other.run(&["check"]).code, Some(1));
    other.write("pyproject.toml", b"[tool.unspin]\nname = '\xff'\n");
    assert!(other.run(&["check"]).stderr.contains("pyproject.toml: is not UTF-8"));
    let isolated = folder(&[("unspin.toml", "slect = []"), ("a.py", SPINS)]).run(&["check", "--isolated"]);
    assert_eq!(isolated.code, Some(1));
}

#[test]
fn what_holds_is_shown_with_where_it_is_written() {
    let folder = folder(&[
        ("base.toml", "min-confidence = 'medium'\nignore = ['busy-wait']\n"),
        ("unspin.toml", "extend = 'base.toml'\n\nextend-select = ['audit']\n[per-file-ignores]\n'a.py' = ['zero-step']\n"),
        ("a.py", SPINS),
    ]);
    let shown = folder.run(&["config", "a.py"]);
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    let lines: Vec<&str> = shown.stdout.lines().collect();
    let expected = [
        "# configured by unspin.toml, which extends base.toml",
        "select = [\"recommended\"]  # default",
        "    \"audit\",  # unspin.toml:3",
        "    \"busy-wait\",  # base.toml:2",
        "min-confidence = \"medium\"  # base.toml:1",
        "include-tests = false  # default",
        "\"a.py\" = [\"zero-step\"]  # unspin.toml:5, applies here",
        "#   endless-loop (error)",
    ];
    for line in expected {
        assert!(lines.contains(&line), "{line}\n{}", shown.stdout);
    }
    assert!(!lines.contains(&"#   zero-step (error)") && !lines.contains(&"#   busy-wait (warning)"), "{}", shown.stdout);
    folder.write("unspin.toml", b"exclude = ['gen/']\n");
    folder.write("gen/sub/unspin.toml", b"");
    let left_out = folder.run(&["config", "gen/sub"]).stdout;
    assert!(left_out.contains("# left out by `exclude`\n"), "by the folder above: {left_out}");
    folder.write("tests/b.py", b"");
    assert!(folder.run(&["config", "tests/b.py"]).stdout.contains("# test code, which is not scanned"));
    assert!(!folder.run(&["config", "a.py"]).stdout.contains("# test code"));
    let isolated = folder.run(&["config", "--isolated", "a.py"]).stdout;
    assert!(isolated.contains("# nothing is configured") && isolated.contains("#   busy-wait (warning)"), "{isolated}");
    assert_eq!(folder.run(&["config", "no-such"]).code, Some(2));
}

#[test]
fn a_configuration_to_start_from_is_written_once() {
    let empty = folder(&[("a.py", SPINS)]);
    let plain = empty.run(&["check", "--output-format", "concise"]).stdout;
    let written = empty.run(&["init"]);
    assert_eq!(written.code, Some(0), "{}", written.stderr);
    let text = std::fs::read_to_string(empty.path("unspin.toml")).expect("it was written");
    assert_eq!(empty.run(&["check", "--output-format", "concise"]).stdout, plain, "it changes nothing");
    std::fs::write(empty.path("unspin.toml"), "ignore = ['all']\n").expect("it can be changed");
    assert_eq!(empty.run(&["init"]).code, Some(2));
    assert_eq!(std::fs::read_to_string(empty.path("unspin.toml")).expect("still there"), "ignore = ['all']\n");
    let other = folder(&[("pyproject.toml", "[tool.unspin]\n")]);
    let refused = other.run(&["init"]);
    assert!(refused.code == Some(2) && !other.path("unspin.toml").exists(), "{}", refused.stdout);
    // Whatever the comments offer is valid, and it is all that there is.
    let set: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# ")).filter(|line| is_toml(line)).collect();
    let all = folder(&[("sub/unspin.toml", &set.join("\n")), ("unspin.toml", ""), ("sub/our-rules/models/a.toml", "")]);
    let outcome = all.run(&["config", "sub"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    for key in schema()["properties"].as_object().expect("properties").keys() {
        let offered = set.iter().any(|line| line.starts_with(&format!("{key} = ")) || *line == format!("[{key}]"));
        assert!(offered, "`{key}` is not offered");
    }
}

#[test]
fn what_the_readme_sets_can_be_set_and_is_all() {
    let readme = include_str!("../README.md").split("\n## Configure\n").nth(1).expect("a section");
    let block = readme.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a block");
    let folder = folder(&[("unspin.toml", ""), ("sub/unspin.toml", block), ("sub/our-rules/models/a.toml", "")]);
    let outcome = folder.run(&["config", "sub"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    for key in schema()["properties"].as_object().expect("properties").keys() {
        assert!(
            block.contains(&format!("\n{key} = "))
                || block.starts_with(&format!("{key} = "))
                || block.contains(&format!("\n[{key}]\n")),
            "{key}"
        );
    }
}

fn is_toml(line: &str) -> bool {
    line.contains(" = ") || (line.starts_with('[') && line.ends_with(']'))
}

fn schema() -> serde_json::Value {
    folder(&[]).run(&["config", "--schema"]).json()
}

#[test]
fn the_schema_for_editors_is_current() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../driver/unspin.schema.json");
    let printed = folder(&[]).run(&["config", "--schema"]).stdout;
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &printed).expect("it can be written");
    }
    let committed = std::fs::read_to_string(file).unwrap_or_default();
    assert!(committed == printed, "run `UPDATE=1 cargo test -p unspin --test configuration`");
}
