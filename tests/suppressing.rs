//! Suppressions: unused ones are removed, and a code base is adopted with one comment a finding.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use unspin_tests::program::{Folder, Outcome};

fn folder(files: &[(&str, &str)]) -> Folder {
    Folder::new(env!("CARGO_BIN_EXE_unspin"), files)
}

fn read(folder: &Folder, path: &str) -> String {
    fs::read_to_string(folder.path(path)).expect("it is there, in UTF-8")
}

/// The rules of the findings.
fn found(outcome: &Outcome) -> Vec<String> {
    let json = outcome.json();
    let findings = json["findings"].as_array().expect("a list").iter();
    findings.map(|finding| finding["rule"].as_str().expect("a name").to_owned()).collect()
}

fn fixed(path: &str, before: &str) -> (String, Vec<String>) {
    let folder = folder(&[(path, before)]);
    let outcome = folder.run(&["check", "--fix", "--quiet", "--output-format", "json"]);
    assert_eq!(outcome.stderr, "");
    (read(&folder, path), found(&outcome))
}

#[test]
fn unused_suppressions_are_removed_and_nothing_else() {
    let check = |path: &str, before: &str, after: &str| assert_eq!(fixed(path, before), (after.to_owned(), vec![]), "{before}");
    check("a.py", "x = 1  # unspin: allow(busy-wait) why\ny = 2\n", "x = 1\ny = 2\n");
    check("a.py", "x = 1\t# unspin: forever why", "x = 1");
    check("a.py", "if x:\n    # unspin: allow(busy-wait) why\n    y = 2\n", "if x:\n    y = 2\n");
    check("a.py", "x = 1\r\n  # unspin: allow(busy-wait)\r\ny = 2\r\n", "x = 1\r\ny = 2\r\n");
    check("a.py", "x = 1  # noqa # unspin: allow(busy-wait) why\n", "x = 1  # noqa\n");
    check("a.py", "x = 1  # unspin: allow(busy-wait) why  # noqa\n", "x = 1  # noqa\n");
    check("a.py", "x = 1  # noqa # unspin: allow(busy-wait) see #12 # type: int\n", "x = 1  # noqa # type: int\n");
    check("a.py", "# noqa # unspin: allow(busy-wait) why\nx = 1\n", "# noqa\nx = 1\n");
    check("a.rs", "fn f() {} // unspin: allow(busy-wait) https://x.y/z\n", "fn f() {}\n");
    check("a.rs", "// unspin: forever why\n// prose\nfn f() {}", "// prose\nfn f() {}");
    let used = "# unspin: allow(endless-loop) why\nwhile True:\n    x = 1\n";
    check("a.py", used, used);
    check("a.py", &used.replace("(endless-loop)", "(busy-wait, endless-loop, zero-step)"), used);
    check("a.py", "# unspin: allow(busy-wait) why\n# unspin: allow(zero-step) why\nx = 1\n", "x = 1\n");
}

#[test]
fn what_somebody_meant_is_left_to_them() {
    let typo = "while True:  # unspin: allow(endles-loop) why\n    x = 1\n";
    let (after, rules) = fixed("a.py", typo);
    assert_eq!((after.as_str(), rules), (typo, vec!["endless-loop".to_owned(), "unused-suppression".to_owned()]));
    // A rule that this run does not ask for.
    let strict = "import requests\n\n\ndef get(url):\n    try:\n        return requests.get(url, timeout=3)\n    \
        except requests.RequestException:\n        # unspin: allow(retry-by-recursion) why\n        return get(url)\n";
    assert_eq!(fixed("a.py", strict).0, strict);
    // What is found in a file depends on the files that it calls, which this run does not see.
    let single = folder(&[("a.py", "x = 1  # unspin: allow(busy-wait) why\n")]);
    assert_eq!(single.run(&["check", "a.py"]).code, Some(0));
    assert!(single.run(&["check", "--fix", "a.py"]).stderr.contains("name a folder"));
    assert!(read(&single, "a.py").contains("unspin:"));
    assert_eq!(single.run(&["check", "."]).code, Some(1), "nor is that remembered");
    let refused = folder(&[("a.py", typo)]).run(&["check", "--fix", "--select", "busy-wait"]);
    assert_eq!(refused.code, Some(2), "what is unused is not known then");
}

