//! `unspin test-rules`: the cases of a team's own rules.

use std::{io::Write, path::PathBuf, process::ExitCode};

use unspin_driver::{Knowledge, expectations::test_rules};

use crate::output;

/// Run the cases of the rules in these folders, and say where they are not as expected.
pub(crate) fn run(folders: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let knowledge = Knowledge::builtin()?.with_folders(folders)?;
    let (mut rules, mut cases, mut expected, mut wrong) = (0, 0, 0, 0);
    let mut stdout = output::stdout();
    for folder in folders {
        for outcome in test_rules(folder, &knowledge)? {
            for difference in &outcome.judgement.differences {
                writeln!(stdout, "{difference}")?;
            }
            if outcome.cases == 0 {
                writeln!(stdout, "{}: has no cases: nothing shows that it reports anything", outcome.rule)?;
            } else if outcome.judgement.expected == 0 {
                writeln!(stdout, "{}: no case expects anything: nothing shows that it reports", outcome.rule)?;
            }
            wrong += outcome.judgement.differences.len() + usize::from(outcome.judgement.expected == 0);
            (rules, cases, expected) = (rules + 1, cases + outcome.cases, expected + outcome.judgement.expected);
        }
    }
    let count = |number: usize, one: &str| format!("{number} {one}{}", if number == 1 { "" } else { "s" });
    let outcome = if wrong == 0 { "all as expected".to_owned() } else { format!("{wrong} wrong") };
    let counted = [count(rules, "rule"), count(cases, "case"), count(expected, "expected finding")].join(", ");
    writeln!(stdout, "{counted}: {outcome}")?;
    stdout.flush()?;
    Ok(ExitCode::from(u8::from(wrong > 0)))
}
