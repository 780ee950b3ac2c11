//! Walks along indices that stand in the input: `sector = fat[sector]` of a table that was read, and offsets of a message
//! into itself.
//!
//! A table was read when numbers that were read are put into what has its name, anywhere in the project: what a constructor
//! is given carries the name of the field. Tables that the program fills with indices of its own are not followed.

use unspin_flow::{BlockSet, ways};
use unspin_ir::Terminator;
use unspin_ir::{BinaryOp, Call, Callee, CompareOp, Constant, Expr, ExprId, LocalId, LocalKind, Name, StatementKind};

use super::{MAX_HOPS, Source, counts_by, in_loop, source_of, sources};
use crate::definitions::Definition;
use crate::model::Effect;
use crate::positions::{gives_operand, hands_on, is_constant, is_wide, makes_number, names_of_number, only_in_loop, stands_at};
use crate::shape::mentions;
use crate::sites::{LoopContext, Site};
use crate::{FunctionRef, Project};

/// Through how many functions of the project an index is looked up.
const MAX_CALLS: u32 = 3;

/// Through how many locals the next place is computed from this one.
const MAX_LINKS: u32 = 3;

/// How surely a walk is one along indices of the input.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Indices {
    /// What the table holds came from outside, or it may be a table of the program.
    Likely,
    /// The numbers were read.
    Read,
}

/// Whether a local that the tests depend on is set, round by round, to what stands in the input where it points to.
pub(super) fn walk(cx: &LoopContext<'_>, tested: &[LocalId]) -> Option<Indices> {
    let walked = tested.iter().filter_map(|&walker| {
        let is_own = matches!(cx.function.local(walker).kind, LocalKind::Parameter | LocalKind::Variable);
        let found = if is_own { walked_by(cx, walker) } else { None }?;
        let name = cx.function.local(walker).name;
        (!counts_by(cx, |path, _| path != name.as_str())).then_some(found)
    });
    walked.max()
}

fn walked_by(cx: &LoopContext<'_>, walker: LocalId) -> Option<Indices> {
    let steps = in_loop(cx, walker).filter(|step| !cx.is_in_inner_loop(step.block)).filter_map(|step| {
        let found = followed_by(cx, step, walker)?;
        (is_carried(cx, walker, step) && !is_guarded(cx, walker, step)).then_some(found)
    });
    steps.max()
}

fn followed_by(cx: &LoopContext<'_>, step: &crate::shape::Definition, walker: LocalId) -> Option<Indices> {
    match source_of(cx, step)? {
        Source::Value(value) => points_to(cx, value, walker),
        Source::Call(site) => given_by(cx, site, walker),
    }
}

/// Whether the walker comes to a step with the value of an earlier round, and has not been set anew in this one.
fn is_carried(cx: &LoopContext<'_>, walker: LocalId, step: &crate::shape::Definition) -> bool {
    let natural = cx.natural();
    let derives = |other: &crate::shape::Definition| {
        source_of(cx, other).is_some_and(|source| comes_from(cx, source, walker, 0)) || followed_by(cx, other, walker).is_some()
    };
    let anew = || in_loop(cx, walker).filter(|other| !derives(other));
    let made: BlockSet = anew().map(|other| other.block).filter(|&block| block != step.block).collect();
    !anew().any(|other| other.block == step.block && other.index < step.index)
        && !made.contains(natural.header)
        && ways::exists_through(&cx.shape.cfg, natural, step.block, &made)
}

/// Whether a value is computed from the walker, or given by a call that it was given to.
fn comes_from(cx: &LoopContext<'_>, source: Source<'_, '_>, walker: LocalId, hops: u32) -> bool {
    match source {
        Source::Call(site) => site.call.operands().any(|operand| mentions(cx.function, operand, walker)),
        Source::Value(value) => {
            let mut found = false;
            crate::shape::for_each_part(cx.function, value, &mut |part| {
                if let Expr::Local(local) = *cx.function.expr(part) {
                    let sources = || sources(cx, local).into_iter();
                    found |=
                        local == walker || hops < MAX_LINKS && sources().any(|source| comes_from(cx, source, walker, hops + 1));
                }
            });
            found
        }
    }
}

