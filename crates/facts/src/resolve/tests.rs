//! What calls of small hand-made modules resolve to.

use unspin_ir::{Callee, FunctionId, Module, StatementKind, name};

use crate::test_ir::{Draft, class, module, names, project};
use crate::{Certainty, FunctionRef, Project, Resolution, Via};

/// What the last call of a file's last function is.
fn resolve_last(project: &Project, file: u32) -> Resolution<'_> {
    let function = project.files[file as usize].module.functions.len() - 1;
    let at = FunctionRef { file, function: FunctionId::new(function) };
    let statements = project.function(at).blocks.iter().flat_map(|block| &block.statements);
    let mut calls = statements.filter_map(|statement| match &statement.kind {
        StatementKind::Call(call) => Some(call),
        _ => None,
    });
    project.resolve(at, calls.next_back().expect("the function calls something"))
}

fn with_function(module_name: &str, function: &str) -> Module {
    let mut found = module(module_name);
    Draft::function(function).add_to(&mut found);
    found
}

const SOCKETS: &str = r#"
[[class]]
path = ["socket.socket", "_socket.socket"]
[[class]]
path = ["ssl.SSLSocket"]
bases = ["socket.socket"]
[[call]]
path = ["socket.create_connection"]
effect = "connect"
returns = "socket.socket"
[[call]]
method = ["recv"]
on = ["socket.socket"]
receivers = ["sock"]
arguments = [1, 2]
effect = "read"
"#;

#[test]
fn a_path_leads_to_another_file_and_through_a_re_export() {
    let mut user = module("app");
    let mut main = Draft::function("main");
    main.call_path("lib.deep.helper", &[]);
    main.add_to(&mut user);
    let direct = project(vec![user, with_function("lib.deep", "helper")], "");
    assert_eq!(names(&direct, &resolve_last(&direct, 0).targets), ["helper"]);

    let mut user = module("app");
    let mut main = Draft::function("main");
    main.call_path("lib.helper", &[]);
    main.add_to(&mut user);
    let exported = project(vec![user, with_function("lib.deep", "helper"), module("lib")], "");
    assert!(resolve_last(&exported, 0).exact);
}

#[test]
fn an_own_method_is_exact_until_a_subclass_overrides_it() {
    let mut base = module("app");
    base.classes = vec![class("Base", &[], &[]), class("Sub", &["Base"], &[])];
    Draft::method("Base", "step").add_to(&mut base);
    let mut run = Draft::method("Sub", "run");
    let own = run.0.read(unspin_ir::LocalId::new(0));
    run.call_method(own, "step", &[]);
    let mut overriding = module("more");
    overriding.classes = vec![class("Third", &["app.Sub"], &[])];
    Draft::method("Third", "step").add_to(&mut overriding);
    run.add_to(&mut base);

    let alone = project(vec![base.clone()], "");
    let found = resolve_last(&alone, 0);
    assert_eq!((names(&alone, &found.targets), found.exact, found.via), (vec![name("Base.step")], true, Via::Own));
    let both = project(vec![base, overriding], "");
    let found = resolve_last(&both, 0);
    assert_eq!((names(&both, &found.targets).len(), found.exact), (2, false));
}

#[test]
fn a_field_has_the_type_of_what_another_method_assigned() {
    let mut app = module("app");
    app.classes = vec![class("Client", &[], &[])];
    let mut open = Draft::method("Client", "open");
    let made = open.call_path("socket.create_connection", &[]);
    let place = open.field(unspin_ir::LocalId::new(0), "link");
    open.0.assign(place, made, unspin_span::Span::default());
    open.add_to(&mut app);
    let mut read = Draft::method("Client", "read");
    let link = read.field(unspin_ir::LocalId::new(0), "link");
    let size = read.0.constant(unspin_ir::Constant::Int(10));
    read.call_method(link, "recv", &[size]);
    read.add_to(&mut app);
    let project = project(vec![app], SOCKETS);
    let found = resolve_last(&project, 0);
    assert_eq!(found.receiver, Some(name("socket.socket")));
    assert_eq!(found.model.map(|(_, certainty)| certainty), Some(Certainty::Certain));
}

