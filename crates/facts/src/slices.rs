//! Progress by an amount that comes from the input and may be zero: `buf = buf[n:]` with `n` read from `buf`.

use unspin_ir::{BinaryOp, BlockId, Callee, CompareOp, Constant, Expr, ExprId, Function, Statement, StatementKind, Terminator};
use unspin_span::Span;

use crate::FunctionRef;
use crate::definitions::Definition;
use crate::model::Effect;
use crate::observation::{Observation, Subject, Sureness};
use crate::sites::{LoopContext, Site};
use crate::summary::steps_itself;

const MAX_HOPS: u32 = 5;

/// A statement whose progress may be nothing.
pub(crate) struct DoubtfulStep {
    pub(crate) span: Span,
    pub(crate) place: String,
    /// Whether the amount is an answer about the whole sequence (a count of what was taken), not a field or element of it.
    pub(crate) is_answer: bool,
}

/// The first statement that moves the state of the loop's tests by an untested amount from the input.
pub(crate) fn doubtful_step(cx: &LoopContext<'_>) -> Option<DoubtfulStep> {
    let tests = crate::loops::exit_tests(cx);
    let header_test = match cx.function.block(cx.natural().header).terminator {
        Terminator::Branch { test, .. } => Some(test),
        _ => tests.first().copied(),
    }?;
    if let Some(step) = searched_again(cx, &tests) {
        return Some(step);
    }
    for block in cx.natural().body.iter() {
        for (index, statement) in cx.function.block(block).statements.iter().enumerate() {
            let Some((place, amount)) = cut(cx, block, index, statement) else { continue };
            let Some(path) = cx.function.path(place) else { continue };
            let is_subject = reads_path(cx, header_test, &path) && tests.contains(&header_test);
            if is_subject
                && depends_on(cx, amount, &path, 0)
                && !is_positive(cx, amount, 0)
                && !is_tested(cx, amount, &path)
                && only_subject(cx, &tests, &path)
                && assigned_once(cx, &path)
                && !fails_when_empty(cx, amount, &path)
                && !is_refused_below(cx, amount)
            {
                let is_answer = is_answer(cx, amount, &path, 0);
                return Some(DoubtfulStep { span: statement.span, place: path, is_answer });
            }
        }
    }
    None
}

/// Whether the amount is a part of what a function of the project took apart, which refuses too small ones:
/// `Header::new_checked(buffer)?.length`.
fn is_refused_below(cx: &LoopContext<'_>, amount: ExprId) -> bool {
    let mut at = amount;
    if let Expr::Local(local) = *cx.function.expr(at)
        && let [definition] = cx.shape.definitions(local)
    {
        at = definition.value.unwrap_or(at);
    }
    let Expr::Field(made, field) = *cx.function.expr(at) else { return false };
    let Some(site) = cx.origin_site(made).filter(|site| site.call.raises) else { return false };
    site.resolution.targets.iter().any(|&target| {
        let function = cx.project.function(target);
        let names = |expr: ExprId| match *function.expr(expr) {
            Expr::Field(_, name) => name == field,
            Expr::Local(local) => match cx.project.definitions(target).only(function, local) {
                Some(Definition::Value(value)) => matches!(*function.expr(value), Expr::Field(_, name) if name == field),
                _ => false,
            },
            _ => false,
        };
        let is_bound = |test: ExprId| match *function.expr(test) {
            Expr::Compare(CompareOp::Lt | CompareOp::Le, small, _) => names(small),
            Expr::Compare(CompareOp::Gt | CompareOp::Ge, _, small) => names(small),
            _ => false,
        };
        function.blocks.iter().any(|block| match block.terminator {
            Terminator::Branch { test, .. } => is_bound(test),
            _ => false,
        })
    })
}

