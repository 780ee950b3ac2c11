//! Who is at the other end of a connection: this machine or another one, and whether it is connected already.
//!
//! Evidence is what the call and the makers of its operands are given, a few definitions back. What is not seen there
//! may be anywhere.

use unspin_ir::{Call, Callee, Constant, Expr, ExprId, Name};

use crate::definitions::Definition;
use crate::shape::for_each_part;
use crate::{FunctionRef, Project};

/// How many definitions an operand is followed through.
const MAX_HOPS: u32 = 4;

/// Whether nothing is left to connect: `create_connection(protocol, sock=sock)`.
pub(super) fn is_connected(project: &Project, at: FunctionRef, call: &Call) -> bool {
    let function = project.function(at);
    let is_socket = |name: Name| name.as_str() == "sock";
    call.arguments.iter().any(|a| a.name.is_some_and(is_socket) && *function.expr(a.value) != Expr::Constant(Constant::None))
}

/// Whether the other end is on this machine: a Unix socket, the loopback address, a listener of this program.
pub(super) fn is_local(project: &Project, at: FunctionRef, call: &Call) -> bool {
    let named = match call.callee {
        Callee::Path(path) => path.contains("Unix") || unspin_ir::last_part(path).contains("unix"),
        Callee::Method(_, method) => method.contains("unix"),
        Callee::Value(_) => false,
    };
    named || given_by(project, at, call, 0)
}

fn given_by(project: &Project, at: FunctionRef, call: &Call, hops: u32) -> bool {
    let is_own_address = |name: Name| matches!(name.as_str(), "getsockname" | "local_addr");
    call.callee.name().is_some_and(is_own_address) || call.operands().any(|operand| is_loopback(project, at, operand, hops))
}

fn is_loopback(project: &Project, at: FunctionRef, expr: ExprId, hops: u32) -> bool {
    let function = project.function(at);
    let mut is_local = false;
    for_each_part(function, expr, &mut |part| {
        is_local = is_local
            || match *function.expr(part) {
                Expr::Constant(Constant::Text(text)) => names_loopback(&text),
                Expr::Global(name) => {
                    name.ends_with(".AF_UNIX")
                        || matches!(project.constant(at.file, name), Some(Constant::Text(text)) if names_loopback(&text))
                }
                Expr::Local(local) if hops < MAX_HOPS => {
                    project.definitions(at).only(function, local).is_some_and(|definition| match definition {
                        Definition::Value(value) => is_loopback(project, at, value, hops + 1),
                        Definition::Call(call) => given_by(project, at, call, hops + 1),
                        Definition::Item(_) | Definition::Failure => false,
                    })
                }
                _ => false,
            };
    });
    is_local
}

fn names_loopback(text: &str) -> bool {
    let host = text.split_once("://").map_or(text, |(_, rest)| rest);
    ["localhost", "127.0.0.1", "[::1]"].iter().any(|local| {
        host.strip_prefix(local).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    }) || host == "::1"
}