#[test]
fn files_keep_their_encoding_and_permissions() {
    let comment = "x = 'ä'  # unspin: allow(busy-wait) why\r\n";
    let utf16 = |text: &str| [b"\xff\xfe".to_vec(), text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat();
    let latin = |text: &str| text.chars().map(|c| u8::try_from(u32::from(c)).expect("latin-1")).collect::<Vec<u8>>();
    let cookie = "# coding: latin-1\n";
    let cases = [
        ("bom.py", [b"\xef\xbb\xbf", comment.as_bytes()].concat(), b"\xef\xbb\xbfx = '\xc3\xa4'\r\n".to_vec()),
        ("bom.rs", b"\xef\xbb\xbffn f() {} // unspin: forever\n".to_vec(), b"\xef\xbb\xbffn f() {}\n".to_vec()),
        ("utf16.py", utf16(comment), utf16("x = 'ä'\r\n")),
        ("latin.py", latin(&format!("{cookie}{comment}")), latin(&format!("{cookie}x = 'ä'\r\n"))),
    ];
    let folder = folder(&[]);
    for (path, before, _) in &cases {
        folder.write(path, before);
    }
    let read_only = folder.path("bom.py");
    let mut permissions = fs::metadata(&read_only).expect("it is there").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&read_only, permissions).expect("its owner may");
    let outcome = folder.run(&["check", "--fix"]);
    assert_eq!(outcome.code, Some(0), "{}{}", outcome.stdout, outcome.stderr);
    assert_eq!(outcome.stderr, "Removed 4 unused suppressions in 4 files.\n");
    for (path, _, after) in &cases {
        assert_eq!(&fs::read(folder.path(path)).expect("it is there"), after, "{path}");
    }
    assert!(fs::metadata(&read_only).expect("it is there").permissions().readonly());
    // What its encoding cannot hold is not written.
    let (spins, greek) = ("while True:\n    x = 1\n", "αβγ");
    folder.write("latin.py", &latin(&format!("{cookie}{spins}")));
    let refused = folder.run(&["check", "--add-suppressions", "--reason", greek, "--output-format", "json"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.json()["errors"][0]["message"].as_str().expect("text").contains("its encoding lacks"));
    assert_eq!(read(&folder, "latin.py"), format!("{cookie}{spins}"));
}

#[test]
fn a_diff_is_shown_instead_of_made() {
    let before = "x = 1  # unspin: allow(busy-wait) why\nwhile True:\n    x = 2\n";
    let folder = folder(&[("sub/a.py", before)]);
    let outcome = folder.run(&["check", "--diff"]);
    let expected = "--- a/sub/a.py\n+++ b/sub/a.py\n@@ -1,3 +1,3 @@\n-x = 1  # unspin: allow(busy-wait) why\n+x = 1\n \
        while True:\n     x = 2\n";
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(1), expected));
    assert_eq!(outcome.stderr, "Would remove 1 unused suppression in 1 file.\n");
    let adding = folder.run(&["check", "--add-suppressions", "--reason", "as ever", "--diff"]);
    assert!(adding.stdout.contains("\n+# unspin: allow(endless-loop) as ever\n while True:\n"), "{}", adding.stdout);
    assert_eq!(read(&folder, "sub/a.py"), before);
    folder.write("sub/a.py", b"x = 1\n");
    let clean = folder.run(&["check", "--diff"]);
    assert_eq!((clean.code, clean.stdout.as_str()), (Some(0), ""));
}

#[test]
fn tools_get_the_fix() {
    let folder = folder(&[("a.py", "y = 0\nx = 1  # unspin: allow(busy-wait) why\n")]);
    let json = folder.run(&["check", "--output-format", "json"]).json();
    let fix = &json["findings"][0]["fix"];
    assert_eq!(fix["edits"][0]["content"], "");
    let range = serde_json::json!({ "start": { "line": 2, "column": 6 }, "end": { "line": 2, "column": 38 } });
    assert_eq!(fix["edits"][0]["range"], range);
    let log = folder.run(&["check", "--output-format", "sarif"]).json();
    let change = &log["runs"][0]["results"][0]["fixes"][0]["artifactChanges"][0];
    assert_eq!(change["artifactLocation"]["uri"], "a.py");
    let region = serde_json::json!({ "startLine": 2, "startColumn": 6, "endLine": 2, "endColumn": 38 });
    assert_eq!(change["replacements"][0]["deletedRegion"], region);
}