/// A way round that seeks back in what it reads: the net progress may be nothing, or the same end is read again.
pub(crate) fn steps_back(cx: &LoopContext<'_>) -> Option<Observation> {
    let nothing = unspin_flow::BlockSet::new(cx.shape.cfg.len());
    let goes_round = |block| unspin_flow::ways::exists_through(&cx.shape.cfg, cx.natural(), block, &nothing);
    let site = cx.sites.iter().find(|site| seeks_back(cx, site.call) && goes_round(site.block))?;
    let latch = cx.natural().latches.first().map(|&latch| ("latch", cx.at.file, cx.function.block(latch).span));
    let places = [("call", cx.at.file, site.span), ("loop", cx.at.file, cx.source.head)].into_iter().chain(latch);
    Some(Observation {
        subject: Subject::WayRound,
        function: cx.at,
        around: Some(cx.source.span),
        attributes: vec![("through", "step-back")],
        places: places.collect(),
        words: Vec::new(),
        sureness: Sureness::Low,
    })
}

/// `stream.seek(-2, 1)`, `reader.seek(SeekFrom::Current(-2))`, `reader.seek_relative(-2)`.
fn seeks_back(cx: &LoopContext<'_>, call: &unspin_ir::Call) -> bool {
    let Callee::Method(_, method) = call.callee else { return false };
    let is_negative = |expr: ExprId| match *cx.function.expr(expr) {
        Expr::Unary(unspin_ir::UnaryOp::Negate, _) => true,
        Expr::Constant(&Constant::Int(amount)) => amount < 0,
        Expr::Global(name) => matches!(cx.project.constant(cx.at.file, name), Some(Constant::Int(amount)) if *amount < 0),
        Expr::Binary(BinaryOp::Add | BinaryOp::Subtract, first, _) => {
            matches!(cx.function.expr(first), Expr::Unary(unspin_ir::UnaryOp::Negate, _))
        }
        _ => false,
    };
    let arguments: Vec<ExprId> = call.arguments.iter().map(|argument| argument.value).collect();
    match (method.as_str(), &arguments[..]) {
        ("seek", &[amount, from]) => is_negative(amount) && is_relative(cx, from),
        ("seek", &[from]) => match cx.function.expr(from) {
            Expr::Variant(variant) => variant.name.ends_with("Current") && variant.parts.iter().any(|&part| is_negative(part)),
            _ => false,
        },
        ("seek_relative", &[amount]) => is_negative(amount),
        _ => false,
    }
}

/// `1`, `os.SEEK_CUR`.
fn is_relative(cx: &LoopContext<'_>, from: ExprId) -> bool {
    match cx.function.expr(from) {
        Expr::Constant(Constant::Int(from)) => *from == 1,
        Expr::Global(name) => name.ends_with("SEEK_CUR") || cx.project.constant(cx.at.file, *name) == Some(&Constant::Int(1)),
        _ => false,
    }
}

/// The sequence that a statement cuts something off from the beginning of, and how much.
fn cut(cx: &LoopContext<'_>, block: BlockId, index: usize, statement: &Statement) -> Option<(ExprId, ExprId)> {
    let same = |a: ExprId, b: ExprId| cx.function.path(a).is_some() && cx.function.path(a) == cx.function.path(b);
    match &statement.kind {
        StatementKind::Assign(place, value) => match *cx.function.expr(*value) {
            Expr::Slice(base, Some(low), None) if same(base, *place) => Some((*place, low)),
            _ => {
                let (on, amount) = rest_of_split(cx, *value)?;
                same(on, *place).then_some((*place, amount))
            }
        },
        StatementKind::Delete(place) => match *cx.function.expr(*place) {
            Expr::Slice(base, None, Some(high)) => Some((base, high)),
            _ => None,
        },
        // `buffer.drain(..n)`, `buffer.advance(n)`
        StatementKind::Call(call) => {
            let Callee::Method(on, method) = call.callee else { return None };
            let takes = matches!(method.as_str(), "drain" | "advance" | "split_to");
            let is_own = cx.site_at(block, index).is_some_and(|site| site.effect == Some(Effect::Shrink));
            let [argument] = &call.arguments[..] else { return None };
            let amount = match cx.function.expr(argument.value) {
                Expr::Opaque(bounds) => *bounds.last().filter(|_| bounds.len() == 1)?,
                _ => argument.value,
            };
            (takes && is_own).then_some((on, amount))
        }
        _ => None,
    }
}

