//! Rounds that may change nothing: a way round that assigns nothing which the exit tests read, and calls nothing that must.
//!
//! For a review by hand: whether such a way is ever taken depends on the data. Calls of the project's own functions are
//! looked into one level deep; whatever else gets what the tests read counts as a change.

use unspin_flow::{BlockSet, ways};
use unspin_ir::{BlockId, Callee, Expr, ExprId, Function, LocalId, LocalKind, StatementKind, Terminator, UnaryOp};

use super::exit_state::{bound_to, captures, exit_tests};
use super::is_own_question;
use crate::model::Effect;
use crate::sites::{LoopContext, Site};
use crate::{FunctionRef, Project};

const MAX_HOPS: u32 = 4;

/// How many variables and fields the tests may read.
const MAX_READ: usize = 32;

/// What tests of a loop read.
#[derive(Clone, Default)]
pub(super) struct Read {
    pub(super) locals: Vec<LocalId>,
    /// Fields, by their paths.
    pub(super) fields: Vec<String>,
    /// Calls of which nothing is known, by where they stand.
    pub(super) answers: Vec<unspin_span::Span>,
    /// Whether methods were asked that answer from fields.
    pub(super) asks: bool,
}

impl Read {
    pub(super) fn extend(&mut self, other: Self) {
        self.locals.extend(other.locals);
        self.fields.extend(other.fields);
        self.answers.extend(other.answers);
        self.asks |= other.asks;
    }
}

/// Whether some way round changes nothing that the exit tests read.
pub(super) fn may_change_nothing(cx: &LoopContext<'_>) -> bool {
    let tests = exit_tests(cx);
    let mut read = Read::default();
    if tests.is_empty() || !tests.iter().all(|&test| collect(cx, test, 0, &mut read)) {
        return false;
    }
    if read.locals.len() + read.fields.len() > MAX_READ {
        return false;
    }
    let natural = cx.natural();
    let mut changing: BlockSet = natural.body.iter().filter(|&block| changes(cx, &read, block)).collect();
    let calling = cx.sites.iter().filter(|site| !changing.contains(site.block) && call_changes(cx, &read, site));
    let calling: BlockSet = calling.map(|site| site.block).collect();
    changing.extend(&calling);
    !changing.contains(natural.header) && ways::exists_through(&cx.shape.cfg, natural, natural.header, &changing)
}

/// Add what a test reads; `false` where others may change it, or it is not known what it reads.
fn collect(cx: &LoopContext<'_>, test: ExprId, hops: u32, read: &mut Read) -> bool {
    if hops > MAX_HOPS {
        return false;
    }
    let function = cx.function;
    match function.expr(test) {
        Expr::Constant(_) => true,
        Expr::Global(name) => is_constant_global(cx, *name),
        Expr::Local(local) => collect_local(cx, test, *local, hops, read),
        Expr::Field(base, _) => {
            let Some(path) = function.path(test) else { return false };
            read.fields.push(path);
            matches!(function.expr(*base), Expr::Local(_)) && !is_foreign(function, *base)
        }
        Expr::Opaque(_) | Expr::Function(_) => false,
        other => {
            let mut known = true;
            other.for_each_operand(|operand| known = known && collect(cx, operand, hops, read));
            known
        }
    }
}

fn collect_local(cx: &LoopContext<'_>, expr: ExprId, local: LocalId, hops: u32, read: &mut Read) -> bool {
    if is_foreign(cx.function, expr) {
        return false;
    }
    let defined_here = cx.shape.definitions(local).iter().filter(|definition| cx.natural().body.contains(definition.block));
    if cx.function.local(local).kind != LocalKind::Temporary {
        read.locals.push(local);
        // Whatever a call gave may be another thing next time.
        return defined_here.into_iter().all(|definition| definition.value.is_some());
    }
    let mut defined_here = defined_here.peekable();
    defined_here.peek().is_some()
        && defined_here.all(|definition| match (definition.value, cx.site_at(definition.block, definition.index)) {
            (Some(value), _) => collect(cx, value, hops + 1, read),
            (None, Some(site)) => {
                let asks = match site.resolution.model {
                    Some((model, _)) => matches!(model.effect, Effect::Pure | Effect::View),
                    None => is_own_question(cx, site),
                };
                asks && !site.call.awaited && site.call.operands().all(|operand| collect(cx, operand, hops + 1, read))
            }
            (None, None) => false,
        })
}

