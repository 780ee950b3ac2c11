//! Walks along links of parsed data: `node = node["/Next"]`, `seek(offset)` with an offset that was read.
//!
//! Only string keys and seeks count: links of objects that the program itself built are not followed. A counter that is
//! compared, or a test for membership in something that grows, bounds the walk.

use unspin_ir::{Callee, CompareOp, Constant, Expr, ExprId, LocalId, StatementKind};

use crate::model::Effect;
use crate::sites::LoopContext;
use crate::summary::steps_itself;

const MAX_HOPS: u32 = 6;

/// Definitions of one local that are looked through; a generated function may have one for each of its loops.
const MAX_DEFINITIONS: usize = 100;

/// Whether the loop walks links or offsets of its input without a bound.
pub(crate) fn walk(cx: &LoopContext<'_>) -> Option<&'static str> {
    let walk = if walks_links(cx) {
        "links"
    } else if walks_offsets(cx) {
        "seeks"
    } else {
        return None;
    };
    (!counts(cx) && !remembers(cx)).then_some(walk)
}

fn assignments<'c>(cx: &'c LoopContext<'_>) -> impl Iterator<Item = (ExprId, ExprId)> + 'c {
    cx.natural().body.clone().iter().collect::<Vec<_>>().into_iter().flat_map(|block| &cx.function.block(block).statements).filter_map(
        |statement| match &statement.kind {
            StatementKind::Assign(place, value) => Some((*place, *value)),
            _ => None,
        },
    )
}

fn walks_links(cx: &LoopContext<'_>) -> bool {
    let tested = tested_locals(cx);
    assignments(cx).any(|(place, value)| match cx.function.expr(place) {
        Expr::Local(local) => tested.contains(local) && follows_key(cx, value, *local, false, 0),
        _ => false,
    })
}

/// Locals on which leaving the loop depends; in a loop without such tests, all of them.
fn tested_locals(cx: &LoopContext<'_>) -> Vec<LocalId> {
    let mut locals = Vec::new();
    for test in crate::loops::exit_tests(cx) {
        add_locals(cx, test, &mut locals, 0);
    }
    locals
}

fn add_locals(cx: &LoopContext<'_>, expr: ExprId, locals: &mut Vec<LocalId>, hops: u32) {
    let mut parts = Vec::new();
    crate::shape::for_each_part(cx.function, expr, &mut |part| parts.push(part));
    for part in parts {
        if let Expr::Local(local) = cx.function.expr(part)
            && !locals.contains(local)
        {
            locals.push(*local);
            if hops < MAX_HOPS {
                for definition in cx.shape.definitions(*local).iter().take(MAX_DEFINITIONS).filter_map(|d| d.value) {
                    add_locals(cx, definition, locals, hops + 1);
                }
                if let Some(site) = cx.origin_site(part) {
                    for operand in operands(site.call) {
                        add_locals(cx, operand, locals, hops + 1);
                    }
                }
            }
        }
    }
}

fn operands(call: &unspin_ir::Call) -> Vec<ExprId> {
    let receiver = match call.callee {
        Callee::Method(receiver, _) => Some(receiver),
        _ => None,
    };
    receiver.into_iter().chain(call.arguments.iter().map(|a| a.value)).collect()
}

/// Whether a value is reached from `walker` through a text key.
fn follows_key(cx: &LoopContext<'_>, value: ExprId, walker: LocalId, through_key: bool, hops: u32) -> bool {
    if hops > MAX_HOPS {
        return false;
    }
    let is_key = |key: ExprId| matches!(cx.function.expr(key), Expr::Constant(Constant::Text(_)));
    match cx.function.expr(value) {
        Expr::Local(local) if *local == walker => through_key,
        Expr::Local(local) => match cx.origin_site(value) {
            Some(site) => {
                let by_get = match site.call.callee {
                    Callee::Method(_, method) => {
                        matches!(method.as_str(), "get" | "raw_get" | "get_item") && site.call.arguments.first().is_some_and(|a| is_key(a.value))
                    }
                    _ => false,
                };
                operands(site.call).into_iter().any(|operand| follows_key(cx, operand, walker, through_key || by_get, hops + 1))
            }
            None => cx
                .shape
                .definitions(*local)
                .iter()
                .filter(|definition| cx.natural().body.contains(definition.block))
                .filter_map(|definition| definition.value)
                .any(|value| follows_key(cx, value, walker, through_key, hops + 1)),
        },
        Expr::Index(base, key) => follows_key(cx, *base, walker, through_key || is_key(*key), hops + 1),
        Expr::Field(base, _) | Expr::Payload(base, ..) => follows_key(cx, *base, walker, through_key, hops + 1),
        _ => false,
    }
}

/// `seek(offset)` where the loop itself reads the next offset from the input.
fn walks_offsets(cx: &LoopContext<'_>) -> bool {
    let seeks = cx.sites.iter().filter(|site| site.effect == Some(Effect::Seek));
    let tested = tested_locals(cx);
    seeks.filter_map(|site| site.call.arguments.first()).any(|argument| {
        let Expr::Local(offset) = cx.function.expr(argument.value) else { return false };
        tested.contains(offset)
            && assignments(cx).any(|(place, value)| {
                *cx.function.expr(place) == Expr::Local(*offset) && !steps_itself(cx.function, place, value) && is_read(cx, value, 0)
            })
    })
}

/// Whether a value was taken from parsed data by a text key, or read and decoded.
fn is_read(cx: &LoopContext<'_>, value: ExprId, hops: u32) -> bool {
    if hops > MAX_HOPS {
        return false;
    }
    match cx.function.expr(value) {
        Expr::Index(_, key) => matches!(cx.function.expr(*key), Expr::Constant(Constant::Text(_))),
        Expr::Local(local) => match cx.origin_site(value) {
            Some(site) => {
                matches!(site.effect, Some(Effect::Read | Effect::Decode))
                    || operands(site.call).into_iter().any(|operand| is_read(cx, operand, hops + 1))
            }
            None => cx.shape.definitions(*local).iter().filter_map(|d| d.value).any(|value| is_read(cx, value, hops + 1)),
        },
        _ => false,
    }
}

/// Whether a count that the loop steps is compared.
fn counts(cx: &LoopContext<'_>) -> bool {
    let stepped: Vec<String> = assignments(cx)
        .filter(|(place, value)| steps_itself(cx.function, *place, *value))
        .filter_map(|(place, _)| cx.function.path(place))
        .collect();
    crate::loops::exit_tests(cx).into_iter().any(|test| {
        let mut found = false;
        crate::shape::for_each_part(cx.function, test, &mut |part| {
            if let Expr::Compare(CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge, a, b) = cx.function.expr(part) {
                found |= [a, b].into_iter().filter_map(|&side| cx.function.path(side)).any(|path| stepped.contains(&path));
            }
        });
        found
    })
}

/// Whether membership in something that grows is tested, here or in a helper that is given it.
fn remembers(cx: &LoopContext<'_>) -> bool {
    let grows = |path: &str| {
        cx.sites.iter().any(|site| match site.call.callee {
            Callee::Method(receiver, method) => {
                cx.function.path(receiver).as_deref() == Some(path)
                    && (site.effect == Some(Effect::Grow) || matches!(method.as_str(), "add" | "append" | "insert" | "push"))
            }
            _ => false,
        }) || assignments(cx).any(|(place, _)| match cx.function.expr(place) {
            Expr::Index(base, _) => cx.function.path(*base).as_deref() == Some(path),
            _ => false,
        })
    };
    cx.natural().body.iter().any(|block| {
        let unspin_ir::Terminator::Branch { test, .. } = cx.function.block(block).terminator else { return false };
        let mut found = false;
        crate::shape::for_each_part(cx.function, test, &mut |part| match cx.function.expr(part) {
            Expr::Compare(CompareOp::In | CompareOp::NotIn, _, container) => {
                found |= cx.function.path(*container).is_some_and(|path| grows(&path));
            }
            Expr::Local(_) => {
                // `if !seen.insert(x)`, `if is_new(x, seen)`
                let Some(site) = cx.origin_site(part) else { return };
                found |= operands(site.call).into_iter().filter_map(|o| cx.function.path(o)).any(|path| grows(&path));
                found |= site.effect == Some(Effect::Grow);
            }
            _ => {}
        });
        found
    })
}
