//! The cache: a run that uses it says what a run without it says, whatever became of the tree and of the cache.

use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, SystemTime},
};

use unspin_tests::program::{Folder, Outcome};

const MINUTE: Duration = Duration::from_mins(1);

const ENDLESS: &str = "import socket\n\nfrom limits import check\n\n\ndef serve(sock: socket.socket, handle) -> None:\n    \
    attempts = 0\n    while True:\n        try:\n            data = sock.recv(1024)\n        except socket.timeout:\n            \
    attempts = check(attempts)\n            continue\n        if not data:\n            return\n        handle(data)\n";
const BOUND: &str =
    "def check(attempts):\n    if attempts > 5:\n        raise RuntimeError('too many')\n    return attempts + 1\n";
const NO_BOUND: &str =
    "def check(attempts):\n    return attempts\n\n\n# and nothing but that, in as many bytes as before...........\n";

fn folder(files: &[(&str, &str)]) -> Folder {
    Folder::new(env!("CARGO_BIN_EXE_unspin"), files)
}

fn check(folder: &Folder, arguments: &[&str]) -> (Option<i32>, String) {
    let outcome = folder.run(&[&["check", "--output-format", "json", "--include-tests"], arguments].concat());
    (outcome.code, said(&outcome))
}

/// What a run says, but for how long it took.
fn said(outcome: &Outcome) -> String {
    assert_eq!(outcome.stderr, "");
    outcome.stdout.lines().filter(|line| !line.contains("\"seconds\"")).collect::<Vec<_>>().join("\n")
}

/// The same with and without the cache, twice.
fn agrees(folder: &Folder, arguments: &[&str]) -> (Option<i32>, String) {
    let fresh = check(folder, &[&["--no-cache"], arguments].concat());
    assert_eq!(check(folder, arguments), fresh);
    assert_eq!(check(folder, arguments), fresh);
    fresh
}

fn entries(folder: &Folder) -> Vec<PathBuf> {
    let files = fs::read_dir(folder.path(".unspin_cache")).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut entries: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|ending| ending == "result")).collect();
    entries.sort();
    entries
}

#[test]
fn a_change_in_any_file_is_seen_at_once() {
    assert_eq!(BOUND.len(), NO_BOUND.len(), "not even the size tells");
    let folder = folder(&[("a.py", ENDLESS), ("limits.py", BOUND)]);
    assert_eq!(agrees(&folder, &[]).0, Some(0));
    let limits = folder.path("limits.py");
    let time = fs::metadata(&limits).and_then(|metadata| metadata.modified()).expect("a time");
    folder.write("limits.py", NO_BOUND.as_bytes());
    fs::File::options().append(true).open(&limits).and_then(|file| file.set_modified(time)).expect("a time can be set");
    assert_eq!(agrees(&folder, &[]).0, Some(1), "neither does the time");
    folder.write("limits.py", BOUND.as_bytes());
    assert_eq!(agrees(&folder, &[]).0, Some(0));
    fs::rename(&limits, folder.path("other.py")).expect("it can be renamed");
    agrees(&folder, &[]);
}

#[test]
fn of_projects_side_by_side_only_the_one_that_changed_is_analysed_again() {
    let folder = folder(&[("one/setup.py", ""), ("one/a.py", ENDLESS), ("one/limits.py", NO_BOUND), ("two/setup.py", "")]);
    folder.write("two/a.py", ENDLESS.as_bytes());
    folder.write("two/limits.py", BOUND.as_bytes());
    assert_eq!(agrees(&folder, &[]).0, Some(1));
    let before = entries(&folder);
    assert_eq!(before.len(), 2, "one for each project");
    folder.write("two/limits.py", NO_BOUND.as_bytes());
    agrees(&folder, &[]);
    let after = entries(&folder);
    assert!(after.len() == 3 && before.iter().all(|entry| after.contains(entry)), "{after:?}");
}

#[test]
fn calls_are_followed_in_a_repository_but_not_from_one_project_into_another_beside_it() {
    let helper = "two/limits.py";
    let folder = folder(&[("one/setup.py", ""), ("one/a.py", ENDLESS), ("two/setup.py", ""), (helper, BOUND)]);
    assert_eq!(agrees(&folder, &[]).0, Some(1), "this is no `limits` that `one` knows of");
    folder.write(".git/HEAD", b"ref: refs/heads/main\n");
    assert_eq!(agrees(&folder, &[]).0, Some(0));
    folder.write(helper, NO_BOUND.as_bytes());
    assert_eq!(agrees(&folder, &[]).0, Some(1));
}

