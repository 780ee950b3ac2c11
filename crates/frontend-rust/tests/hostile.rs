//! No text makes lowering panic, overflow the stack or hang: what nests too deeply is a problem of the file, and what
//! nests just below the bounds is lowered.

use unspin_frontend_rust::{MAX_FILE_SIZE, lower};
use unspin_ir::{Module, Source, name};

/// Lower on a thread with the stack that the driver gives.
fn lowered(text: &str) -> Module {
    let text = text.to_owned();
    let work = move || lower(&text, &Source { name: name("hostile"), is_package: false, is_test: false });
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(work).expect("a thread");
    thread.join().expect("lowering does not panic")
}

/// Each construct that a parser, a walk or a drop recurses into, `depth` times.
fn nests(depth: usize) -> Vec<(&'static str, String)> {
    let body = |text: String| format!("fn f() {{ {text} }}");
    let around = |open: &str, inner: &str, close: &str| format!("{}{inner}{}", open.repeat(depth), close.repeat(depth));
    vec![
        ("parentheses", body(around("(", "x", ")"))),
        ("arrays", body(around("[", "x", "]"))),
        ("blocks", body(around("{ ", "x", " }"))),
        ("loops", body(around("loop { ", "x()", " }"))),
        ("matches", body(around("match x { _ => ", "x", " }"))),
        ("calls", body(around("f(", "x", ")"))),
        ("closures in calls", body(around("f(|| ", "x", ")"))),
        ("modules", around("mod m { ", "", " }")),
        ("functions", around("fn f() { ", "", " }")),
        ("macros", body(around("m!(", "x", ")"))),
        ("use trees", format!("use a::{};", around("{b::", "c", "}"))),
        ("generics", format!("type A = {};", around("A<", "u8", ">"))),
        ("generics after a comma", format!("type A = {};", around("A<u8, ", "u8", ">"))),
        ("tuples", format!("type A = {};", around("(u8, ", "u8", ")"))),
        ("pointers", format!("type A = {}u8;", "*const ".repeat(depth))),
        ("references", format!("type A = {}u8;", "&'a ".repeat(depth))),
        ("function pointers", format!("type A = {}u8;", "fn() -> ".repeat(depth))),
        ("patterns", body(format!("let {} = x;", around("Some(", "x", ")")))),
        ("bindings", body(format!("let {}_ = x;", "x @ ".repeat(depth)))),
        ("not", body(format!("{}x;", "!".repeat(depth)))),
        ("spaced not", body(format!("{}x;", "! ".repeat(depth)))),
        ("negation", body(format!("{}x;", "-".repeat(depth)))),
        ("borrows", body(format!("{}x;", "&mut ".repeat(depth)))),
        ("closures", body(format!("{}x;", "|x| ".repeat(depth)))),
        ("assignments", body(format!("{}x;", "x = ".repeat(depth)))),
        ("compound assignments", body(format!("{}x;", "x += ".repeat(depth)))),
        ("returns", body(format!("{}x;", "return ".repeat(depth)))),
        ("sums", body(format!("{}x;", "x + ".repeat(depth)))),
        ("ands", body(format!("if {}x {{}}", "x && ".repeat(depth)))),
        ("ranges", body(format!("{}x;", "x .. ".repeat(depth)))),
        ("methods", body(format!("x{};", ".m()".repeat(depth)))),
        ("question marks", body(format!("x{};", "?".repeat(depth)))),
        ("fields", body(format!("x{};", ".m".repeat(depth)))),
        ("awaits", body(format!("x{};", ".await".repeat(depth)))),
        ("casts", body(format!("x{};", " as u8".repeat(depth)))),
        ("else if", body(format!("{}{{}}", "if x {} else ".repeat(depth)))),
        ("comments", format!("{}{}", "/*".repeat(depth), "*/".repeat(depth))),
        ("unclosed", "(".repeat(depth)),
        ("unopened", ")".repeat(depth)),
        ("braces", "{".repeat(depth)),
    ]
}

#[test]
fn what_nests_a_hundred_thousand_times_is_a_problem() {
    for (what, text) in nests(100_000) {
        let module = lowered(&text);
        assert!(!module.problems.is_empty(), "{what} were accepted");
    }
}

#[test]
fn what_nests_within_the_bounds_is_survived() {
    for depth in [190, 390, 2_900, 12_000, 39_000] {
        for (_, text) in nests(depth) {
            lowered(&text);
        }
    }
}

#[test]
fn large_files_are_named_and_left_out() {
    let text = format!("const A: &[u8] = &[{}];", "1, ".repeat(MAX_FILE_SIZE / 3));
    let module = lowered(&text);
    assert!(module.problems[0].message.contains("left out"), "{:?}", module.problems);
    assert_eq!(module.functions.len(), 0);
}

#[test]
fn text_that_is_no_rust_is_a_problem_with_its_place() {
    let module = lowered("fn f() {}\nfn g( {}\n");
    assert_eq!(module.problems.len(), 1, "{:?}", module.problems);
    for text in ["\0", "'", "\"", "r#\"", "b'", "/*", "'\\", "r#", "\u{feff}#!/bin/sh", "#!", "💥", "fn f() { '\u{301}' }"] {
        lowered(text);
    }
}
