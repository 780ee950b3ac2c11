//! Progress along an input by an amount that stands in it and may be zero: `pos += data[pos]`.
//!
//! A record that says that it is zero bytes long is read again and again. Reported only where the amount is certainly read
//! at the position that it moves, is nowhere held against a lower bound, and nothing else of a round can tell it from the
//! last one: another counter, a lookup of what was seen, a parser that fails on nothing. An upper bound (`pos + length >
//! len(data)`) says nothing of zero.

use unspin_ir::{Aggregate, BinaryOp, BlockId, Callee, CompareOp, Constant, Expr, ExprId, Function, LocalId, LocalKind};
use unspin_ir::{StatementKind, Terminator};

use crate::model::{Effect, WordKind};
use crate::shape::Definition;
use crate::sites::{LoopContext, Site};
use crate::slices::{DoubtfulStep, indexes_what_it_gets};
use crate::summary::steps_itself;

const MAX_HOPS: u32 = 6;

/// Calls that make a number of bytes.
const NUMBERS: [&str; 14] = [
    "unpack",
    "unpack_from",
    "from_bytes",
    "from_be_bytes",
    "from_le_bytes",
    "from_ne_bytes",
    "read_u8",
    "read_u16",
    "read_u24",
    "read_u32",
    "read_u64",
    "get_u16",
    "get_u32",
    "ord",
];

/// Calls that hand on what they are given, or fail.
const TRANSPARENT: [&str; 14] = [
    "try_into",
    "unwrap",
    "expect",
    "into",
    "int",
    "to_vec",
    "bytes",
    "usize.from",
    "u32.from",
    "u64.from",
    "get",
    "copied",
    "from",
    "try_from",
];

/// The step of a position by an untested amount that is read where it stands.
pub(crate) fn doubtful_move(cx: &LoopContext<'_>) -> Option<DoubtfulStep> {
    let mut moves = moves(cx);
    let (position, amount, span) = moves.next()?;
    if moves.next().is_some() {
        return None;
    }
    let tests = crate::loops::exit_tests(cx);
    let compares = |&test: &ExprId| {
        crate::shape::any_part(cx.function, test, |part| {
            let is_comparison = matches!(cx.function.expr(part), Expr::Compare(..));
            is_comparison && crate::shape::mentions(cx.function, part, position)
        })
    };
    if !tests.iter().any(compares) {
        return None;
    }
    let mut names = vec![position];
    let stands_there = is_read_at(cx, amount, position, &|base| is_input(cx, base), &mut names, 0);
    names.retain(|&name| name != position);
    let could_stay = stands_there
        && only_position_steps(cx, &tests, position)
        && !names_bound(cx, amount, &names)
        && !fails_on_nothing(cx, position, &names);
    could_stay.then(|| DoubtfulStep { span, place: cx.function.local(position).name.to_string(), is_answer: false })
}

/// Every `position += amount` of the loop itself, for a local that is given no other value in it.
fn moves<'c>(cx: &'c LoopContext<'_>) -> impl Iterator<Item = (LocalId, ExprId, unspin_span::Span)> + 'c {
    let blocks = cx.natural().body.iter().filter(|&block| !cx.is_in_inner_loop(block));
    let statements = blocks.flat_map(|block| &cx.function.block(block).statements);
    statements.filter_map(|statement| {
        let StatementKind::Assign(place, value) = statement.kind else { return None };
        let Expr::Local(local) = *cx.function.expr(place) else { return None };
        let Expr::Binary(BinaryOp::Add | BinaryOp::Subtract, old, amount) = *cx.function.expr(value) else { return None };
        let is_own = matches!(cx.function.local(local).kind, LocalKind::Parameter | LocalKind::Variable);
        let is_step = *cx.function.expr(old) == Expr::Local(local) && !matches!(cx.function.expr(amount), Expr::Constant(_));
        (is_own && is_step && in_loop(cx, local) == 1 && !is_lent(cx, local)).then_some((local, amount, statement.span))
    })
}

/// How many times the loop gives a local a value.
fn in_loop(cx: &LoopContext<'_>, local: LocalId) -> usize {
    cx.shape.definitions(local).iter().filter(|definition| cx.natural().body.contains(definition.block)).count()
}

fn is_lent(cx: &LoopContext<'_>, local: LocalId) -> bool {
    let is_it = |value: ExprId| crate::shape::root_local(cx.function, value) == Some(local);
    cx.sites.iter().any(|site| site.call.arguments.iter().any(|argument| argument.mutable && is_it(argument.value)))
}