/// What a walker is set to, if that stands where it points to.
fn points_to(cx: &LoopContext<'_>, value: ExprId, walker: LocalId) -> Option<Indices> {
    if names_of_number(cx, value, walker).is_some() {
        return Some(Indices::Read);
    }
    kind_of(cx, &indexed(cx, value, walker, 0)?)
}

/// What a call gives, if it was given what stands where the walker points to, or looks it up.
fn given_by(cx: &LoopContext<'_>, site: &Site<'_>, walker: LocalId) -> Option<Indices> {
    // What is unpacked are several numbers.
    if is_wide(cx, site) && !cx.name_of(site).contains("unpack") {
        return site.call.operands().any(|operand| stands_at(cx, operand, walker, 0)).then_some(Indices::Read);
    }
    let number = || site.call.operands().find_map(|operand| points_to(cx, operand, walker)).filter(|_| gives_operand(cx, site));
    number().or_else(|| kind_of(cx, &looked_up(cx, site, walker, 0)?))
}

/// A table in which an index is looked up.
struct Table {
    /// Its name, the last part of its path.
    name: Name,
    /// Where it stands, if it is a local of this function.
    local: Option<ExprId>,
    /// Whether the index is a part of what stands there.
    is_part: bool,
}

/// How surely a table that nothing sets on the way holds indices of the input.
fn kind_of(cx: &LoopContext<'_>, table: &Table) -> Option<Indices> {
    let is_set = |site: &Site<'_>| site.resolution.targets.iter().any(|&target| sets(cx.project, target, table.name, 0));
    held_in(cx, table).filter(|_| !cx.sites.iter().any(is_set))
}

fn held_in(cx: &LoopContext<'_>, table: &Table) -> Option<Indices> {
    if !table.is_part && cx.project.holds_read_numbers(table.name) {
        return Some(Indices::Read);
    }
    let (_, _, came) = cx.shape.origin(cx.function, table.local?)?;
    let is_foreign = |effect: Effect| matches!(effect, Effect::Request | Effect::Receive | Effect::Decode);
    let effect = || cx.project.resolve(cx.at, came).model.map(|(model, _)| model.effect);
    (came.awaited || effect().is_some_and(is_foreign)).then_some(Indices::Likely)
}

/// Whether a function of the project sets a part of what has that name, itself or by what it calls.
fn sets(project: &Project, at: FunctionRef, table: Name, calls: u32) -> bool {
    let function = project.function(at);
    let is_it = |place: ExprId| {
        crate::shape::any_part(function, place, |part| matches!(*function.expr(part), Expr::Field(_, field) if field == table))
    };
    function.blocks.iter().flat_map(|block| &block.statements).any(|statement| match &statement.kind {
        StatementKind::Assign(place, _) | StatementKind::Delete(place) => is_it(*place),
        StatementKind::Call(call) if calls < MAX_CALLS => {
            project.resolve(at, call).targets.iter().any(|&target| target != at && sets(project, target, table, calls + 1))
        }
        _ => false,
    })
}

/// The table that a value is looked up in, at the place that the walker stands for: `fat[sector]`, `program[at].2`.
fn indexed(cx: &LoopContext<'_>, value: ExprId, walker: LocalId, hops: u32) -> Option<Table> {
    if hops > MAX_HOPS {
        return None;
    }
    let next = |value: ExprId| indexed(cx, value, walker, hops + 1);
    let part_of = |base: ExprId| next(base).map(|table| Table { is_part: true, ..table });
    match *cx.function.expr(value) {
        Expr::Index(base, at) if stands_at(cx, at, walker, 0) => table_at(cx, base),
        Expr::Index(base, at) if is_constant(cx, at) => match part_at(cx, base, at) {
            Some(part) => next(part),
            None => part_of(base),
        },
        Expr::Field(base, _) => part_of(base),
        Expr::Payload(base, ..) => next(base),
        Expr::Binary(BinaryOp::BitAnd | BinaryOp::ShiftRight, a, b) if is_constant(cx, b) => next(a),
        Expr::Local(local) if local != walker => {
            let only = only_in_loop(cx, local)?;
            match only.value {
                Some(value) => next(value),
                None => looked_up(cx, cx.site_at(only.block, only.index)?, walker, hops + 1),
            }
        }
        _ => None,
    }
}