/// Adopts and gives what it became; asserts that nothing is left to report and that doing it again changes nothing.
fn adopted(path: &str, before: &str) -> String {
    let folder = folder(&[(path, before)]);
    let adopt = ["check", "--add-suppressions", "--reason", "known", "--extend-select", "strict,audit"];
    let outcome = folder.run(&adopt);
    assert_eq!(outcome.code, Some(0), "{}{}\n{}", outcome.stdout, outcome.stderr, read(&folder, path));
    let after = read(&folder, path);
    folder.run(&adopt);
    assert_eq!(read(&folder, path), after);
    assert_eq!(folder.run(&["check", "--extend-select", "strict,audit"]).code, Some(0));
    after
}

#[test]
fn a_comment_goes_where_it_counts() {
    let check = |path: &str, before: &str, after: &str| assert_eq!(adopted(path, before), after);
    check("a.py", "while True:\r\n\tx = 1\r\n", "# unspin: allow(endless-loop) known\r\nwhile True:\r\n\tx = 1\r\n");
    check("a.py", "while True: pass", "# unspin: allow(endless-loop) known\nwhile True: pass");
    let indented = "def f():\n\tif x:\n\t\twhile True:\n\t\t\tpass\n";
    check("a.py", indented, &indented.replace("\t\twhile", "\t\t# unspin: allow(endless-loop) known\n\t\twhile"));
    let rust = "fn f() {\n    loop {}\n}\n";
    check("a.rs", rust, &rust.replace("    loop", "    // unspin: allow(endless-loop) known\n    loop"));
    // What is there is added to; a reason is added where there is none.
    let merged = "while True:  # unspin: allow(endless-poll, endless-loop) why\n    x = 1\n";
    let (there, _) = fixed("a.py", merged);
    assert_eq!(there, "while True:  # unspin: allow(endless-loop) why\n    x = 1\n");
    let without = "while True:  # unspin: allow(endless-loop)\n    x = 1\n";
    check("a.py", without, &without.replace("loop)", "loop) known"));
}

#[test]
fn a_rule_is_added_to_the_comment_that_is_there() {
    let code = "import requests\n\n\ndef get(url):\n    try:\n        return requests.get(url, timeout=3)\n    \
        except requests.RequestException:\n        return get(url)\n";
    let line = |rules: &str, why: &str| {
        code.replace("        return get", &format!("        # unspin: allow({rules}) {why}\n        return get"))
    };
    assert_eq!(adopted("a.py", code), line("recursion-without-limit, retry-by-recursion", "known"));
    let one = line("retry-by-recursion", "the caller bounds it");
    let both = line("retry-by-recursion, recursion-without-limit", "the caller bounds it");
    assert_eq!(adopted("a.py", &one), both);
    // A service loop that is declared to be one stays declared.
    let worker = "import queue\n\n\nclass Worker:\n    def __init__(self):\n        self.jobs = queue.Queue()\n\n    \
        def stop(self):\n        self.jobs.shutdown()\n\n    def run(self):\n        \
        while True:  # unspin: forever a worker\n            try:\n                self.jobs.get()()\n            \
        except Exception:\n                pass\n";
    let header = "        while True:  # unspin: forever a worker\n";
    let expected = format!("        # unspin: allow(closed-channel-spin) known\n{header}");
    let after = adopted("a.py", worker);
    assert!(after.contains(&expected), "{after}");
}

