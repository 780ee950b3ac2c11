//! Ways round that repeat themselves: every test on the way reads only what the way leaves as it is, so that the next round
//! takes the same one.
//!
//! For a review by hand: whether such a way is ever taken depends on the data. A step by what a call gives counts as none
//! where nothing on the way looks at what it gave: it may be nothing. Ways that wait, that an exception opens, or on which an
//! answer of others is tested are not followed; nor are those whose tests contradict each other.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;
use unspin_ir::{BinaryOp, BlockId, Call, Callee, CompareOp, Constant, Expr, ExprId, Function, LocalId, Name};
use unspin_ir::{Statement, StatementKind, Terminator};

use super::asked::fields_asked;
use super::exit_state::exit_tests;
use super::idle_round::{Read, call_changes, is_constant_global, statement_changes};
use super::{constant_truth, site_waits};
use crate::Certainty;
use crate::model::Effect;
use crate::observation::{Observation, Queries, Subject, Sureness};
use crate::shape::without_negation;
use crate::sites::{LoopContext, Site, is_rust};

const MAX_WAYS: usize = 128;
const MAX_BLOCKS: usize = 64;

/// Through how many calls the amount of a step is followed.
const MAX_HOPS: u32 = 4;

/// Whether some way round repeats itself, without a step at all.
pub(super) fn repeats(cx: &LoopContext<'_>) -> bool {
    ways(cx).iter().any(|way| way.step_taken().is_none() && way.repeats())
}

/// A way round that repeats itself when a call on it gives nothing.
pub(crate) fn observe(cx: &LoopContext<'_>, queries: &Queries) -> Option<Observation> {
    if !queries.ask_for("through", "step-of-call") {
        return None;
    }
    let ways = ways(cx);
    let step = ways.iter().filter(|way| way.repeats()).find_map(Way::step_taken)?;
    Some(Observation {
        subject: Subject::WayRound,
        function: cx.at,
        around: Some(cx.source.span),
        attributes: vec![("through", "step-of-call")],
        places: vec![("loop", cx.at.file, cx.source.head), ("call", cx.at.file, step.site.span)],
        words: vec![("place", cx.function.local(step.place).name.to_string()), ("call", cx.name_of(step.site))],
        sureness: Sureness::Low,
    })
}

/// A step by what a call gives.
#[derive(Clone, Copy)]
struct Step<'c, 'p> {
    place: LocalId,
    site: &'c Site<'p>,
    /// The statement that takes it.
    at: (BlockId, usize),
}

/// One way from the header, and what is known on it.
#[derive(Clone)]
struct Way<'c, 'p> {
    cx: &'c LoopContext<'p>,
    blocks: Vec<BlockId>,
    /// What the locals that were set on the way depend on; `None` where that may be another thing next time.
    known: FxHashMap<LocalId, Option<Read>>,
    /// The truth of the locals that were set to a constant on the way.
    truths: FxHashMap<LocalId, bool>,
    /// What the tests on the way read of what was there when the round began.
    read: Read,
    outcomes: Vec<(ExprId, bool)>,
    steps: Vec<Step<'c, 'p>>,
    /// Locals that such an amount went into.
    amounts: Vec<LocalId>,
    /// What such calls have left over.
    rests: Vec<ExprId>,
}

/// The ways round whose tests read what is known to stay as it is, unless the way changes it.
fn ways<'c, 'p>(cx: &'c LoopContext<'p>) -> Vec<Way<'c, 'p>> {
    if exit_tests(cx).is_empty() {
        return Vec::new();
    }
    let header = cx.natural().header;
    let first = Way {
        cx,
        blocks: Vec::new(),
        known: FxHashMap::default(),
        truths: FxHashMap::default(),
        read: Read::default(),
        outcomes: Vec::new(),
        steps: Vec::new(),
        amounts: Vec::new(),
        rests: Vec::new(),
    };
    let mut pending = vec![(first, header)];
    let mut round = Vec::new();
    let mut left = MAX_WAYS;
    while let Some((mut way, block)) = pending.pop() {
        let is_new = cx.natural().body.contains(block) && !way.blocks.contains(&block);
        if !is_new || way.blocks.len() == MAX_BLOCKS || !way.enter(block) {
            continue;
        }
        for (next, after) in way.leave(block) {
            if next == header {
                round.push(after);
            } else if left > 0 {
                left -= 1;
                pending.push((after, next));
            }
        }
    }
    round
}