/// The part of a tuple that was put together in the loop.
fn part_at(cx: &LoopContext<'_>, base: ExprId, at: ExprId) -> Option<ExprId> {
    let Expr::Local(local) = *cx.function.expr(base) else { return None };
    let Expr::Constant(&Constant::Int(at)) = *cx.function.expr(at) else { return None };
    match cx.function.expr(only_in_loop(cx, local)?.value?) {
        Expr::Aggregate(_, parts) => parts.get(usize::try_from(at).ok()?).copied(),
        _ => None,
    }
}

/// A table that the loop leaves as it is.
fn table_at(cx: &LoopContext<'_>, base: ExprId) -> Option<Table> {
    let path = cx.function.path(base)?;
    let is_set = |place: ExprId| cx.function.path(place).is_some_and(|set| set == path);
    let mut statements = cx.natural().body.iter().flat_map(|block| &cx.function.block(block).statements);
    let changes = statements.any(|statement| match statement.kind {
        StatementKind::Assign(place, _) | StatementKind::Delete(place) => match *cx.function.expr(place) {
            Expr::Index(of, _) | Expr::Slice(of, ..) => is_set(of),
            _ => is_set(place),
        },
        _ => false,
    });
    let name = cx.project.receiver_label(cx.at, base).filter(|_| !changes)?;
    Some(Table { name, local: Some(base), is_part: false })
}

/// The table that a call looks the walker up in: `fat.get(sector)`, `allocator.next(sector)`.
fn looked_up(cx: &LoopContext<'_>, site: &Site<'_>, walker: LocalId, hops: u32) -> Option<Table> {
    let is_at = |argument: &unspin_ir::Argument| stands_at(cx, argument.value, walker, 0);
    if let (Callee::Method(base, method), [at]) = (site.call.callee, &site.call.arguments[..])
        && method == "get"
        && is_at(at)
    {
        return table_at(cx, base);
    }
    if gives_operand(cx, site) {
        return site.call.operands().find_map(|operand| indexed(cx, operand, walker, hops));
    }
    let [target] = site.resolution.targets[..] else { return None };
    let position = site.call.arguments.iter().position(is_at)?;
    let name = looked_up_by(cx.project, target, site.call, position, 0)?;
    Some(Table { name, local: None, is_part: false })
}

/// The field that a function of the project looks one of its arguments up in, and gives what stands there.
fn looked_up_by(project: &Project, at: FunctionRef, call: &Call, position: usize, calls: u32) -> Option<Name> {
    let function = project.function(at);
    let is_method = matches!(call.callee, Callee::Method(..)) && function.receiver().is_some();
    let parameter = function.parameters.get(position + usize::from(is_method))?.local;
    let mut returned = function.blocks.iter().filter_map(|block| match block.terminator {
        Terminator::Return(Some(value)) => Some(value),
        _ => None,
    });
    returned.find_map(|value| field_at(project, at, value, parameter, calls))
}