/// Whether a name stands for what nobody changes.
pub(super) fn is_constant_global(cx: &LoopContext<'_>, name: unspin_ir::Name) -> bool {
    let last = unspin_ir::last_part(name);
    last.chars().all(|c| !c.is_lowercase()) || cx.project.constant(cx.at.file, name).is_some()
}

/// A variable that others may change.
fn is_foreign(function: &Function, expr: ExprId) -> bool {
    matches!(function.expr(expr), Expr::Local(local) if function.local(*local).kind.is_changed_elsewhere())
}

fn changes(cx: &LoopContext<'_>, read: &Read, block: BlockId) -> bool {
    let data = cx.function.block(block);
    let waits = matches!(data.terminator, Terminator::Select { .. } | Terminator::Advance { awaited: true, .. });
    waits || data.statements.iter().any(|statement| statement_changes(cx, read, statement))
}

/// Whether a statement itself gives something that is read another value.
pub(super) fn statement_changes(cx: &LoopContext<'_>, read: &Read, statement: &unspin_ir::Statement) -> bool {
    let overwritten = |place: ExprId| {
        let local = crate::shape::root_local(cx.function, place);
        let path = cx.function.path(place);
        local.is_some_and(|local| read.locals.contains(&local))
            || path.is_none_or(|path| read.fields.iter().any(|field| covers(&path, field)))
    };
    match &statement.kind {
        StatementKind::Assign(place, _) | StatementKind::Delete(place) => overwritten(*place),
        StatementKind::Call(call) => call.result.is_some_and(|result| {
            let name = cx.function.local(result).name;
            read.locals.contains(&result) || read.fields.iter().any(|field| covers(&name, field))
        }),
        StatementKind::Yield(_) => true,
        StatementKind::Enter(_) | StatementKind::Leave(_) => false,
    }
}

/// Whether two paths name the same place, or one a part of the other.
fn covers(a: &str, b: &str) -> bool {
    let is_part = |of: &str, part: &str| part.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    is_part(a, b) || is_part(b, a)
}

pub(super) fn call_changes(cx: &LoopContext<'_>, read: &Read, site: &Site<'_>) -> bool {
    let shares = cx.project.files[cx.at.file as usize].module.shares_objects;
    let touches = |expr: ExprId| {
        let root = crate::shape::root_local(cx.function, expr);
        let is_object = |local: LocalId| !cx.shape.is_used_as_value(cx.function, local);
        root.is_some_and(|root| read.locals.contains(&root) && (!shares || is_object(root)))
            || cx.function.path(expr).is_some_and(|path| read.fields.iter().any(|field| covers(&path, field)))
    };
    let on_it = matches!(site.call.callee, Callee::Method(receiver, _) | Callee::Value(receiver) if touches(receiver));
    let given = site.call.arguments.iter().any(|argument| (argument.mutable || shares) && touches(argument.value));
    let is_bound = |value: ExprId| bound_to(cx, value).is_some_and(|local| read.locals.contains(&local));
    if matches!(site.call.callee, Callee::Value(value) if is_bound(value))
        || read.locals.iter().any(|&local| captures(cx, site, local))
    {
        return true;
    }
    if site.call.awaited && shares && !read.fields.is_empty() {
        return true;
    }
    if let Some((model, _)) = site.resolution.model {
        let keeps = [Effect::Pure, Effect::View, Effect::Query, Effect::Log, Effect::StopCheck, Effect::Clock, Effect::Decode];
        return (on_it || given) && !keeps.contains(&model.effect);
    }
    let targets = &site.resolution.targets;
    if targets.is_empty() || !site.resolution.exact {
        return on_it || given;
    }
    if let Callee::Method(receiver, _) = site.call.callee
        && let Some(path) = cx.function.path(receiver)
        && on_it
    {
        let field = |whole: &String| whole.strip_prefix(&path)?.strip_prefix('.')?.split('.').next().map(unspin_ir::name);
        let fields: Option<Vec<_>> = read.fields.iter().filter(|whole| covers(whole, &path)).map(field).collect();
        let is_local = crate::shape::root_local(cx.function, receiver).is_some_and(|root| read.locals.contains(&root));
        // What is handed on as well is a part of the receiver.
        return is_local
            || fields.is_none_or(|fields| !targets.iter().all(|&target| may_keep(cx.project, target, &fields, MAX_HOPS)));
    }
    on_it || given
}