#[test]
fn options_and_rules_and_configuration_are_part_of_what_is_asked() {
    let rule = "severity = \"note\"\ngroup = \"recommended\"\nsummary = \"a\"\n[[report]]\nabout = \"loop\"\nwhere = {}\n\
                at = \"loop\"\nmessage = \"M\"\nhelp = \"h\"\n";
    let folder = folder(&[("a.py", ENDLESS), ("limits.py", NO_BOUND), ("own/my-loop/rule.toml", &rule.replace('M', "one"))]);
    let plain = agrees(&folder, &[]);
    assert_ne!(agrees(&folder, &["--select", "zero-step"]), plain);
    assert_ne!(agrees(&folder, &["--ignore", "recommended"]), plain);
    assert_ne!(agrees(&folder, &["limits.py"]), plain);
    let own = ["--rules", "own", "--select", "my-loop"];
    assert!(agrees(&folder, &own).1.contains("\"one\""));
    folder.write("own/my-loop/rule.toml", rule.replace('M', "two").as_bytes());
    assert!(agrees(&folder, &own).1.contains("\"two\""));
    folder.write("unspin.toml", b"ignore = [\"timeout-without-limit\"]\n");
    assert_ne!(agrees(&folder, &[]), plain);
    folder.write("unspin.toml", b"[severity]\ntimeout-without-limit = \"note\"\n");
    assert!(agrees(&folder, &[]).1.contains("\"note\""));
    folder.write("unspin.toml", b"[per-file-ignores]\n\"a.py\" = [\"timeout-without-limit\"]\n");
    assert_eq!(agrees(&folder, &[]).0, Some(0));
    fs::remove_file(folder.path("unspin.toml")).expect("it is there");
    assert_eq!(agrees(&folder, &[]), plain);
}

#[test]
fn what_names_a_module_is_part_of_what_is_asked() {
    let caller = ENDLESS.replace("from limits", "from pkg.limits");
    let folder = folder(&[("a/pkg/a.py", &caller), ("a/pkg/limits.py", NO_BOUND)]);
    agrees(&folder, &[]);
    folder.write("a/pkg/__init__.py", b"");
    agrees(&folder, &[]);
    folder.write("pyproject.toml", b"");
    agrees(&folder, &[]);
}

#[test]
fn errors_are_said_again_and_what_cannot_be_read_is_never_remembered() {
    let folder = folder(&[("a.py", ENDLESS), ("limits.py", NO_BOUND), ("broken.py", "x = = 1\n")]);
    folder.write("latin.rs", b"fn f() { \"\xe4\"; }\n");
    let (code, said) = agrees(&folder, &[]);
    assert!(code == Some(2) && said.contains("broken.py") && said.contains("latin.rs"), "{said}");
    folder.write("large.py", &vec![b'#'; 10_000_001]);
    assert!(agrees(&folder, &[]).1.contains("large.py"));
    folder.write("large.py", b"x = 1\n");
    assert!(!agrees(&folder, &[]).1.contains("large.py"));
    assert!(agrees(&folder, &["missing.py", "a.py"]).1.contains("missing.py"));
    folder.write("missing.py", b"x = 1\n");
    assert!(!agrees(&folder, &["missing.py", "a.py"]).1.contains("missing.py"));
}

#[test]
fn a_damaged_entry_is_no_entry() {
    let folder = folder(&[("a.py", ENDLESS), ("limits.py", NO_BOUND)]);
    let fresh = agrees(&folder, &[]);
    let [entry] = &entries(&folder)[..] else { panic!("one entry") };
    let whole = fs::read(entry).expect("it is there");
    let mut seed = 7_usize;
    for round in 0..60 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let at = (seed >> 33) % whole.len();
        let mut damaged = whole.clone();
        match round % 3 {
            0 => damaged[at] ^= 1 << (seed % 8),
            1 => damaged.truncate(at),
            _ => damaged.splice(at..at, *b"\0\0").for_each(drop),
        }
        fs::write(entry, damaged).expect("it can be written");
        assert_eq!(check(&folder, &[]), fresh, "round {round}");
        assert_eq!(fs::read(entry).expect("it is there"), whole, "it is written anew");
    }
}

