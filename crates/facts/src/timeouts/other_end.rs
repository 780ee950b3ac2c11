//! Who is at the other end of a connection: this machine (or only a file of it) or another one, and whether it is connected already.
//!
//! Evidence is what the call and the makers of its operands are given, a few definitions back. What is not seen there
//! may be anywhere.

use unspin_ir::{Call, Callee, Constant, Expr, ExprId, Name, StatementKind};

use crate::definitions::Definition;
use crate::model::Effect;
use crate::shape::for_each_part;
use crate::{FunctionRef, Project};

/// How many definitions an operand is followed through.
const MAX_HOPS: u32 = 4;

/// Whether nothing is left to connect: `create_connection(protocol, sock=sock)`.
pub(super) fn is_connected(project: &Project, at: FunctionRef, call: &Call) -> bool {
    let function = project.function(at);
    let is_socket = |name: Name| name.as_str() == "sock";
    call.arguments.iter().any(|a| a.name.is_some_and(is_socket) && *function.expr(a.value) != Expr::Constant(&Constant::None))
}

/// Whether a socket is wrapped before it is connected, so that there is nobody yet to shake hands with:
/// `context.wrap_socket(socket.socket())`.
pub(super) fn is_not_connected(project: &Project, at: FunctionRef, call: &Call) -> bool {
    let function = project.function(at);
    let wraps = call.callee.name().is_some_and(|name| name.as_str() == "wrap_socket");
    let Some(Expr::Local(socket)) = call.arguments.first().filter(|_| wraps).map(|a| function.expr(a.value)) else {
        return false;
    };
    let is_made = |definition: &Definition<'_>| match *definition {
        Definition::Call(maker) => {
            project.resolve(at, maker).model.is_some_and(|(model, _)| model.effect == Effect::Create)
                || std::ptr::eq(maker, call)
        }
        _ => false,
    };
    let made = project.definitions(at).of(function, *socket).collect::<Vec<_>>();
    let connects = |other: &Call| match other.callee {
        Callee::Method(on, method) => method.starts_with("connect") && *function.expr(on) == Expr::Local(*socket),
        _ => false,
    };
    // Under the same name it is another socket from the wrapping on.
    let is_rebound = call.result == Some(*socket);
    !made.is_empty() && made.iter().all(is_made) && (is_rebound || !function.calls().any(|(other, _)| connects(other)))
}

/// Whether the other end is on this machine: a Unix socket, the loopback address, a listener of this program. Connecting
/// a datagram socket waits for nobody either.
pub(super) fn is_local(project: &Project, at: FunctionRef, call: &Call) -> bool {
    given_by(project, at, call, 0) || is_of_local_kind(project, at, call)
}

fn is_named_unix(call: &Call) -> bool {
    match call.callee {
        Callee::Path(path) => path.contains("Unix") || unspin_ir::last_part(path).contains("unix"),
        Callee::Method(_, method) => method.contains("unix"),
        Callee::Value(_) => false,
    }
}

/// Whether what a method is called on was made a Unix or datagram socket in this function.
fn is_of_local_kind(project: &Project, at: FunctionRef, call: &Call) -> bool {
    let function = project.function(at);
    let Callee::Method(on, _) = call.callee else { return false };
    // `sock.connect(..)`, `loop.sock_connect(sock, ..)`, `context.wrap_socket(sock)`
    let sockets = std::iter::once(on).chain(call.arguments.first().map(|argument| argument.value));
    let is_kind = |maker: &Call| {
        maker.operands().any(|operand| {
            let mut found = false;
            // `SOCK_DGRAM | SOCK_NONBLOCK`
            for_each_part(function, operand, &mut |part| {
                found |= matches!(function.expr(part), Expr::Global(name)
                    if name.ends_with(".AF_UNIX") || name.ends_with(".SOCK_DGRAM"));
            });
            found
        })
    };
    let is_made_so = |local| {
        let made = project.definitions(at).of(function, local);
        made.into_iter().any(|definition| matches!(definition, Definition::Call(maker) if is_kind(maker)))
    };
    sockets.into_iter().any(|socket| match *function.expr(socket) {
        Expr::Local(local) => {
            is_made_so(local)
                || project.definitions(at).of(function, local).any(|definition| match definition {
                    Definition::Value(value) => matches!(*function.expr(value), Expr::Local(made) if is_made_so(made)),
                    Definition::Call(entered) => {
                        entered.operands().any(|o| matches!(*function.expr(o), Expr::Local(made) if is_made_so(made)))
                    }
                    _ => false,
                })
        }
        Expr::Field(..) => {
            let path = function.path(socket);
            function.blocks.iter().flat_map(|block| &block.statements).any(|statement| match statement.kind {
                StatementKind::Assign(place, value) if path.is_some() && function.path(place) == path => {
                    matches!(*function.expr(value), Expr::Local(made) if is_made_so(made))
                }
                _ => false,
            })
        }
        _ => false,
    })
}

fn given_by(project: &Project, at: FunctionRef, call: &Call, hops: u32) -> bool {
    if is_named_unix(call) {
        return true;
    }
    let is_own_address = |name: Name| {
        matches!(name.as_str(), "getsockname" | "local_addr" | "pathname2url" | "as_uri" | "path2url")
            // `normalise_file_path_to_url(path)`
            || (name.contains("file") && name.contains("ur"))
    };
    call.callee.name().is_some_and(is_own_address) || call.operands().any(|operand| is_loopback(project, at, operand, hops))
}

fn is_loopback(project: &Project, at: FunctionRef, expr: ExprId, hops: u32) -> bool {
    let function = project.function(at);
    let mut is_local = false;
    for_each_part(function, expr, &mut |part| {
        is_local = is_local
            || match *function.expr(part) {
                Expr::Constant(Constant::Text(text)) => names_loopback(text),
                Expr::Global(name) => {
                    name.ends_with(".AF_UNIX")
                        || matches!(project.constant(at.file, name), Some(Constant::Text(text)) if names_loopback(text))
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
    ["localhost", "127.0.0.1", "[::1]"]
        .iter()
        .any(|local| host.strip_prefix(local).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/'])))
        || host == "::1"
}
