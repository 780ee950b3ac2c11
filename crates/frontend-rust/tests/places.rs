//! What the IR dump does not show: places, tests, problems, never-returning functions.

use unspin_frontend_rust::lower;
use unspin_ir::{Function, Module, Source, Terminator, name};
use unspin_span::Span;

fn lowered(text: &str) -> Module {
    lower(text, &Source { name: name("demo.net"), is_package: false, is_test: false })
}

fn function<'m>(module: &'m Module, qualified: &str) -> &'m Function {
    let found = module.functions.iter().find(|function| function.qualified().as_str() == qualified);
    found.unwrap_or_else(|| panic!("no function {qualified}"))
}

fn shown(text: &str, span: Span) -> &str {
    &text[span.start as usize..span.end as usize]
}

const SERVER: &str = "
// Größe: ü
fn serve(peer: &mut Peer) {
    let grüße = \"ü\"; 'outer: loop {
        for line in peer.lines() { break 'outer }
        while let Some(x) = peer.next() { x(); }
        match peer.read() {
            Ok(n) => use_it(n),
            Err(ref e) if e.kind() == Kind::Again => continue,
            Err(Error::Gone) | Err(Error::Lost) => return,
        }
    }
}
";

#[test]
fn places_are_bytes_whatever_stands_before_the_code() {
    for before in ["", "\u{feff}", "#!/usr/bin/env rust-script\n", "\u{feff}#!/bin/ü\n", "#!/bin/x\n---\n[package]\n---\n"] {
        let text = format!("{before}{SERVER}");
        let module = lowered(&text);
        let serve = function(&module, "serve");
        assert_eq!(shown(&text, serve.name_span), "serve");
        assert!(shown(&text, serve.span).starts_with("fn serve") && shown(&text, serve.span).ends_with("}\n}"));
        let heads: Vec<&str> = serve.loops.iter().map(|found| shown(&text, found.head)).collect();
        assert_eq!(heads, ["'outer: loop", "for line in peer.lines()", "while let Some(x) = peer.next()"]);
        assert!(serve.loops.iter().all(|found| shown(&text, found.span).ends_with('}')));
        let handlers = serve.blocks.iter().find_map(|block| match &block.terminator {
            Terminator::Dispatch { handlers, .. } => Some(handlers),
            _ => None,
        });
        let handlers: Vec<&str> = handlers.into_iter().flatten().map(|handler| shown(&text, handler.span)).collect();
        assert_eq!(handlers, ["Err(ref e) if e.kind() == Kind::Again", "Err(Error::Gone) | Err(Error::Lost)"]);
    }
}

#[test]
fn an_attribute_is_no_shebang() {
    let module = lowered("#![allow(unused)]\nfn f() {}\n");
    assert!(module.problems.is_empty());
    assert_eq!(function(&module, "f").name_span, Span::new(21, 22));
}

#[test]
fn test_code_is_marked() {
    let text = "
        fn plain() {}
        #[tokio::test] async fn one() { let f = || 1; }
        #[cfg(all(test, unix))] mod tests { fn helper() {} }
        #[cfg(not(test))] fn real() {}
        struct S;
        #[cfg(test)] impl S { fn drain(&self) {} }
        impl S { fn fill(&self) {} }
    ";
    let module = lowered(text);
    let tests: Vec<&str> = module.functions.iter().filter(|f| f.is_test).map(|f| f.qualified().as_str()).collect();
    assert_eq!(tests, ["one", "one.<closure>", "tests.helper", "S.drain"]);
    assert!(lowered("#![cfg(test)]\nfn f() {}").functions.iter().any(|f| f.is_test));
}

#[test]
fn signatures_say_what_they_declare() {
    let module = lowered("trait T { fn a(&self); fn b() -> ! { loop {} } } #[inline] #[retry::retry(3)] async fn c() {}");
    assert!(function(&module, "T.a").is_abstract && function(&module, "T.a").has_receiver);
    let b = function(&module, "T.b");
    assert!(b.never_returns && !b.is_abstract && !b.has_receiver);
    let decorators: Vec<&str> = function(&module, "c").decorators.iter().map(unspin_ir::Name::as_str).collect();
    assert_eq!(decorators, ["inline", "retry.retry"]);
}

#[test]
fn one_bad_item_leaves_the_others() {
    let text = "fn a() {}\nfn b(x y) {}\nstruct S { x: u8 }\nimpl S { fn c( {} }\nfn d() {}\n";
    let module = lowered("fn a() {}\nfn b(x y) {}\nstruct S { x: u8 }\nfn d() {}\n");
    let names: Vec<&str> = module.functions.iter().map(|function| function.qualified().as_str()).collect();
    assert_eq!(names, ["", "a", "d"]);
    assert_eq!(module.problems.len(), 1);
    assert_eq!(shown(text, module.problems[0].span), "y");
    // Brackets that do not match leave nothing to go by.
    assert_eq!(lowered(text).functions.len(), 1);
}

#[test]
fn comments_survive_files_that_do_not_parse() {
    let module = lowered("fn f( {} // unspin: forever it is a server\n");
    assert_eq!(module.comments.len(), 1);
    assert_eq!(module.comments[0].text, "unspin: forever it is a server");
    assert_eq!(module.lines, 1);
}