#[test]
fn runs_at_the_same_time_and_runs_that_are_killed_do_no_harm() {
    let files: Vec<(String, String)> =
        (0..40).map(|at| (format!("f{at}.py"), ENDLESS.replace("serve", &format!("serve{at}")))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let folder = folder(&files);
    let fresh = check(&folder, &["--no-cache"]);
    let start = || -> Child {
        Command::new(env!("CARGO_BIN_EXE_unspin"))
            .args(["check", "--output-format", "json", "--include-tests"])
            .current_dir(folder.path(""))
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts")
    };
    for round in 0..6 {
        let mut children: Vec<Child> = (0..4).map(|_| start()).collect();
        for (at, child) in children.iter_mut().enumerate() {
            if (at + round) % 2 == 0 {
                // Somewhere on its way: the more have ended, the later.
                child.kill().expect("it is ours");
            }
        }
        for child in children {
            drop(child.wait_with_output().expect("it ends"));
        }
        assert_eq!(check(&folder, &[]), fresh);
        for entry in entries(&folder) {
            fs::remove_file(entry).expect("it is there");
        }
    }
}

#[test]
fn a_folder_that_was_made_halfway_is_made_whole() {
    for (left, text) in [("CACHEDIR.tmp-1-0", "Sign"), ("CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n")] {
        let folder = folder(&[("a.py", ENDLESS), ("limits.py", NO_BOUND)]);
        folder.write(&format!(".unspin_cache/{left}"), text.as_bytes());
        check(&folder, &[]);
        assert_eq!(entries(&folder).len(), 1, "{left}");
        assert!(folder.path(".unspin_cache/.gitignore").exists() && folder.path(".unspin_cache/CACHEDIR.TAG").exists());
    }
}

#[test]
fn a_folder_that_cannot_be_written_or_is_no_cache_is_left_alone() {
    let folder = folder(&[("a.py", ENDLESS), ("limits.py", NO_BOUND), ("src/b.py", "x = 1\n")]);
    let fresh = check(&folder, &["--no-cache"]);
    for place in ["a.py/cache", "/proc/cache", "/dev/full", "src", "a.py"] {
        assert_eq!(check(&folder, &["--cache-dir", place]), fresh, "{place}");
        assert_eq!(check(&folder, &["--cache-dir", place]), fresh, "{place}");
    }
    let left: Vec<_> = fs::read_dir(folder.path("src")).expect("a folder").flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left, ["b.py"], "a folder with sources is not taken for a cache");
    assert_eq!(folder.run(&["clean", "--cache-dir", "src"]).stdout, "Removed 0 results from `src`.\n");
    assert!(folder.path("src/b.py").exists() && folder.path("a.py").exists());
}

#[test]
fn the_folder_is_hidden_from_git_and_from_backups_and_can_be_removed() {
    let folder = folder(&[("a.py", ENDLESS), ("limits.py", NO_BOUND)]);
    assert_eq!(entries(&folder).len(), 0);
    check(&folder, &[]);
    check(&folder, &["--no-cache", "--ignore", "audit"]);
    assert_eq!(entries(&folder).len(), 1);
    let read = |name: &str| fs::read_to_string(folder.path(".unspin_cache").join(name)).expect("it is there");
    assert!(read("CACHEDIR.TAG").starts_with("Signature: 8a477f597d28d172789f06886806bc55"));
    assert_eq!(read(".gitignore"), "*\n");
    assert_eq!(folder.run(&["clean"]).stdout, "Removed 1 result from `.unspin_cache`.\n");
    assert!(!folder.path(".unspin_cache").exists());
    assert_eq!(folder.run(&["clean"]).code, Some(0));
    let outcome = Command::new(env!("CARGO_BIN_EXE_unspin"))
        .arg("check")
        .current_dir(folder.path(""))
        .env("UNSPIN_CACHE_DIR", folder.path("elsewhere"))
        .output()
        .expect("the program runs");
    assert!(outcome.status.code() == Some(1) && folder.path("elsewhere/CACHEDIR.TAG").exists());
    assert!(!folder.path(".unspin_cache").exists());
}

#[test]
fn the_number_of_entries_is_bounded() {
    let folder = folder(&[("a.py", "x = 1\n")]);
    folder.run(&["check", "-q"]);
    let used = entries(&folder);
    for at in 0..1100 {
        folder.write(&format!(".unspin_cache/{at:032x}.result"), b"of an earlier version");
    }
    fs::File::options()
        .append(true)
        .open(&used[0])
        .and_then(|file| file.set_modified(SystemTime::now() + MINUTE))
        .expect("set");
    folder.write("a.py", b"x = 2\n");
    folder.run(&["check", "-q"]);
    let kept = entries(&folder);
    assert!(kept.len() == 1024 && kept.contains(&used[0]), "what was used last is kept");
}

#[test]
fn standard_input_is_not_cached() {
    let folder = folder(&[("limits.py", NO_BOUND)]);
    let outcome = folder.run_with_input(&["check", "-", "limits.py", "--stdin-filename", "a.py"], ENDLESS.as_bytes());
    assert_eq!(outcome.code, Some(1));
    assert_eq!(entries(&folder).len(), 0);
}