/// `let (head, tail) = rest.split_at(n)`: what the tail is of, and `n`.
fn rest_of_split(cx: &LoopContext<'_>, value: ExprId) -> Option<(ExprId, ExprId)> {
    let mut value = value;
    for _ in 0..MAX_HOPS {
        match *cx.function.expr(value) {
            Expr::Local(local) => match cx.shape.definitions(local) {
                [only] => value = only.value?,
                _ => return None,
            },
            Expr::Index(pair, part) => {
                let is_tail = *cx.function.expr(part) == Expr::Constant(&Constant::Int(1));
                let call = cx.origin_site(pair).filter(|_| is_tail)?.call;
                return match (call.callee, &call.arguments[..]) {
                    (Callee::Method(on, method), [amount]) if method == "split_at" => Some((on, amount.value)),
                    _ => None,
                };
            }
            _ => return None,
        }
    }
    None
}

/// `at = text.find(word, at)`: what was found at this place is found there again.
fn searched_again(cx: &LoopContext<'_>, tests: &[ExprId]) -> Option<DoubtfulStep> {
    cx.sites.iter().find_map(|site| {
        let Callee::Method(text, method) = site.call.callee else { return None };
        let [_, from] = &site.call.arguments[..] else { return None };
        let Expr::Local(at) = *cx.function.expr(from.value) else { return None };
        let in_loop = cx.shape.definitions(at).iter().filter(|definition| cx.natural().body.contains(definition.block));
        let mut values = in_loop.map(|definition| match definition.value {
            Some(value) => cx.origin_site(value).is_some_and(|other| std::ptr::eq(other, site)),
            None => (definition.block, definition.index) == (site.block, site.index),
        });
        let is_own_place = values.next() == Some(true) && values.next().is_none();
        let path = cx.function.path(text)?;
        let is_same_text = !cx.natural().body.iter().flat_map(|block| &cx.function.block(block).statements).any(|statement| {
            matches!(statement.kind, StatementKind::Assign(place, _) if cx.function.path(place).as_deref() == Some(&path))
        });
        let leaves = tests.iter().any(|&test| reads_path(cx, test, &cx.function.local(at).name));
        let finds = matches!(method.as_str(), "find" | "index");
        (finds && is_own_place && is_same_text && leaves && tests.len() == 1).then(|| DoubtfulStep {
            span: site.span,
            place: cx.function.local(at).name.to_string(),
            is_answer: false,
        })
    })
}

fn reads_path(cx: &LoopContext<'_>, expr: ExprId, path: &str) -> bool {
    crate::shape::any_part(cx.function, expr, |part| cx.function.path(part).as_deref() == Some(path))
}

/// Whether the amount was taken out of the sequence itself, directly or through calls that are given it.
fn depends_on(cx: &LoopContext<'_>, expr: ExprId, path: &str, hops: u32) -> bool {
    if hops > MAX_HOPS {
        return false;
    }
    let mut parts = Vec::new();
    let mut pending = vec![expr];
    while let Some(part) = pending.pop() {
        // How long it is was not taken out of it.
        if !matches!(cx.function.expr(part), Expr::Length(_)) {
            parts.push(part);
            cx.function.expr(part).for_each_operand(|operand| pending.push(operand));
        }
    }
    parts.into_iter().any(|part| {
        if cx.function.path(part).as_deref() == Some(path) {
            return true;
        }
        let Expr::Local(local) = cx.function.expr(part) else { return false };
        if let Some(site) = cx.origin_site(part) {
            return site.call.operands().any(|operand| depends_on(cx, operand, path, hops + 1));
        }
        cx.shape
            .definitions(*local)
            .iter()
            .filter(|definition| cx.natural().body.contains(definition.block))
            .filter_map(|definition| definition.value)
            .any(|value| depends_on(cx, value, path, hops + 1))
    })
}

/// Whether the amount is the result, or a part of the tuple, that a call gave which got the whole sequence.
fn is_answer(cx: &LoopContext<'_>, expr: ExprId, path: &str, hops: u32) -> bool {
    if hops > MAX_HOPS || cx.function.path(expr).as_deref() == Some(path) {
        return false;
    }
    match cx.function.expr(expr) {
        Expr::Index(base, _) => matches!(cx.function.expr(*base), Expr::Local(_)) && is_answer(cx, *base, path, hops + 1),
        Expr::Field(base, _) => cx.origin_site(*base).is_some_and(|site| site.call.awaited),
        Expr::Local(local) => {
            let Some(site) = cx.origin_site(expr) else {
                let values = cx.shape.definitions(*local).iter().filter_map(|definition| definition.value);
                return values.into_iter().any(|value| is_answer(cx, value, path, hops + 1));
            };
            site.call.operands().any(|operand| gets_all(cx, operand, path, hops + 1))
        }
        _ => false,
    }
}

