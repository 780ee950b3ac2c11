//! What an installation needs of the program: which build it is, completions and man pages that know every command.

use unspin_tests::program::Folder;

const SHELLS: [&str; 5] = ["bash", "zsh", "fish", "powershell", "elvish"];

fn folder() -> Folder {
    Folder::new(env!("CARGO_BIN_EXE_unspin"), &[])
}

/// The commands that `--help` lists.
fn commands(folder: &Folder) -> Vec<String> {
    let help = folder.run(&["--help"]).stdout;
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let commands: Vec<String> = listed.filter_map(|line| line.split_whitespace().next().map(str::to_owned)).collect();
    assert!(commands.contains(&"check".to_owned()), "{help}");
    commands
}

#[test]
fn the_version_says_which_build_it_is() {
    let folder = folder();
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(folder.run(&["-V"]).stdout, format!("unspin {version}\n"));
    let long = folder.run(&["--version"]).stdout;
    assert!(long.starts_with(&format!("unspin {version} ")), "{long}");
    assert!(long.contains(std::env::consts::ARCH), "the target is missing in {long}");
}

#[test]
fn completions_know_every_command_and_format() {
    let folder = folder();
    for shell in SHELLS {
        let outcome = folder.run(&["completions", shell]);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        let formats = unspin_report::Format::ALL.map(|(name, ..)| name.to_owned());
        // Elvish and PowerShell complete no values.
        let wanted = if matches!(shell, "powershell" | "elvish") { Vec::new() } else { formats.to_vec() };
        for word in commands(&folder).iter().chain(&wanted) {
            assert!(outcome.stdout.contains(word.as_str()), "{word} is missing for {shell}");
        }
    }
    assert_eq!(folder.run(&["completions", "tcsh"]).code, Some(2));
}

#[test]
fn every_command_has_a_man_page() {
    let folder = folder();
    assert_eq!(folder.run(&["man", "share/man1"]).code, Some(0));
    for command in commands(&folder).iter().filter(|command| *command != "help") {
        let page = std::fs::read_to_string(folder.path(&format!("share/man1/unspin-{command}.1"))).expect("a page");
        assert!(page.contains(".SH NAME") && page.contains(".SH SYNOPSIS"), "{page}");
    }
    folder.write("file", b"");
    let outcome = folder.run(&["man", "file/man1"]);
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("cannot write man pages to `file/man1`"), "{}", outcome.stderr);
}