impl<'c, 'p> Way<'c, 'p> {
    /// Go through the statements of a block; `false` where the way is not followed.
    fn enter(&mut self, block: BlockId) -> bool {
        self.blocks.push(block);
        let cx = self.cx;
        for (index, statement) in cx.function.block(block).statements.iter().enumerate() {
            match &statement.kind {
                StatementKind::Assign(place, value) => self.assign((block, index), *place, *value),
                StatementKind::Call(call) => {
                    let Some(site) = cx.site_at(block, index) else { return false };
                    if call.awaited || site_waits(cx, site) == Some(true) {
                        return false;
                    }
                    if let Some(result) = call.result {
                        self.give((block, index), result, site);
                    }
                }
                StatementKind::Yield(_) | StatementKind::Enter(_) => return false,
                StatementKind::Delete(_) | StatementKind::Leave(_) => {}
            }
        }
        true
    }

    fn assign(&mut self, at: (BlockId, usize), place: ExprId, value: ExprId) {
        let Expr::Local(local) = *self.cx.function.expr(place) else { return };
        if let Some(site) = self.step_by(local, value) {
            self.steps.push(Step { place: local, site, at });
            return;
        }
        if crate::shape::mentions_any(self.cx.function, value, &self.amounts) {
            self.amounts.push(local);
        }
        let mut read = Read::default();
        let is_known = self.add(value, &mut read);
        self.known.insert(local, is_known.then_some(read));
        match constant_truth(self.cx, value) {
            Some(truth) => self.truths.insert(local, truth),
            None => self.truths.remove(&local),
        };
    }

    /// `at = skip(text, at)`, or any other result.
    fn give(&mut self, at: (BlockId, usize), result: LocalId, site: &'c Site<'p>) {
        let cx = self.cx;
        let is_it = |operand: ExprId| *cx.function.expr(operand) == Expr::Local(result);
        // `at.add(1)` moves.
        let by_number = |given: &unspin_ir::Argument| matches!(cx.function.expr(given.value), Expr::Constant(Constant::Int(_)));
        let is_fixed = !site.call.arguments.is_empty() && site.call.arguments.iter().all(by_number);
        if may_give_nothing(site)
            && !is_fixed
            && site.call.operands().any(is_it)
            && cx.shape.is_used_as_value(cx.function, result)
        {
            self.steps.push(Step { place: result, site, at });
            return;
        }
        let mut read = Read::default();
        let fields = fields_asked(cx.project, site).and_then(|fields| self.paths_of(site, fields));
        let is_question = fields.is_some() || asks(cx, site);
        let is_known = if let Some(fields) = fields {
            read.fields = fields;
            read.asks = true;
            site.call.arguments.iter().all(|argument| self.add(argument.value, &mut read))
        } else {
            site.call.operands().all(|operand| self.add(operand, &mut read))
        };
        if !is_question {
            read.answers.push(site.span);
        }
        let is_known = is_known && (is_question || may_give_nothing(site));
        self.known.insert(result, is_known.then_some(read));
    }

    /// The paths of fields of what a method is called on, if that was there when the round began.
    fn paths_of(&self, site: &Site<'_>, fields: BTreeSet<Name>) -> Option<Vec<String>> {
        let Callee::Method(receiver, _) = site.call.callee else { return None };
        let is_old = crate::shape::root_local(self.cx.function, receiver).is_some_and(|root| !self.known.contains_key(&root));
        let path = self.cx.function.path(receiver).filter(|_| is_old)?;
        Some(fields.into_iter().map(|field| format!("{path}.{field}")).collect())
    }