/// Whether a value is the whole sequence, or a function that was given it: `partial(sock.send, rest)`, `lambda: send(rest)`.
fn gets_all(cx: &LoopContext<'_>, value: ExprId, path: &str, hops: u32) -> bool {
    if cx.function.path(value).as_deref() == Some(path) {
        return true;
    }
    match *cx.function.expr(value) {
        Expr::Slice(whole, None, None) => gets_all(cx, whole, path, hops + 1),
        Expr::Function(inner) => {
            let inner = cx.project.function(FunctionRef { file: cx.at.file, function: inner });
            inner.calls().any(|(call, _)| call.operands().any(|operand| inner.path(operand).as_deref() == Some(path)))
        }
        Expr::Local(_) if hops <= MAX_HOPS => cx.origin_site(value).is_some_and(|site| {
            let is_made = site.call.callee.name().is_some_and(|name| unspin_ir::last_part(name) == "new");
            (site.effect == Some(Effect::Pure) || is_made)
                && site.call.operands().any(|operand| gets_all(cx, operand, path, hops + 1))
        }),
        _ => false,
    }
}

/// Whether the amount is certainly more than nothing.
pub(crate) fn is_positive(cx: &LoopContext<'_>, expr: ExprId, hops: u32) -> bool {
    if hops > MAX_HOPS {
        return false;
    }
    match cx.function.expr(expr) {
        Expr::Constant(Constant::Int(value)) => *value > 0,
        Expr::Binary(BinaryOp::Add, a, b) => is_positive(cx, *a, hops + 1) || is_positive(cx, *b, hops + 1),
        // `header_length - 4 + length`
        Expr::Binary(BinaryOp::Subtract, a, b) => {
            matches!(cx.function.expr(*b), Expr::Constant(_)) && is_positive(cx, *a, hops + 1)
        }
        Expr::Binary(BinaryOp::Multiply, a, b) => is_positive(cx, *a, hops + 1) && is_positive(cx, *b, hops + 1),
        Expr::Length(_) => true,
        Expr::Global(name) => name.rsplit('.').next().is_some_and(|last| last.chars().all(|c| !c.is_lowercase())),
        Expr::Field(_, name) => name.chars().all(|c| !c.is_lowercase()),
        // `start, end = match.span()`, `error, count = WriteFile(pipe, data)`
        Expr::Index(base, _) => cx.origin_site(*base).is_some_and(|site| {
            let named = cx.name_of(site).to_ascii_lowercase();
            let last = named.rsplit('.').next().unwrap_or_default();
            last == "span" || last.contains("write")
        }),
        Expr::Local(local) => {
            if let Some(site) = cx.origin_site(expr) {
                let named = cx.name_of(site);
                let last = named.rsplit('.').next().unwrap_or_default();
                return match last {
                    "max" => site.call.arguments.iter().any(|a| is_positive(cx, a.value, hops + 1)),
                    "calcsize" | "len" | "len_utf8" | "len_utf16" | "end" | "find" | "index" | "size" | "send" | "write" => {
                        true
                    }
                    "int" => site.call.arguments.first().is_some_and(|a| is_positive(cx, a.value, hops + 1)),
                    "unwrap_or" => is_word_end(cx, site),
                    _ => site.effect == Some(Effect::Write) || is_of_checked(cx, site),
                };
            }
            // `header_length = struct.calcsize(HEADER)`, once before the loop.
            if let Some((_, _, call)) = cx.shape.origin(cx.function, expr) {
                return call.callee.name().is_some_and(|name| matches!(name.as_str(), "calcsize" | "len"));
            }
            let definitions = cx.shape.definitions(*local);
            !definitions.is_empty()
                && definitions.iter().all(|definition| definition.value.is_some_and(|value| is_positive(cx, value, hops + 1)))
        }
        _ => false,
    }
}

