//! Which cycles of small hand-made functions are reported, and where.

use unspin_ir::{BinaryOp, CompareOp, Constant, Expr, ExprId, LocalId, Module, Terminator};
use unspin_span::Span;

use super::{Cycle, CycleKind, cycles};
use crate::callgraph::Cycles;
use crate::test_ir::{Draft, module, project};

const WORDS: &str = r#"
[[words]]
kind = "depth"
list = ["depth"]
[[words]]
kind = "recursion-depth"
list = ["depth"]
[[words]]
kind = "stream"
list = ["read*"]
[[words]]
kind = "stream-receiver"
list = ["reader"]
[[words]]
kind = "deferred"
list = ["spawn"]
"#;

fn report(functions: Vec<Draft>) -> Vec<(String, Cycle)> {
    let mut app: Module = module("app");
    for function in functions {
        function.add_to(&mut app);
    }
    let project = project(vec![app], WORDS);
    let named = |cycle: Cycle| (project.function(cycle.function).name.to_string(), cycle);
    cycles(&project, Cycles::All).into_iter().filter(|cycle| !cycle.is_member).map(named).collect()
}

fn names(found: &[(String, Cycle)]) -> Vec<&str> {
    found.iter().map(|(name, _)| name.as_str()).collect()
}

/// `def parse(reader, depth)`, with its parameters.
fn parser(own_name: &str) -> (Draft, LocalId, LocalId) {
    let mut draft = Draft::function(own_name);
    let reader = draft.parameter("reader", None);
    let depth = draft.parameter("depth", None);
    (draft, reader, depth)
}

/// `if depth > 5: raise`.
fn refuse_above(draft: &mut Draft, depth: LocalId) {
    let value = draft.0.read(depth);
    let maximum = draft.0.constant(Constant::Int(5));
    let test = draft.0.expr(Expr::Compare(CompareOp::Gt, value, maximum));
    let refuse = draft.0.new_block(Span::default());
    let go_on = draft.0.new_block(Span::default());
    draft.0.branch(test, refuse, go_on, Span::default());
    draft.0.switch_to(refuse);
    draft.0.end(Terminator::Raise { class: None, value: None, assertion: false, panics: false }, Span::default());
    draft.0.switch_to(go_on);
}

fn read_some(draft: &mut Draft, reader: LocalId) {
    let receiver = draft.0.read(reader);
    draft.call_method(receiver, "read", &[]);
}

fn one_more(draft: &mut Draft, depth: LocalId) -> ExprId {
    let value = draft.0.read(depth);
    let one = draft.0.constant(Constant::Int(1));
    draft.0.expr(Expr::Binary(BinaryOp::Add, value, one))
}

#[test]
fn a_depth_that_is_tested_and_grows_bounds_the_calls() {
    let (mut parse, reader, depth) = parser("parse");
    refuse_above(&mut parse, depth);
    read_some(&mut parse, reader);
    let arguments = [parse.0.read(reader), one_more(&mut parse, depth)];
    parse.call_path("parse", &arguments);
    assert!(report(vec![parse]).is_empty());
}

#[test]
fn a_depth_that_one_call_does_not_add_to_bounds_nothing_there() {
    let (mut parse, reader, depth) = parser("parse");
    refuse_above(&mut parse, depth);
    read_some(&mut parse, reader);
    let arguments = [parse.0.read(reader), one_more(&mut parse, depth)];
    parse.call_path("parse", &arguments);
    let arguments = [parse.0.read(reader), parse.0.read(depth)];
    parse.call_path("parse", &arguments);
    let found = report(vec![parse]);
    assert_eq!(names(&found), ["parse"]);
    let attributes = &found[0].1.attributes;
    assert_eq!(attributes.kind, CycleKind::Parser);
    assert_eq!(attributes.bypassed_depth.map(|name| name.to_string()), Some("depth".to_owned()));
}

#[test]
fn a_depth_that_nobody_looks_at_is_named() {
    let (mut parse, reader, depth) = parser("parse");
    let arguments = [parse.0.read(reader), parse.0.read(depth)];
    parse.call_path("parse", &arguments);
    let found = report(vec![parse]);
    assert_eq!(found[0].1.attributes.unused_depth.map(|name| name.to_string()), Some("depth".to_owned()));
}

#[test]
fn one_function_of_a_cycle_is_reported_with_the_way_back() {
    let (mut value, reader, _) = parser("value");
    read_some(&mut value, reader);
    let stream = value.0.read(reader);
    value.call_path("list", &[stream]);
    value.call_path("map", &[stream]);
    let call_value = |own_name: &str| {
        let (mut draft, reader, _) = parser(own_name);
        let stream = draft.0.read(reader);
        draft.call_path("value", &[stream]);
        draft
    };
    let found = report(vec![call_value("list"), value, call_value("map")]);
    assert_eq!(names(&found), ["value"]);
    assert_eq!(found[0].1.way.len(), 2);
    assert_eq!(found[0].1.members.len(), 3);
}

/// `def read(size): if size < 0: read_all()`.
fn read_or_all() -> Draft {
    let mut read = Draft::function("read");
    let size = read.parameter("size", None);
    let value = read.0.read(size);
    let zero = read.0.constant(Constant::Int(0));
    let test = read.0.expr(Expr::Compare(CompareOp::Lt, value, zero));
    let (all, some) = (read.0.new_block(Span::default()), read.0.new_block(Span::default()));
    read.0.branch(test, all, some, Span::default());
    read.0.switch_to(all);
    read.call_path("read_all", &[]);
    read
}

#[test]
fn a_constant_that_turns_the_test_off_is_called_once() {
    let read_all = |size: i64| {
        let mut draft = Draft::function("read_all");
        let size = draft.0.constant(Constant::Int(size));
        draft.call_path("read", &[size]);
        draft
    };
    assert!(report(vec![read_or_all(), read_all(1024)]).is_empty());
    assert_eq!(names(&report(vec![read_or_all(), read_all(-1)])).len(), 1);
}

#[test]
fn what_is_handed_to_a_task_leaves_no_frame() {
    let mut renew = Draft::function("renew");
    let own = renew.0.global(unspin_ir::name("renew"));
    renew.call_path("spawn", &[own]);
    assert!(report(vec![renew]).is_empty());
}