    /// The call by whose result a local is stepped: `at += skipped(rest)`, `item, rest = parse(rest)`,
    /// `rest = decoder.unused` after `decoder.decode(rest)`.
    fn step_by(&mut self, local: LocalId, value: ExprId) -> Option<&'c Site<'p>> {
        let function = self.cx.function;
        let is_it = |part: ExprId| *function.expr(part) == Expr::Local(local);
        match *function.expr(value) {
            Expr::Binary(BinaryOp::Add, a, b) => {
                let amount = if is_it(a) { b } else { a };
                let site = self.unknown_behind(amount).filter(|_| is_it(a) || is_it(b))?;
                if crate::slices::is_positive(self.cx, amount, 0) {
                    return None;
                }
                self.amounts.extend(crate::shape::root_local(function, amount));
                self.amounts.extend(site.call.result);
                Some(site)
            }
            Expr::Index(pair, _) => {
                let site = self.made(pair).filter(|site| may_give_nothing(site) && site.call.operands().any(is_it))?;
                self.amounts.extend(site.call.result);
                Some(site)
            }
            Expr::Field(base, _) => {
                let path = function.path(base)?;
                let is_on =
                    |call: &Call| matches!(call.callee, Callee::Method(on, _) if function.path(on).as_deref() == Some(&path));
                let given = |site: &&Site<'_>| is_on(site.call) && site.call.arguments.iter().any(|given| is_it(given.value));
                let site = self.sites().find(given)?;
                self.rests.push(value);
                Some(site)
            }
            _ => None,
        }
    }

    /// The call of which nothing is known that a value was made from.
    fn unknown_behind(&self, value: ExprId) -> Option<&'c Site<'p>> {
        let mut pending = vec![value];
        for _ in 0..MAX_HOPS {
            let site = self.made(pending.pop()?)?;
            if may_give_nothing(site) {
                return Some(site);
            }
            if !asks(self.cx, site) {
                return None;
            }
            pending.extend(site.call.operands().filter(|&operand| self.made(operand).is_some()));
        }
        None
    }

    /// The calls of the way.
    fn sites(&self) -> impl Iterator<Item = &'c Site<'p>> {
        let cx = self.cx;
        cx.sites.iter().filter(|site| self.blocks.contains(&site.block))
    }

    /// The call of the way that gave a local its value.
    fn made(&self, value: ExprId) -> Option<&'c Site<'p>> {
        let Expr::Local(local) = *self.cx.function.expr(value) else { return None };
        self.sites().find(|site| site.call.result == Some(local))
    }

    /// Where a block leads, and what is known there.
    fn leave(self, block: BlockId) -> Vec<(BlockId, Self)> {
        let cx = self.cx;
        match cx.function.block(block).terminator {
            Terminator::Goto(next) => vec![(next, self)],
            // Nothing is left to be taken.
            Terminator::Advance { iterable, exhausted, awaited: false, .. } => {
                self.having_read(iterable).map(|way| (exhausted, way)).into_iter().collect()
            }
            Terminator::Branch { test, then, otherwise } => {
                let truth = constant_truth(cx, test);
                let Some(way) = self.having_read(test) else { return Vec::new() };
                let outcomes =
                    [(true, then), (false, otherwise)].into_iter().filter(|(outcome, _)| truth.is_none_or(|t| t == *outcome));
                outcomes.filter_map(|(outcome, next)| Some((next, way.with(test, outcome)?))).collect()
            }
            _ => Vec::new(),
        }
    }

    fn having_read(mut self, expr: ExprId) -> Option<Self> {
        let mut read = Read::default();
        let is_known = self.add(expr, &mut read);
        self.read.extend(read);
        is_known.then_some(self)
    }

    /// The way on which a test came out so, unless earlier ones forbid that.
    fn with(&self, test: ExprId, outcome: bool) -> Option<Self> {
        let function = self.cx.function;
        if self.outcomes.iter().any(|&(earlier, before)| contradict(function, (earlier, before), (test, outcome))) {
            return None;
        }
        let (asked, truth) = without_negation(function, test, outcome);
        if let Expr::Truth(value) = *function.expr(asked)
            && let Expr::Local(local) = *function.expr(value)
            && self.truths.get(&local).is_some_and(|&known| known != truth)
        {
            return None;
        }
        let mut read = Read::default();
        if self.add(test, &mut read) && !read.answers.is_empty() && !finds_nothing(function, test, outcome) {
            return None;
        }
        let mut way = self.clone();
        way.outcomes.push((test, outcome));
        Some(way)
    }