/// `rest.find(char::is_whitespace).unwrap_or(rest.len())` of what was trimmed in front: no blank stands there.
fn is_word_end(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let Callee::Method(found, _) = site.call.callee else { return false };
    let Some(Callee::Method(text, _)) = cx.origin_site(found).filter(|search| seeks_blank(cx, search)).map(|s| s.call.callee)
    else {
        return false;
    };
    let trims = |other: &Site<'_>| {
        let is_trim =
            matches!(other.call.callee, Callee::Method(_, method) if matches!(method.as_str(), "trim" | "trim_start"));
        is_trim && matches!(*cx.function.expr(text), Expr::Local(local) if other.call.result == Some(local))
    };
    cx.sites.iter().any(trims)
}

/// `text.find(char::is_whitespace)`, `text.find(|c: char| c.is_whitespace())`, `text.find(' ')`.
fn seeks_blank(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let is_named_blank = |name: unspin_ir::Name| name.ends_with("whitespace");
    let (Callee::Method(_, method), [sought]) = (site.call.callee, &site.call.arguments[..]) else { return false };
    method == "find"
        && match *cx.function.expr(sought.value) {
            Expr::Function(id) => {
                let closure = cx.project.function(FunctionRef { file: cx.at.file, function: id });
                closure.calls().any(|(call, _)| call.callee.name().is_some_and(is_named_blank))
            }
            Expr::Global(name) => is_named_blank(name),
            Expr::Constant(Constant::Text(text)) => text == " ",
            _ => false,
        }
}

/// `Packet::new_checked(data)?.length()`: what was checked is at least as long as its own head.
fn is_of_checked(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let Callee::Method(on, _) = site.call.callee else { return false };
    let origin = cx.origin_site(on);
    origin.is_some_and(|origin| cx.name_of(origin).rsplit('.').next().is_some_and(|last| last.contains("checked")))
}

/// Whether some test of the loop says that the amount, or a part of it, is more than nothing. A comparison with the
/// length of the sequence is an upper bound and says nothing of that.
fn is_tested(cx: &LoopContext<'_>, amount: ExprId, path: &str) -> bool {
    let mut addends = Vec::new();
    collect_paths(cx, amount, &mut addends, 0);
    // Asking whether anything is left says nothing of the amount.
    addends.retain(|addend| addend != path);
    cx.natural().body.iter().any(|block| {
        let Terminator::Branch { test, .. } = cx.function.block(block).terminator else { return false };
        let mut found = false;
        crate::shape::for_each_part(cx.function, test, &mut |part| match cx.function.expr(part) {
            Expr::Compare(op, a, b) if *op != CompareOp::In && *op != CompareOp::NotIn => {
                let mentions = |side: ExprId| addends.iter().any(|addend| reads_path(cx, side, addend));
                let is_length = |side: ExprId| is_length_of(cx, side, path, 0);
                found |= (mentions(*a) && !is_length(*b)) || (mentions(*b) && !is_length(*a));
            }
            Expr::Truth(inner) => found |= cx.function.path(*inner).is_some_and(|p| addends.contains(&p)),
            _ => {}
        });
        found
    })
}

/// Whether what is cut off is taken apart before, and nothing cannot be: `zlib.decompress(buf[2:size])`,
/// `Option.parse(buf[:size])`.
fn fails_when_empty(cx: &LoopContext<'_>, amount: ExprId, path: &str) -> bool {
    let Some(amount) = cx.function.path(amount) else { return false };
    let takes_apart = |site: &&Site<'_>| {
        let is_fixed = |at: &Expr| matches!(at, Expr::Constant(Constant::Int(_)));
        let is_own = |&target: &FunctionRef| indexes_what_it_gets(cx.project.function(target), is_fixed);
        site.effect == Some(Effect::Decode) || site.resolution.targets.iter().any(is_own)
    };
    cx.sites.iter().filter(|site| site.call.raises).filter(takes_apart).any(|site| {
        site.call.arguments.iter().any(|argument| {
            crate::shape::any_part(cx.function, argument.value, |part| {
                matches!(*cx.function.expr(part), Expr::Slice(base, _, Some(high))
                    if cx.function.path(base).as_deref() == Some(path) && cx.function.path(high).as_ref() == Some(&amount))
            })
        })
    })
}