#[test]
fn lines_that_can_hold_no_comment_are_allowed_from_their_ends() {
    let lines = [
        // The wait stands behind a backslash, in front of one, and between two.
        "import requests\nx = 1 + \\\n    requests.get('u')\n",
        "import requests\nx = requests.get('u') + \\\n    1\n",
        "import requests\nx = 1 + \\\n    requests.get('u') + \\\n    2\n",
        // In a string of several lines, and behind one.
        "import requests\nx = f'''\n{requests.get('u')}\n'''\n",
        "import requests\nx = '''\n''' + requests.get('u')\n",
        "import requests\nx = f'''{f\"{1}\"}\n''' + '''\n''' + \\\n  requests.get('u')\n",
        // Within brackets, where comments may stand.
        "import requests\nx = [\n    1,\n    requests.get('u'),\n]\n",
    ];
    for before in lines {
        let after = adopted("a.py", before);
        let comments: Vec<&str> = after.lines().filter(|line| line.contains("unspin:")).collect();
        assert_eq!(comments.len(), 1, "{after}");
    }
    let decorated = "import tenacity\n\n\n@tenacity.retry(stop=tenacity.stop_never)\ndef f():\n    return g()\n";
    let after = adopted("a.py", decorated);
    assert!(after.contains("stop_never)  # unspin: allow("), "above a decorator it would speak of the function: {after}");
    let rust = "fn f() {\n    let text = \"\n\"; loop { let _ = text; }\n}\n";
    assert!(adopted("a.rs", rust).contains("    // unspin: allow(endless-loop) known\n    let text"), "above the string");
}

#[test]
fn a_reason_has_to_be_given() {
    let folder = folder(&[("a.py", "while True:\n    x = 1\n")]);
    for arguments in [&["--add-suppressions"][..], &["--reason", "why"], &["--add-suppressions", "--reason", "--- "]] {
        assert_eq!(folder.run(&[&["check"], arguments].concat()).code, Some(2), "{arguments:?}");
    }
    let stdin = folder.run_with_input(&["check", "-", "--add-suppressions", "--reason", "why"], b"while True: pass\n");
    assert_eq!(stdin.code, Some(2));
}

/// The cases of all rules, by `rule/file`.
fn cases(edit: impl Fn(&str) -> String) -> BTreeMap<String, String> {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules");
    let mut cases = BTreeMap::new();
    let entries = |folder: PathBuf| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    for rule in entries(rules) {
        for case in entries(rule.join("cases")) {
            let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
            let text = fs::read_to_string(&case).expect("text");
            cases.insert(format!("{}/{}", name(&rule).replace('-', "_"), name(&case)), edit(&text));
        }
    }
    cases
}

/// A text without what adopting may have put into it.
fn without_comments(text: &str, before: &str) -> String {
    let mut old = before.split_inclusive('\n').peekable();
    let mut rest = String::new();
    for line in text.split_inclusive('\n') {
        let is_old = old.peek().is_some_and(|old| *old == line);
        let sign = ["# unspin: allow(", "// unspin: allow("].into_iter().find(|sign| line.contains(sign));
        match sign {
            _ if is_old => drop((old.next(), rest.push_str(line))),
            Some(sign) if line.trim_start().starts_with(sign) => {}
            Some(sign) => {
                let code = line.split(sign).next().unwrap_or_default().trim_end();
                rest.push_str(code);
                rest.push_str(&line[line.trim_end_matches(['\r', '\n']).len()..]);
                old.next();
            }
            None => {
                old.next();
                rest.push_str(line);
            }
        }
    }
    rest
}

#[test]
fn every_case_of_every_rule_can_be_adopted() {
    for is_windows in [false, true] {
        let variant = if is_windows { "as on Windows, without a line end at the end" } else { "as they are" };
        // Suppressions in cases are there to be wrong.
        let cases = cases(|text| {
            let text = text.replace("unspin:", "unspun:");
            if is_windows { text.trim_end().replace('\n', "\r\n") } else { text }
        });
        let files: Vec<(&str, &str)> = cases.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let folder = folder(&files);
        let adopt = ["check", "--add-suppressions", "--reason", "a case", "--select", "all", "--output-format", "concise"];
        let outcome = folder.run(&adopt);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), ""), "{variant}");
        assert!(outcome.stderr.starts_with("Added suppressions for "), "{}", outcome.stderr);
        let mut changed = 0;
        for (path, before) in &cases {
            let after = read(&folder, path);
            changed += usize::from(after != *before);
            assert_eq!(without_comments(&after, before), *before, "{variant}: {path}");
        }
        assert!(changed > 100, "{changed}");
        let again = folder.run(&adopt);
        assert_eq!((again.code, again.stderr.as_str()), (Some(0), ""), "{variant}: nothing is left to add");
        let idle = folder.run(&["check", "--diff", "--extend-select", "strict,audit"]);
        assert_eq!((idle.code, idle.stdout.as_str()), (Some(0), ""), "{variant}: each is needed");
    }
}
