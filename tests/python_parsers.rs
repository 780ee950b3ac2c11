//! Two independent parsers agree: `rustpython-parser` finds the same loops and handlers on the same lines as lowering
//! does, in every fixture, every case of a rule and the whole standard library of the Python at hand, wherever both
//! accept the file.

#![expect(clippy::print_stderr, reason = "a skipped test says so")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustpython_parser::ast::{ExceptHandler, Ranged, Stmt, Suite};
use rustpython_parser::{Parse, ast};
use unspin_ir::{LoopKind, Module, Source, Terminator, name};
use unspin_span::LineIndex;

const STACK: usize = 256 << 20;

/// `while`, `for` or `except`, and its line.
type Marks = BTreeSet<(u32, &'static str)>;

/// What the oracle sees.
struct Oracle<'a> {
    lines: &'a LineIndex,
    marks: Marks,
}

impl Oracle<'_> {
    fn mark(&mut self, what: &'static str, node: &impl Ranged) {
        self.marks.insert((self.lines.line(node.range().start().to_u32()), what));
    }

    fn bodies(&mut self, bodies: &[&Suite]) {
        bodies.iter().copied().flatten().for_each(|statement| self.statement(statement));
    }

    fn attempt(&mut self, bodies: &[&Suite], handlers: &[ExceptHandler]) {
        self.bodies(bodies);
        for handler in handlers {
            self.mark("except", handler);
            let ExceptHandler::ExceptHandler(handler) = handler;
            self.bodies(&[&handler.body]);
        }
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::While(inner) => {
                self.mark("while", statement);
                self.bodies(&[&inner.body, &inner.orelse]);
            }
            Stmt::For(inner) => {
                self.mark("for", statement);
                self.bodies(&[&inner.body, &inner.orelse]);
            }
            Stmt::AsyncFor(inner) => {
                self.mark("for", statement);
                self.bodies(&[&inner.body, &inner.orelse]);
            }
            Stmt::If(inner) => self.bodies(&[&inner.body, &inner.orelse]),
            Stmt::With(inner) => self.bodies(&[&inner.body]),
            Stmt::AsyncWith(inner) => self.bodies(&[&inner.body]),
            Stmt::FunctionDef(inner) => self.bodies(&[&inner.body]),
            Stmt::AsyncFunctionDef(inner) => self.bodies(&[&inner.body]),
            Stmt::ClassDef(inner) => self.bodies(&[&inner.body]),
            Stmt::Match(inner) => inner.cases.iter().for_each(|case| self.bodies(&[&case.body])),
            Stmt::Try(inner) => self.attempt(&[&inner.body, &inner.orelse, &inner.finalbody], &inner.handlers),
            Stmt::TryStar(inner) => self.attempt(&[&inner.body, &inner.orelse, &inner.finalbody], &inner.handlers),
            _ => {}
        }
    }
}

/// What lowering sees. Bodies of `finally` are lowered several times; one mark is enough.
fn lowered(module: &Module, lines: &LineIndex) -> Marks {
    let mut marks = Marks::new();
    for function in &module.functions {
        for found in &function.loops {
            match found.kind {
                LoopKind::While | LoopKind::Endless => marks.insert((lines.line(found.span.start), "while")),
                LoopKind::For => marks.insert((lines.line(found.span.start), "for")),
                LoopKind::Comprehension => continue,
            };
        }
        for block in &function.blocks {
            if let Terminator::Dispatch { handlers, .. } = &block.terminator {
                let own = handlers.iter().filter(|handler| handler.manager.is_none());
                marks.extend(own.map(|handler| (lines.line(handler.span.start), "except")));
            }
        }
    }
    marks
}

/// The marks on which the parsers differ; `None` where one of them does not accept the file.
fn differences(bytes: &[u8]) -> Option<Vec<(u32, &'static str)>> {
    let text = unspin_frontend_python::decode(bytes).ok()?;
    let module = unspin_frontend_python::lower(&text, &Source { name: name("m"), is_package: false, is_test: false });
    if !module.problems.is_empty() {
        return None;
    }
    let tree = ast::Suite::parse(&text, "m.py").ok()?;
    let lines = LineIndex::new(&text);
    let mut oracle = Oracle { lines: &lines, marks: Marks::new() };
    oracle.bodies(&[&tree]);
    Some(oracle.marks.symmetric_difference(&lowered(&module, &lines)).copied().collect())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "site-packages") {
                collect(&path, files);
            }
        } else if path.extension().is_some_and(|extension| extension == "py") {
            files.push(path);
        }
    }
}

/// Compare every file and say how many both parsers accepted.
fn agree(mut files: Vec<PathBuf>) -> usize {
    files.sort();
    let (next, accepted, wrong) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some(path) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            let bytes = std::fs::read(path).expect("a readable file");
            let Some(found) = differences(&bytes) else { continue };
            accepted.fetch_add(1, Ordering::Relaxed);
            if !found.is_empty() {
                wrong.lock().expect("no thread panicked").push(format!("{}: {found:?}", path.display()));
            }
        }
    };
    std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        for _ in 0..threads {
            std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).expect("a thread");
        }
    });
    let mut wrong = wrong.into_inner().expect("no thread panicked");
    wrong.sort();
    assert!(wrong.is_empty(), "the parsers disagree in {} files:\n{}", wrong.len(), wrong.join("\n"));
    accepted.into_inner()
}

#[test]
fn fixtures_and_cases_have_the_same_loops_and_handlers() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    collect(&root.join("fixtures"), &mut files);
    collect(&root.join("rules"), &mut files);
    let all = files.len();
    let accepted = agree(files);
    assert!(all > 0 && accepted * 10 >= all * 9, "only {accepted} of {all} files are accepted by both parsers");
}

#[test]
fn the_standard_library_has_the_same_loops_and_handlers() {
    let question = "import sysconfig; print(sysconfig.get_paths()['stdlib'])";
    let answer = Command::new("python3").args(["-c", question]).output();
    let Some(answer) = answer.ok().filter(|answer| answer.status.success()) else {
        eprintln!("skipped: there is no python3, so no standard library to compare");
        return;
    };
    let mut files = Vec::new();
    collect(Path::new(String::from_utf8_lossy(&answer.stdout).trim()), &mut files);
    let all = files.len();
    let accepted = agree(files);
    eprintln!("{accepted} of {all} files of the standard library are accepted by both parsers");
    assert!(accepted * 10 >= all * 9, "only {accepted} of {all} files are accepted by both parsers");
}