/// Whether some way through a method leaves these fields of its receiver as they were.
fn may_keep(project: &Project, at: FunctionRef, fields: &[unspin_ir::Name], hops: u32) -> bool {
    let function = project.function(at);
    let Some(receiver) = function.receiver() else { return false };
    let is_field = |expr: ExprId| match *function.expr(expr) {
        Expr::Field(base, field) => *function.expr(base) == Expr::Local(receiver) && fields.contains(&field),
        _ => false,
    };
    let touches = |expr: ExprId| crate::shape::any_part(function, expr, &is_field);
    let shape = crate::shape::LazyShape::new(function);
    let changes = |statement: &unspin_ir::Statement| match &statement.kind {
        StatementKind::Assign(place, value) => touches(*place) && !keeps_end(function, &shape, *value, &is_field),
        StatementKind::Delete(place) => touches(*place),
        StatementKind::Call(call) => {
            let asks = |model: &crate::model::CallModel| {
                matches!(model.effect, Effect::Pure | Effect::View | Effect::Query | Effect::Log | Effect::Decode)
            };
            if matches!(call.callee, Callee::Method(on, _) if *function.expr(on) == Expr::Local(receiver)) {
                let targets = project.resolve_targets(at, call).targets;
                return hops == 0
                    || targets.is_empty()
                    || !targets.iter().all(|&target| may_keep(project, target, fields, hops - 1));
            }
            let on_it = matches!(call.callee, Callee::Method(on, _) if touches(on));
            on_it && !project.resolve(at, call).model.is_some_and(|(model, _)| asks(model))
        }
        StatementKind::Yield(_) => true,
        StatementKind::Enter(_) | StatementKind::Leave(_) => false,
    };
    let changing: BlockSet =
        function.block_ids().filter(|(_, data)| data.statements.iter().any(changes)).map(|(block, _)| block).collect();
    let all: BlockSet = function.block_ids().map(|(block, _)| block).collect();
    let kept = ways::reachable(&shape.cfg, BlockId::new(0), &all, &changing);
    kept.iter().any(|block| matches!(function.block(block).terminator, Terminator::Return(_)))
}

/// `data[-4:]` of the field, or of what the function was given: cut off twice it is the same.
fn keeps_end(
    function: &Function,
    shape: &crate::shape::LazyShape<'_>,
    value: ExprId,
    is_field: &dyn Fn(ExprId) -> bool,
) -> bool {
    match *function.expr(value) {
        Expr::Slice(base, Some(low), None) => {
            let is_given =
                matches!(*function.expr(base), Expr::Local(local) if function.local(local).kind == LocalKind::Parameter);
            let from_end = match *function.expr(low) {
                Expr::Unary(UnaryOp::Negate, _) => true,
                Expr::Constant(&unspin_ir::Constant::Int(low)) => low < 0,
                _ => false,
            };
            from_end && (is_given || is_field(base))
        }
        Expr::Local(local) => match shape.definitions(local) {
            [definition] => definition.value.is_some_and(|value| keeps_end(function, shape, value, is_field)),
            _ => false,
        },
        Expr::Index(pair, at) => match (function.expr(pair), function.expr(at)) {
            (Expr::Local(local), Expr::Constant(unspin_ir::Constant::Int(at))) => match shape.definitions(*local) {
                [definition] => definition.value.is_some_and(|value| match function.expr(value) {
                    Expr::Aggregate(_, parts) => usize::try_from(*at)
                        .ok()
                        .and_then(|at| parts.get(at))
                        .is_some_and(|&part| keeps_end(function, shape, part, is_field)),
                    _ => false,
                }),
                _ => false,
            },
            _ => false,
        },
        _ => false,
    }
}