/// Whether a number is read at the position out of a sequence that is of the input, and nothing is added to it; the locals
/// that it passes through.
fn is_read_at(
    cx: &LoopContext<'_>,
    amount: ExprId,
    position: LocalId,
    is_input: &dyn Fn(ExprId) -> bool,
    names: &mut Vec<LocalId>,
    hops: u32,
) -> bool {
    if hops > MAX_HOPS {
        return false;
    }
    let mut next = |part: ExprId| is_read_at(cx, part, position, is_input, names, hops + 1);
    match *cx.function.expr(amount) {
        // `length, name = struct.unpack(">I4s", data[pos:pos + 8])`
        Expr::Index(base, _) | Expr::Payload(base, ..) if made_by(cx, base).is_some() => next(base),
        Expr::Index(base, at) => is_input(base) && stands_at(cx, at, position, 0),
        Expr::Binary(BinaryOp::Add | BinaryOp::BitOr, a, b) => next(a) && next(b),
        Expr::Binary(BinaryOp::Multiply | BinaryOp::BitAnd | BinaryOp::ShiftLeft, a, b) => is_constant(cx, b) && next(a),
        Expr::Local(local) if local != position => {
            names.push(local);
            if let Some(site) = made_by(cx, amount) {
                let name = cx.name_of(site);
                let last = name.rsplit('.').next().unwrap_or_default();
                let mut operands = site.call.operands();
                if NUMBERS.contains(&last) {
                    // `rest = item.unpack(rest)[1]`
                    let is_taken_apart = |part: ExprId| last == "unpack" && *cx.function.expr(part) == Expr::Local(position);
                    return operands.any(|operand| stands_at(cx, operand, position, 0) && !is_taken_apart(operand));
                }
                return hands_on(last) && operands.any(|one| is_read_at(cx, one, position, is_input, names, hops + 1));
            }
            let value = only_in_loop(cx, local).and_then(|only| only.value);
            value.is_some_and(|value| is_read_at(cx, value, position, is_input, names, hops + 1))
        }
        _ => false,
    }
}

/// The locals that a number passes through which is put together of bytes at the position. Bytes that are put together are
/// of the input, whatever holds them.
pub(crate) fn names_of_number(cx: &LoopContext<'_>, value: ExprId, position: LocalId) -> Option<Vec<LocalId>> {
    let mut names = Vec::new();
    let is_read = is_of_bytes(cx, value, 0) && is_read_at(cx, value, position, &|_| true, &mut names, 0);
    is_read.then_some(names)
}

/// Whether a number is put together of several bytes: `(high & 0x3f) << 8 | low`, `u16::from_be_bytes(bytes)`.
fn is_of_bytes(cx: &LoopContext<'_>, value: ExprId, hops: u32) -> bool {
    if hops > MAX_HOPS {
        return false;
    }
    let is_high = |side: ExprId| match *cx.function.expr(side) {
        Expr::Binary(BinaryOp::ShiftLeft | BinaryOp::Multiply, _, by) => {
            matches!(*cx.function.expr(by), Expr::Constant(&Constant::Int(by)) if by >= 8)
        }
        _ => false,
    };
    let next = |part: ExprId| is_of_bytes(cx, part, hops + 1);
    match *cx.function.expr(value) {
        Expr::Binary(BinaryOp::Add | BinaryOp::BitOr, a, b) => is_high(a) || is_high(b) || next(a) || next(b),
        Expr::Binary(_, inner, _) | Expr::Unary(_, inner) | Expr::Index(inner, _) => next(inner),
        Expr::Local(local) => match made_by(cx, value) {
            Some(site) => is_wide(cx, site) || gives_operand(cx, site) && site.call.operands().any(next),
            None => only_in_loop(cx, local).and_then(|only| only.value).is_some_and(next),
        },
        _ => false,
    }
}

/// Whether a call makes a number of more than one byte.
pub(crate) fn is_wide(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let name = cx.name_of(site);
    let last = name.rsplit('.').next().unwrap_or_default();
    site.resolution.targets.is_empty() && makes_number(last) && !matches!(last, "ord" | "read_u8")
}

/// Whether a call hands on what it is given, or fails.
pub(crate) fn gives_operand(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    cx.name_of(site).rsplit('.').next().is_some_and(hands_on)
}

/// Whether a function of that name makes a number of bytes.
pub(crate) fn makes_number(name: &str) -> bool {
    NUMBERS.contains(&name)
}

/// Whether a function of that name hands on what it is given, or fails.
pub(crate) fn hands_on(name: &str) -> bool {
    TRANSPARENT.contains(&name)
}