fn field_at(project: &Project, at: FunctionRef, value: ExprId, parameter: LocalId, calls: u32) -> Option<Name> {
    let function = project.function(at);
    let mut value = value;
    for _ in 0..MAX_HOPS {
        value = match *function.expr(value) {
            Expr::Index(base, index) if is_that(project, at, index, parameter) => {
                return match *function.expr(base) {
                    Expr::Field(_, field) => Some(field),
                    _ => None,
                };
            }
            Expr::Payload(base, ..) => base,
            Expr::Variant(ref variant) if variant.parts.len() == 1 => variant.parts[0],
            Expr::Local(local) => match project.definitions(at).only(function, local)? {
                Definition::Value(value) => value,
                Definition::Call(call)
                    if call.callee.name().is_some_and(|name| hands_on(unspin_ir::last_part(name).as_str())) =>
                {
                    call.operands().next()?
                }
                Definition::Call(call) if calls < MAX_CALLS => {
                    let [target] = project.resolve(at, call).targets[..] else { return None };
                    let position = call.arguments.iter().position(|a| is_that(project, at, a.value, parameter))?;
                    return looked_up_by(project, target, call, position, calls + 1);
                }
                _ => return None,
            },
            _ => return None,
        };
    }
    None
}

/// Whether a value is a parameter, also under another name.
fn is_that(project: &Project, at: FunctionRef, value: ExprId, parameter: LocalId) -> bool {
    let function = project.function(at);
    match *function.expr(value) {
        Expr::Local(local) if local == parameter => true,
        Expr::Local(local) => match project.definitions(at).only(function, local) {
            Some(Definition::Value(value)) => *function.expr(value) == Expr::Local(parameter),
            _ => false,
        },
        _ => false,
    }
}

/// Whether a circle would be noticed: the next index is held against this one or against the first, or the step is taken
/// only once.
fn is_guarded(cx: &LoopContext<'_>, walker: LocalId, step: &crate::shape::Definition) -> bool {
    let mut names = step.value.and_then(|value| names_of_number(cx, value, walker)).unwrap_or_default();
    names.extend(step.value.and_then(|value| match *cx.function.expr(value) {
        Expr::Local(local) => Some(local),
        _ => None,
    }));
    let exits = crate::loops::exit_tests(cx);
    // What a macro does that gets a word of complaint is not known.
    crate::loops::all_tests(cx).any(|test| {
        let mut found = false;
        crate::shape::for_each_part(cx.function, test, &mut |part| match *cx.function.expr(part) {
            Expr::Compare(CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge, a, b) => {
                found |= is_ordered(cx, walker, &names, a, b) || is_ordered(cx, walker, &names, b, a);
            }
            Expr::Compare(CompareOp::Eq | CompareOp::Ne | CompareOp::Is | CompareOp::IsNot, a, b) => {
                found |= is_first(cx, walker, a, b) || is_first(cx, walker, b, a);
            }
            Expr::Local(flag) if exits.contains(&test) => found |= is_set_once(cx, flag, step),
            _ => {}
        });
        found
    })
}

/// `next >= at`, where the one is what the walker is set to and the other where it stood.
fn is_ordered(cx: &LoopContext<'_>, walker: LocalId, names: &[LocalId], next: ExprId, before: ExprId) -> bool {
    let is_next = crate::shape::mentions_any(cx.function, next, names) || mentions(cx.function, next, walker);
    let stood = |local: LocalId| {
        local == walker
            || !names.contains(&local)
                && sources(cx, local).into_iter().any(|source| {
                    let is_it = |value: ExprId| {
                        mentions(cx.function, value, walker) || crate::shape::mentions_any(cx.function, value, names)
                    };
                    matches!(source, Source::Value(value) if is_it(value))
                })
    };
    is_next
        && matches!(*cx.function.expr(before), Expr::Local(local) if stood(local))
        && *cx.function.expr(next) != *cx.function.expr(before)
}

/// Whether a walker is compared with where it began.
fn is_first(cx: &LoopContext<'_>, walker: LocalId, a: ExprId, b: ExprId) -> bool {
    let (Expr::Local(at), Expr::Local(first)) = (cx.function.expr(a), cx.function.expr(b)) else { return false };
    let begins = cx.shape.definitions(walker).iter().find(|definition| !cx.natural().body.contains(definition.block));
    let begins = begins.and_then(|definition| definition.value).map(|value| root_of(cx, value));
    *at == walker && *first != walker && begins.is_some_and(|begins| begins == root_of(cx, b))
}