#[test]
fn a_receiver_is_known_by_type_alias_base_or_word() {
    let certainty = |parameter: &str, ty: Option<&str>, count: usize| {
        let mut app = module("app");
        let mut run = Draft::function("run");
        let local = run.parameter(parameter, ty);
        let receiver = run.0.read(local);
        let size = run.0.constant(unspin_ir::Constant::Int(10));
        run.call_method(receiver, "recv", &vec![size; count]);
        run.add_to(&mut app);
        resolve_last(&project(vec![app], SOCKETS), 0).model.map(|(_, certainty)| certainty)
    };
    assert_eq!(certainty("x", Some("_socket.socket"), 1), Some(Certainty::Certain));
    assert_eq!(certainty("x", Some("ssl.SSLSocket"), 1), Some(Certainty::Certain));
    assert_eq!(certainty("client_sock", None, 1), Some(Certainty::Receiver));
    assert_eq!(certainty("x", None, 1), None);
    assert_eq!(certainty("client_sock", None, 3), None, "another number of arguments is another function");
}

#[test]
fn a_module_that_gives_a_class_on_says_which_of_that_name() {
    let with_class = |module_name: &str| {
        let mut found = module(module_name);
        found.classes = vec![class("Connection", &[], &[])];
        Draft::method("Connection", "receive").add_to(&mut found);
        found
    };
    let resolved = |exports: &[(&str, &str)]| {
        let mut user = module("app");
        let mut main = Draft::function("main");
        let connection = main.parameter("connection", Some("lib.Connection"));
        let receiver = main.0.read(connection);
        main.call_method(receiver, "receive", &[]);
        main.add_to(&mut user);
        let mut lib = module("lib");
        lib.exports = exports.iter().map(|(own, of)| (name(own), name(of))).collect();
        let project = project(vec![user, with_class("lib.client"), with_class("lib.session"), lib], "");
        resolve_last(&project, 0).targets.iter().map(|target| target.file).collect::<Vec<_>>()
    };
    assert_eq!(resolved(&[("Connection", "lib.client.Connection")]), [1]);
    assert_eq!(resolved(&[("Connection", "lib.session.Connection")]), [2]);
    assert!(resolved(&[("Connection", "lib.client.Connection"), ("Connection", "lib.session.Connection")]).is_empty());
}

#[test]
fn a_bound_method_is_followed_through_a_local() {
    let mut app = module("app");
    let mut run = Draft::function("run");
    let sock = run.parameter("sock", Some("socket.socket"));
    let bound = run.field(sock, "recv");
    let alias = run.variable("recv");
    run.0.assign_local(alias, bound, unspin_span::Span::default());
    let callee = run.0.read(alias);
    let size = run.0.constant(unspin_ir::Constant::Int(10));
    run.call(Callee::Value(callee), &[size]);
    run.add_to(&mut app);
    assert!(resolve_last(&project(vec![app], SOCKETS), 0).model.is_some());
}

#[test]
fn a_method_of_a_known_type_is_never_guessed_by_its_name() {
    let mut app = module("app");
    app.classes = vec![class("Socket", &[], &[])];
    let mut run = Draft::function("run");
    let sock = run.parameter("sock", Some("Socket"));
    let receiver = run.0.read(sock);
    let size = run.0.constant(unspin_ir::Constant::Int(10));
    run.call_method(receiver, "recv", &[size]);
    Draft::method("Socket", "recv").add_to(&mut app);
    run.add_to(&mut app);
    let project = project(vec![app], SOCKETS);
    let found = resolve_last(&project, 0);
    assert!(found.model.is_none() && found.exact && found.via == Via::Type);
}