    /// Add what a value depends on; `false` where others may change it, or it is not known what it depends on.
    fn add(&self, expr: ExprId, read: &mut Read) -> bool {
        let function = self.cx.function;
        match function.expr(expr) {
            Expr::Constant(_) => true,
            Expr::Global(name) => is_constant_global(self.cx, *name),
            Expr::Local(local) => match self.known.get(local) {
                Some(Some(known)) => {
                    read.extend(known.clone());
                    true
                }
                Some(None) => false,
                None => {
                    read.locals.push(*local);
                    !function.local(*local).kind.is_changed_elsewhere()
                }
            },
            Expr::Field(base, _) => {
                let set_here = |root: LocalId| self.known.contains_key(&root);
                if crate::shape::root_local(function, *base).is_none_or(set_here) {
                    return self.add(*base, read);
                }
                read.fields.extend(function.path(expr));
                function.path(expr).is_some()
            }
            Expr::Opaque(_) | Expr::Function(_) => false,
            other => {
                let mut is_known = true;
                other.for_each_operand(|operand| is_known = is_known && self.add(operand, read));
                is_known
            }
        }
    }

    /// The first step by what a call gives that the tests on the way see.
    fn step_taken(&self) -> Option<Step<'c, 'p>> {
        let depends = |local: &LocalId, on: LocalId| {
            *local == on || matches!(self.known.get(local), Some(Some(of)) if of.locals.contains(&on))
        };
        self.steps.iter().copied().find(|step| self.read.locals.iter().any(|local| depends(local, step.place)))
    }

    /// Whether nothing on the way changes what the tests have read.
    fn repeats(&self) -> bool {
        let cx = self.cx;
        let is_variable = |local: &LocalId| Some(*local) != cx.function.receiver();
        if !self.read.asks && !self.read.locals.iter().any(is_variable) {
            return false;
        }
        let is_given_step = |site: &Site<'_>| {
            let is_place =
                |operand: ExprId| self.steps.iter().any(|step| crate::shape::mentions(cx.function, operand, step.place));
            site.call.operands().any(is_place)
        };
        let mut asked = self.sites().filter(|site| self.read.answers.contains(&site.span));
        let is_rest = |part: ExprId| self.rests.iter().any(|&rest| is_same(cx.function, rest, part));
        let looks_at_amount = |&(test, _): &(ExprId, bool)| {
            let mut found = crate::shape::mentions_any(cx.function, test, &self.amounts);
            crate::shape::for_each_part(cx.function, test, &mut |part| found |= is_rest(part));
            found
        };
        if !asked.all(is_given_step) || self.outcomes.iter().any(looks_at_amount) {
            return false;
        }
        let is_step = |block: BlockId, index: usize| self.steps.iter().any(|step| step.at == (block, index));
        let assigns = |&block: &BlockId| {
            let mut statements = cx.function.block(block).statements.iter().enumerate();
            statements.any(|(index, statement)| {
                !is_step(block, index) && statement_changes(cx, &self.read, statement) && !self.computes(statement)
            })
        };
        let is_step_of = |site: &Site<'_>| self.steps.iter().any(|step| std::ptr::eq(step.site.call, site.call));
        let calls = |site: &Site<'_>| !asks(cx, site) && !is_step_of(site) && call_changes(cx, &self.read, site);
        !self.blocks.iter().any(assigns) && !self.sites().any(calls)
    }
}

impl Way<'_, '_> {
    /// Whether a statement computes anew what depends on a step alone: `missing = len(data) % 4`.
    fn computes(&self, statement: &Statement) -> bool {
        let cx = self.cx;
        let StatementKind::Assign(place, _) = statement.kind else { return false };
        let Expr::Local(local) = *cx.function.expr(place) else { return false };
        let Some(Some(of)) = self.known.get(&local) else { return false };
        let is_step = |local: &LocalId| self.steps.iter().any(|step| step.place == *local);
        of.fields.is_empty() && of.answers.is_empty() && !of.locals.is_empty() && of.locals.iter().all(is_step)
    }
}

/// Whether a test finds that something is nothing: `if not plain`.
fn finds_nothing(function: &Function, test: ExprId, outcome: bool) -> bool {
    let (test, outcome) = without_negation(function, test, outcome);
    matches!(function.expr(test), Expr::Truth(_)) && !outcome
}

/// Whether nothing is known of what a call gives, so that it may be nothing.
fn may_give_nothing(site: &Site<'_>) -> bool {
    let is_unknown = site.resolution.model.is_none_or(|(model, _)| model.effect == Effect::Decode);
    is_unknown && site.effect.is_none_or(|effect| matches!(effect, Effect::Decode | Effect::Read))
}