/// What a local stands for that is another name for something.
fn root_of<'c>(cx: &'c LoopContext<'_>, value: ExprId) -> &'c Expr {
    match cx.function.expr(value) {
        Expr::Local(local) => match cx.shape.definitions(*local) {
            [crate::shape::Definition { value: Some(value), .. }] => cx.function.expr(*value),
            _ => cx.function.expr(value),
        },
        other => other,
    }
}

/// Whether a flag is set to a constant on every way round that takes the step.
fn is_set_once(cx: &LoopContext<'_>, flag: LocalId, step: &crate::shape::Definition) -> bool {
    let is_constant = |definition: &&crate::shape::Definition| {
        definition
            .value
            .is_some_and(|value| matches!(cx.function.expr(value), Expr::Constant(Constant::Bool(_) | Constant::None)))
    };
    let set: BlockSet = in_loop(cx, flag).filter(is_constant).map(|definition| definition.block).collect();
    !set.is_empty() && (set.contains(step.block) || !ways::exists_through(&cx.shape.cfg, cx.natural(), step.block, &set))
}

impl Project {
    /// Whether numbers that were read are put into a collection of that name somewhere.
    fn holds_read_numbers(&self, name: Name) -> bool {
        self.tables.get_or_init(|| self.functions().flat_map(|at| read_tables(self, at)).collect()).contains(&name)
    }
}

/// The names of the collections that a function puts numbers into that it reads.
fn read_tables(project: &Project, at: FunctionRef) -> Vec<Name> {
    let function = project.function(at);
    let mut names = Vec::new();
    for statement in function.blocks.iter().flat_map(|block| &block.statements) {
        let table = match &statement.kind {
            StatementKind::Call(call) => match (call.callee, &call.arguments[..]) {
                (Callee::Method(on, method), [.., item]) if grows(&method) && is_read_number(project, at, item.value, 0) => on,
                _ => continue,
            },
            // `self.fat = struct.unpack(..)`
            StatementKind::Assign(place, value) if unpacks(project, at, *value) => *place,
            _ => continue,
        };
        names.extend(project.receiver_label(at, table));
    }
    names
}

fn grows(method: &str) -> bool {
    matches!(method, "push" | "append" | "push_back" | "extend")
}

/// Whether a value is a number that some call has read, or several of them.
fn is_read_number(project: &Project, at: FunctionRef, value: ExprId, hops: u32) -> bool {
    let function = project.function(at);
    if hops > MAX_HOPS {
        return false;
    }
    let next = |value: ExprId| is_read_number(project, at, value, hops + 1);
    match *function.expr(value) {
        Expr::Index(base, _) | Expr::Payload(base, ..) => next(base),
        Expr::Local(local) => match project.definitions(at).only(function, local) {
            Some(Definition::Value(value)) => next(value),
            Some(Definition::Call(call)) => {
                let Some(name) = call.callee.name().map(unspin_ir::last_part) else { return false };
                makes_number(&name) || hands_on(&name) && call.operands().any(next)
            }
            _ => false,
        },
        _ => false,
    }
}

/// Whether a value is all that was taken out of some bytes, and not one part of it.
fn unpacks(project: &Project, at: FunctionRef, value: ExprId) -> bool {
    let made_by = |value: ExprId| match *project.function(at).expr(value) {
        Expr::Local(local) => match project.definitions(at).only(project.function(at), local) {
            Some(Definition::Call(call)) => call.callee.name().map(|name| (call, unspin_ir::last_part(name))),
            _ => None,
        },
        _ => None,
    };
    let takes_apart = |name: Name| matches!(name.as_str(), "unpack" | "unpack_from" | "frombuffer" | "fromfile");
    made_by(value).is_some_and(|(call, name)| match name.as_str() {
        "list" | "tuple" => call.operands().any(|operand| made_by(operand).is_some_and(|(_, name)| takes_apart(name))),
        _ => takes_apart(name),
    })
}