/// Whether a function takes an element, at such an index, out of what it is given: of nothing it cannot.
pub(crate) fn indexes_what_it_gets(function: &Function, is_index: impl Fn(&Expr) -> bool) -> bool {
    let is_given = |base: ExprId| match *function.expr(base) {
        Expr::Local(local) => function.parameters.iter().any(|parameter| parameter.local == local),
        _ => false,
    };
    function.exprs.iter().any(|expr| matches!(*expr, Expr::Index(base, at) if is_given(base) && is_index(function.expr(at))))
}

fn is_length_of(cx: &LoopContext<'_>, expr: ExprId, path: &str, hops: u32) -> bool {
    let mut found = false;
    crate::shape::for_each_part(cx.function, expr, &mut |part| match cx.function.expr(part) {
        Expr::Length(inner) => found |= depends_on(cx, *inner, path, 0),
        Expr::Local(local) if hops < 2 => {
            found |= cx
                .shape
                .definitions(*local)
                .iter()
                .filter_map(|d| d.value)
                .any(|value| is_length_of(cx, value, path, hops + 1));
        }
        _ => {}
    });
    found
}

fn collect_paths(cx: &LoopContext<'_>, expr: ExprId, paths: &mut Vec<String>, hops: u32) {
    let mut parts = Vec::new();
    crate::shape::for_each_part(cx.function, expr, &mut |part| parts.push(part));
    for part in parts {
        let Some(path) = cx.function.path(part) else { continue };
        if !paths.contains(&path) {
            paths.push(path);
            if let Expr::Local(local) = cx.function.expr(part)
                && hops < 3
            {
                for value in cx.shape.definitions(*local).iter().filter_map(|definition| definition.value) {
                    collect_paths(cx, value, paths, hops + 1);
                }
            }
        }
    }
}

/// Whether no test that leaves reads something else that the loop steps.
fn only_subject(cx: &LoopContext<'_>, tests: &[ExprId], path: &str) -> bool {
    !cx.natural().body.iter().any(|block| {
        cx.function.block(block).statements.iter().any(|statement| match &statement.kind {
            StatementKind::Assign(place, value) => {
                let stepped =
                    cx.function.path(*place).filter(|other| other != path && steps_itself(cx.function, *place, *value));
                stepped.is_some_and(|other| tests.iter().any(|&test| reads_path(cx, test, &other)))
            }
            _ => false,
        })
    })
}

/// Whether the sequence is cut in one place only.
fn assigned_once(cx: &LoopContext<'_>, path: &str) -> bool {
    let blocks = cx.natural().body.iter();
    let statements = blocks.flat_map(|block| &cx.function.block(block).statements);
    let cuts = statements.filter(|statement| match &statement.kind {
        StatementKind::Assign(place, _) => cx.function.path(*place).as_deref() == Some(path),
        StatementKind::Delete(place) => match cx.function.expr(*place) {
            Expr::Slice(base, ..) | Expr::Index(base, _) => cx.function.path(*base).as_deref() == Some(path),
            _ => false,
        },
        // What else takes from it moves it on.
        StatementKind::Call(call) => takes_from(cx, call, path),
        _ => false,
    });
    cuts.count() == 1
}

/// Whether a call takes something from the front of the sequence: `rest.pop(0)`, `rest.read_u16()?`, `be_u16(&mut rest)?`.
fn takes_from(cx: &LoopContext<'_>, call: &unspin_ir::Call, path: &str) -> bool {
    const TAKES: [&str; 7] = ["read_", "get_", "take", "next", "consume", "skip", "advance"];
    let is_it = |expr: ExprId| cx.function.path(expr).as_deref() == Some(path);
    let is_lent = call.arguments.iter().any(|argument| argument.mutable && is_it(argument.value));
    let Callee::Method(on, method) = call.callee else { return is_lent };
    let site = cx.sites.iter().find(|site| std::ptr::eq(site.call, call));
    let effect = site.and_then(|site| site.effect);
    let takes = matches!(effect, Some(Effect::Shrink | Effect::Read)) || TAKES.iter().any(|word| method.starts_with(word));
    is_lent || is_it(on) && takes
}
