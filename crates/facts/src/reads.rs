//! Reads of a line or a body from a peer with no maximum: the peer decides how much memory they take.

use unspin_ir::{Call, Callee, Constant, Expr, Name, StatementKind};
use unspin_span::Span;

use crate::observation::{Observation, Subject, Sureness};
use crate::shape::{LazyShape, Shape};
use crate::{FunctionRef, Project};

const MAX_HOPS: u32 = 6;

/// Whether a call may read without a maximum, by its name.
pub(crate) fn may_observe(call: &Call) -> bool {
    let Callee::Method(_, method) = call.callee else { return false };
    matches!(
        method.as_str(),
        "readline" | "readlines" | "read" | "read_line" | "read_until" | "lines" | "read_to_end" | "read_to_string"
    )
}

/// Every such read of a function.
pub(crate) fn observe(project: &Project, at: FunctionRef, shape: &LazyShape<'_>) -> Vec<Observation> {
    let function = project.function(at);
    let statements = function.blocks.iter().flat_map(|block| &block.statements);
    statements
        .filter_map(|statement| match &statement.kind {
            StatementKind::Call(call) if may_observe(call) => of_call(project, at, shape, call, statement.span),
            _ => None,
        })
        .collect()
}

fn of_call(project: &Project, at: FunctionRef, shape: &LazyShape<'_>, call: &Call, span: Span) -> Option<Observation> {
    let function = project.function(at);
    let Callee::Method(receiver, method) = call.callee else { return None };
    let ty = project.type_of(at, receiver)?;
    let is_unbounded = match ty.as_str() {
        "socket.makefile" => matches!(method.as_str(), "readline" | "readlines" | "read") && is_without_size(project, at, call),
        "std.net.TcpStream"
        | "tokio.net.TcpStream"
        | "tokio.net.tcp.OwnedReadHalf"
        | "tokio.net.tcp.ReadHalf"
        | "tokio.io.ReadHalf" => {
            matches!(method.as_str(), "read_line" | "read_until" | "lines" | "read_to_end" | "read_to_string")
                && !is_taken(project, at, shape, call)
        }
        _ => false,
    };
    is_unbounded.then(|| Observation {
        subject: Subject::Call,
        function: at,
        around: None,
        attributes: vec![("reads", if serves(project, at) { "from-client" } else { "from-server" })],
        places: vec![("call", at.file, span)],
        words: vec![("call", crate::sites::shown_callee(function, call))],
        sureness: Sureness::High,
    })
}

/// `read()`, `read(-1)`.
fn is_without_size(project: &Project, at: FunctionRef, call: &Call) -> bool {
    let function = project.function(at);
    match &*call.arguments {
        [] => true,
        [only] => matches!(function.expr(only.value), Expr::Constant(Constant::Int(-1) | Constant::None)),
        _ => false,
    }
}

/// Whether `take` bounds what is read, anywhere on the way from the connection to the call.
fn is_taken(project: &Project, at: FunctionRef, shape: &Shape, call: &Call) -> bool {
    let function = project.function(at);
    let mut call = call;
    for _ in 0..MAX_HOPS {
        let from = match call.callee {
            Callee::Method(_, method) if method == "take" => return true,
            Callee::Method(receiver, _) => Some(receiver),
            Callee::Path(_) => call.arguments.first().map(|argument| argument.value),
            Callee::Value(_) => None,
        };
        let Some((_, _, origin)) = from.and_then(|from| shape.origin(function, from)) else { return false };
        call = origin;
    }
    false
}

/// Whether a function serves clients, by its name, its class or what it accepts.
fn serves(project: &Project, at: FunctionRef) -> bool {
    let function = project.function(at);
    let speaks_of_clients = |name: &str| {
        let name = name.to_ascii_lowercase();
        ["handle", "serve", "accept", "session", "worker", "listen"].iter().any(|word| name.contains(word))
    };
    let accepts = |name: Name| matches!(name.as_str(), "accept" | "incoming");
    speaks_of_clients(&function.qualified())
        || function.blocks.iter().flat_map(|block| &block.statements).any(|statement| match &statement.kind {
            StatementKind::Call(call) => matches!(call.callee, Callee::Method(_, method) if accepts(method)),
            _ => false,
        })
}