/// The one place where the loop gives a local its value.
pub(crate) fn only_in_loop(cx: &LoopContext<'_>, local: LocalId) -> Option<Definition> {
    let mut here = cx.shape.definitions(local).iter().filter(|definition| cx.natural().body.contains(definition.block));
    let only = here.next()?;
    here.next().is_none().then_some(*only)
}

/// The call of this loop that gives a local its only value in it.
fn made_by<'c, 'p>(cx: &'c LoopContext<'p>, value: ExprId) -> Option<&'c Site<'p>> {
    let Expr::Local(local) = *cx.function.expr(value) else { return None };
    let only = only_in_loop(cx, local)?;
    if only.value.is_some() { None } else { cx.site_at(only.block, only.index) }
}

/// Whether a value is a part of the input at the position: `data[pos:pos + 4]`, `pos + 1`, an array of such parts.
pub(crate) fn stands_at(cx: &LoopContext<'_>, value: ExprId, position: LocalId, hops: u32) -> bool {
    if hops > MAX_HOPS {
        return false;
    }
    let next = |value: ExprId| stands_at(cx, value, position, hops + 1);
    match *cx.function.expr(value) {
        Expr::Local(local) if local == position => true,
        Expr::Local(local) => only_in_loop(cx, local).is_some_and(|only| match only.value {
            Some(value) => next(value),
            None => cx.site_at(only.block, only.index).is_some_and(|site| {
                let name = cx.name_of(site);
                let is_transparent = TRANSPARENT.contains(&name.rsplit('.').next().unwrap_or_default());
                is_transparent && site.call.operands().any(next)
            }),
        }),
        // `head[:8]` of `head = data[pos:pos + 12]`
        Expr::Slice(base, None, _) => next(base),
        Expr::Slice(base, Some(low), _) | Expr::Index(base, low) if is_constant(cx, low) => next(base),
        Expr::Slice(base, Some(low), _) | Expr::Index(base, low) => is_unchanged(cx, base) && next(low),
        Expr::Binary(BinaryOp::Add | BinaryOp::Subtract, a, b) => next(a) && is_constant(cx, b),
        Expr::Unary(_, inner) => next(inner),
        Expr::Aggregate(Aggregate::List | Aggregate::Tuple, ref parts) => {
            !parts.is_empty() && parts.iter().all(|&part| next(part))
        }
        _ => false,
    }
}

pub(crate) fn is_constant(cx: &LoopContext<'_>, value: ExprId) -> bool {
    match *cx.function.expr(value) {
        Expr::Constant(&Constant::Int(value)) => value >= 0,
        // `!MASK`
        Expr::Unary(_, inner) | Expr::Truth(inner) => is_constant(cx, inner),
        Expr::Global(name) => cx.project.constant(cx.at.file, name).is_some(),
        _ => false,
    }
}

/// Whether the loop leaves a sequence as it is: it is given no other value.
fn is_unchanged(cx: &LoopContext<'_>, sequence: ExprId) -> bool {
    crate::shape::root_local(cx.function, sequence).is_none_or(|root| in_loop(cx, root) == 0)
}

/// Whether an element of a sequence is a byte of some input: by its type, or by what an input is called. The elements of
/// other sequences can be anything that the program put there, such as the widths of a table.
fn is_input(cx: &LoopContext<'_>, sequence: ExprId) -> bool {
    let is_bytes = |ty: unspin_ir::Name| {
        let bare = ty.trim_start_matches('&').trim_start_matches("mut ");
        matches!(bare, "bytes" | "bytearray" | "memoryview" | "[u8]" | "Vec<u8>" | "Bytes" | "BytesMut")
    };
    let label = || cx.project.receiver_label(cx.at, sequence);
    let named = || label().is_some_and(|label| cx.project.models.has_word(WordKind::StreamReceiver, &label));
    is_unchanged(cx, sequence) && (cx.project.type_of(cx.at, sequence).is_some_and(is_bytes) || named())
}

/// Whether no test that leaves reads something else that the rounds change: a count, or what was seen.
fn only_position_steps(cx: &LoopContext<'_>, tests: &[ExprId], position: LocalId) -> bool {
    let others = cx.natural().body.iter().flat_map(|block| &cx.function.block(block).statements).filter_map(|statement| {
        let StatementKind::Assign(place, value) = statement.kind else { return None };
        let root = crate::shape::root_local(cx.function, place)?;
        (root != position && steps_itself(cx.function, place, value)).then_some(root)
    });
    let others: Vec<LocalId> = others.collect();
    !tests.iter().any(|&test| {
        let mut remembers = false;
        crate::shape::for_each_part(cx.function, test, &mut |part| {
            if let Expr::Compare(CompareOp::In | CompareOp::NotIn, _, among) = *cx.function.expr(part) {
                remembers |= matches!(cx.function.expr(among), Expr::Local(_) | Expr::Field(..));
            }
        });
        remembers || crate::shape::mentions_any(cx.function, test, &others)
    })
}