/// Whether a call answers the same when it is asked the same again, as far as is known.
fn asks(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    if site.call.arguments.iter().any(|argument| argument.mutable) {
        return false;
    }
    match site.resolution.model {
        // What has no more than the name of a question may do anything.
        Some((_, Certainty::Name)) if is_rust(cx.project, cx.at) => false,
        Some((model, _)) => matches!(model.effect, Effect::Pure | Effect::View | Effect::Decode),
        None => {
            let targets = &site.resolution.targets;
            let only_asks = |target| {
                let summary = cx.project.summary(target);
                !summary.changes && !summary.waits && summary.effects.only_ask()
            };
            site.resolution.exact && !targets.is_empty() && targets.iter().all(|&target| only_asks(target))
        }
    }
}

/// Whether two tests cannot come out so in one round.
fn contradict(function: &Function, first: (ExprId, bool), second: (ExprId, bool)) -> bool {
    let (a, first) = without_negation(function, first.0, first.1);
    let (b, second) = without_negation(function, second.0, second.1);
    if is_same(function, a, b) {
        return first != second;
    }
    match (function.expr(a), function.expr(b)) {
        (&Expr::Compare(op, left, right), &Expr::Compare(other, x, y)) => {
            let (mut mine, theirs) = (orders(op, first), orders(other, second));
            if is_same(function, left, y) && is_same(function, right, x) {
                mine = (mine & EQUAL) | (mine & LESS) << 2 | (mine & GREATER) >> 2;
            } else if !is_same(function, left, x) {
                return false;
            } else if !is_same(function, right, y) {
                // `kind == 1`, and then `kind == 2`
                let constants = (function.expr(right), function.expr(y));
                return mine == EQUAL
                    && theirs == EQUAL
                    && matches!(constants, (Expr::Constant(a), Expr::Constant(b)) if a != b);
            }
            mine & theirs == 0
        }
        (Expr::HasVariant(value, _), Expr::HasVariant(other, _)) => first && second && is_same(function, *value, *other),
        (Expr::Compare(op, value, none), Expr::Truth(other)) | (Expr::Truth(other), Expr::Compare(op, value, none)) => {
            let is_none = *function.expr(*none) == Expr::Constant(&Constant::None) && is_same(function, *value, *other);
            let asked_none = matches!(op, CompareOp::Is | CompareOp::Eq);
            let (compared, truth) =
                if matches!(function.expr(a), Expr::Compare(..)) { (first, second) } else { (second, first) };
            is_none && truth && compared == asked_none
        }
        _ => false,
    }
}

const LESS: u8 = 1;
const EQUAL: u8 = 2;
const GREATER: u8 = 4;

/// How the first of two values may stand to the second, where a comparison came out so.
fn orders(op: CompareOp, outcome: bool) -> u8 {
    let all = LESS | EQUAL | GREATER;
    let when_true = match op {
        CompareOp::Lt => LESS,
        CompareOp::Le => LESS | EQUAL,
        CompareOp::Gt => GREATER,
        CompareOp::Ge => GREATER | EQUAL,
        CompareOp::Eq | CompareOp::Is => EQUAL,
        CompareOp::Ne | CompareOp::IsNot => LESS | GREATER,
        CompareOp::In | CompareOp::NotIn => return all,
    };
    if outcome { when_true } else { all & !when_true }
}

fn is_same(function: &Function, a: ExprId, b: ExprId) -> bool {
    let same = |a: &ExprId, b: &ExprId| is_same(function, *a, *b);
    match (function.expr(a), function.expr(b)) {
        (Expr::Field(a, first), Expr::Field(b, second)) => first == second && same(a, b),
        (Expr::Index(a, first), Expr::Index(b, second)) => same(a, b) && same(first, second),
        (Expr::Truth(a), Expr::Truth(b)) | (Expr::Length(a), Expr::Length(b)) => same(a, b),
        (Expr::Unary(op, a), Expr::Unary(other, b)) => op == other && same(a, b),
        (Expr::Binary(op, a, first), Expr::Binary(other, b, second)) => op == other && same(a, b) && same(first, second),
        (Expr::Compare(op, a, first), Expr::Compare(other, b, second)) => op == other && same(a, b) && same(first, second),
        (Expr::HasVariant(a, first), Expr::HasVariant(b, second)) => first == second && same(a, b),
        (Expr::Payload(a, first, at), Expr::Payload(b, second, other)) => first == second && at == other && same(a, b),
        (first, second) => first == second,
    }
}