/// Whether some test of the loop holds the amount against anything but an upper bound that leaves the loop.
fn names_bound(cx: &LoopContext<'_>, amount: ExprId, names: &[LocalId]) -> bool {
    let natural = cx.natural();
    let back = unspin_flow::ways::reaching_header(&cx.shape.cfg, natural, &unspin_flow::BlockSet::default());
    let returns = |block: BlockId| block == natural.header || back.contains(block);
    let is_amount = |side: ExprId| {
        crate::shape::mentions_any(cx.function, side, names)
            || matches!(cx.function.expr(amount), Expr::Index(..)) && reads(cx, side, amount)
    };
    natural.body.iter().any(|block| {
        let Terminator::Branch { test, then, otherwise } = cx.function.block(block).terminator else { return false };
        if !is_amount(test) {
            return false;
        }
        let Expr::Compare(op, a, b) = *cx.function.expr(test) else { return true };
        let (leaves_if_true, leaves_if_false) = (!returns(then), !returns(otherwise));
        match (op, is_amount(a), is_amount(b)) {
            (CompareOp::Gt | CompareOp::Ge, true, false) | (CompareOp::Lt | CompareOp::Le, false, true) => !leaves_if_true,
            (CompareOp::Lt | CompareOp::Le, true, false) | (CompareOp::Gt | CompareOp::Ge, false, true) => !leaves_if_false,
            _ => true,
        }
    })
}

fn reads(cx: &LoopContext<'_>, expr: ExprId, wanted: ExprId) -> bool {
    crate::shape::any_part(cx.function, expr, |part| cx.function.expr(part) == cx.function.expr(wanted))
}

/// Whether what the amount cuts out is taken apart by something that fails when there is nothing; in Rust a part that ends
/// before it begins is itself a failure.
fn fails_on_nothing(cx: &LoopContext<'_>, position: LocalId, names: &[LocalId]) -> bool {
    let shares = cx.project.files[cx.at.file as usize].module.shares_objects;
    let is_cut = |value: ExprId| {
        let mut found = false;
        crate::shape::for_each_part(cx.function, value, &mut |part| {
            if let Expr::Slice(_, _, Some(high)) = *cx.function.expr(part) {
                found |= crate::shape::mentions_any(cx.function, high, names);
            }
        });
        found
    };
    if !shares && cx.natural().body.iter().any(|block| cuts_backwards(cx, block, position, names)) {
        return true;
    }
    cx.sites.iter().filter(|site| site.call.raises).any(|site| {
        let takes_apart = site.effect == Some(Effect::Decode)
            || site.resolution.targets.iter().any(|&target| may_refuse(cx.project.function(target)));
        takes_apart && site.call.operands().any(is_cut)
    })
}

/// Whether a block cuts `[pos + 4..pos + length]`.
fn cuts_backwards(cx: &LoopContext<'_>, block: BlockId, position: LocalId, names: &[LocalId]) -> bool {
    let mut found = false;
    let mut look = |value: ExprId| {
        crate::shape::for_each_part(cx.function, value, &mut |part| {
            if let Expr::Slice(_, Some(low), Some(high)) = *cx.function.expr(part) {
                let is_ahead = *cx.function.expr(low) != Expr::Local(position);
                found |= is_ahead && crate::shape::mentions_any(cx.function, high, names);
            }
        });
    };
    for statement in &cx.function.block(block).statements {
        match &statement.kind {
            StatementKind::Assign(_, value) => look(*value),
            StatementKind::Call(call) => {
                if let Callee::Method(on, _) = call.callee {
                    look(on);
                }
                call.arguments.iter().for_each(|argument| look(argument.value));
            }
            _ => {}
        }
    }
    found
}

/// Whether a function of the project fails by itself, or takes an element out of what it is given.
fn may_refuse(function: &Function) -> bool {
    let raises = function.blocks.iter().any(|block| matches!(block.terminator, Terminator::Raise { .. }));
    let decodes = function
        .calls()
        .any(|(call, _)| call.callee.name().is_some_and(|name| NUMBERS.contains(&name.rsplit('.').next().unwrap_or_default())));
    raises || decodes || indexes_what_it_gets(function, |_| true)
}
