//! Which edges a way can take after a failure, given the constants that it assigns.
//!
//! Conditional constant propagation over the loop body from the handler on: `conn = None; continue` makes `if conn:`
//! false in the next round, and `done = True` ends `while not done`. Only locals and fields of locals are followed; a
//! call forgets the fields of what it is called on.

use litemap::LiteMap;
use unspin_flow::{BlockSet, Cfg, dataflow};
use unspin_ir::{
    BinaryOp, BlockId, CompareOp, Constant, Expr, ExprId, Handler, LocalId, Name, StatementKind, Terminator, UnaryOp,
};

use super::Failure;
use crate::model::FailureKind;
use crate::sites::{LoopContext, Site};

/// What is known of a place.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Known {
    Constant(&'static Constant),
    /// Not `None`, and true in a test.
    Something,
    /// What a test of it said last.
    Tested(bool),
    /// `Err(e)`, put together here.
    Variant(Name),
}

pub(super) type Environment = LiteMap<(LocalId, Option<Name>), Known>;

struct Propagation<'c, 'p> {
    cx: &'c LoopContext<'p>,
    /// Blocks that no way enters.
    closed: BlockSet,
    /// The block with the call at which a way ends.
    end: Option<BlockId>,
    /// Blocks with a call that never returns.
    final_blocks: BlockSet,
    /// Whether nothing that is called fails.
    is_calm: bool,
}

impl<'c, 'p> Propagation<'c, 'p> {
    fn new(cx: &'c LoopContext<'p>, closed: BlockSet, end: Option<BlockId>) -> Self {
        let never_return = cx.sites.iter().filter(|site| never_returns(cx, site));
        Self { cx, closed, end, final_blocks: never_return.map(|site| site.block).collect(), is_calm: false }
    }
}

fn never_returns(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let exits = site.resolution.model.is_some_and(|(model, _)| model.effect == crate::model::Effect::Exit);
    let targets = &site.resolution.targets;
    exits || (!targets.is_empty() && site.call.raises && targets.iter().all(|&target| cx.project.summary(target).never_returns))
}

/// What a round has tested by the time that it comes to each block: `while not ready` knows that `ready` is false.
pub(super) fn tested(cx: &LoopContext<'_>) -> Vec<Option<Environment>> {
    let analysis = Propagation::new(cx, BlockSet::new(cx.shape.cfg.len()), None);
    dataflow::iterate_to_fixpoint(&cx.shape.cfg, &analysis, vec![(cx.natural().header, Environment::new())]).states
}

/// The graph of the loop, reduced to the edges that can be taken after a failure, until the block `end` is reached; `known`
/// is what was known before the call that failed. That something else fails as well is another way round, which is looked
/// at for itself.
pub(super) fn after(cx: &LoopContext<'_>, failure: &Failure, end: BlockId, known: Option<Environment>) -> Cfg {
    let mut environment = known.unwrap_or_default();
    environment.extend(failure.binding.map(|local| ((local, None), Known::Something)));
    environment.extend(failure.told.map(|(local, answer)| ((local, None), Known::Constant(answer))));
    environment.extend(failure.failed.map(|local| ((local, None), Known::Variant(unspin_ir::name("Err")))));
    from(cx, failure.start, end, environment, true)
}

/// The same from a block of which nothing else is known.
pub(super) fn from_block(cx: &LoopContext<'_>, start: BlockId, end: BlockId) -> Cfg {
    from(cx, start, end, Environment::new(), false)
}

fn from(cx: &LoopContext<'_>, start: BlockId, end: BlockId, known: Environment, is_calm: bool) -> Cfg {
    let end = Some(end).filter(|&end| end != start);
    let analysis = Propagation { is_calm, ..Propagation::new(cx, BlockSet::new(cx.shape.cfg.len()), end) };
    reduced(&analysis, vec![(start, known)])
}

/// What is known when a call fails, given what is known at the start of its block.
pub(super) fn at_call(cx: &LoopContext<'_>, site: &Site<'_>, start: &Environment) -> Environment {
    let analysis = Propagation::new(cx, BlockSet::new(cx.shape.cfg.len()), None);
    let mut state = start.clone();
    for (index, statement) in cx.function.block(site.block).statements.iter().enumerate().take(site.index + 1) {
        if index < site.index {
            analysis.apply(&mut state, &statement.kind);
        } else {
            analysis.forget(&mut state, &statement.kind);
        }
    }
    state.retain(|(_, field), _| field.is_none());
    state
}

/// Whether the call can be reached again after it succeeded and nothing else failed, given what success assigns.
pub(super) fn repeats_after_success(cx: &LoopContext<'_>, site: &Site<'_>, handlers: &BlockSet) -> bool {
    let analysis = Propagation::new(cx, handlers.clone(), None);
    let data = cx.function.block(site.block);
    let mut state = Environment::new();
    state.extend(site.call.result.map(|local| ((local, None), Known::Something)));
    for statement in data.statements.iter().skip(site.index + 1) {
        analysis.apply(&mut state, &statement.kind);
    }
    let next = cx.shape.cfg.successors(site.block).iter().copied();
    let next: Vec<BlockId> = next.filter(|&next| Some(next) != data.unwind && cx.natural().body.contains(next)).collect();
    let graph = reduced(&analysis, next.iter().map(|&next| (next, state.clone())).collect());
    next.iter().any(|&next| reachable(&graph, next, &cx.natural().body, handlers).contains(site.block))
}

/// Whether the loop can go round a second time, given what the first round assigns.
pub(super) fn goes_round_again(cx: &LoopContext<'_>) -> bool {
    use dataflow::Analysis as _;
    let header = cx.natural().header;
    let nothing = || BlockSet::new(cx.shape.cfg.len());
    let to_header = Propagation::new(cx, nothing(), Some(header));
    let from_header = Propagation::new(cx, nothing(), None);
    let round = |state: &Environment| {
        let mut starts = from_header.transfer(header, state);
        let at_once: Vec<Environment> =
            starts.iter().filter(|(next, _)| *next == header).map(|(_, state)| state.clone()).collect();
        starts.retain(|(next, _)| *next != header);
        let mut states = dataflow::iterate_to_fixpoint(&cx.shape.cfg, &to_header, starts).states;
        at_once.into_iter().next().or_else(|| states.swap_remove(header.index()))
    };
    round(&Environment::new()).is_none_or(|state| round(&state).is_some())
}

fn reduced(analysis: &Propagation<'_, '_>, starts: Vec<(BlockId, Environment)>) -> Cfg {
    let cx = analysis.cx;
    Cfg::from_successors(dataflow::iterate_to_fixpoint(&cx.shape.cfg, analysis, starts).edges)
}

impl dataflow::Analysis for Propagation<'_, '_> {
    type State = Environment;

    fn join(&self, into: &mut Environment, from: &Environment) -> bool {
        let before = into.len();
        into.retain(|place, known| from.get(place) == Some(known));
        into.len() != before
    }

    fn transfer(&self, block: BlockId, state: &Environment) -> Vec<(BlockId, Environment)> {
        let function = self.cx.function;
        let body = &self.cx.natural().body;
        let data = function.block(block);
        let mut edges = Vec::new();
        if Some(block) == self.end {
            return edges;
        }
        let mut state = state.clone();
        let may_fail = !self.is_calm || matches!(data.terminator, Terminator::Raise { .. });
        if let Some(unwind) = data.unwind
            && may_fail
            && body.contains(unwind)
            && !self.closed.contains(unwind)
            && self.cx.shape.cfg.successors(block).contains(&unwind)
        {
            let mut failed = state.clone();
            for statement in &data.statements {
                self.forget(&mut failed, &statement.kind);
            }
            edges.push((unwind, failed));
        }
        if self.final_blocks.contains(block) {
            return edges;
        }
        for statement in &data.statements {
            self.apply(&mut state, &statement.kind);
        }
        let mut go = |target: BlockId, state: Environment| {
            if body.contains(target) && !self.closed.contains(target) {
                edges.push((target, state));
            }
        };
        match &data.terminator {
            Terminator::Branch { test, then, otherwise } => {
                let outcome = self.truth(&state, *test).or_else(|| self.interrupt_outcome(*test));
                if outcome != Some(false) {
                    let mut state = state.clone();
                    self.learn(&mut state, *test, true);
                    go(*then, state);
                }
                if outcome != Some(true) {
                    self.learn(&mut state, *test, false);
                    go(*otherwise, state);
                }
            }
            // `with lock:` lets a failure through.
            Terminator::Dispatch { handlers, otherwise } => {
                let may_catch = |handler: &&Handler| super::kinds_of_handler(self.cx, handler).is_some();
                let caught = handlers.iter().filter(may_catch).map(|handler| handler.block);
                for next in caught.chain(*otherwise) {
                    go(next, state.clone());
                }
            }
            _ => {
                for &next in self.cx.shape.cfg.successors(block) {
                    if Some(next) != data.unwind {
                        go(next, state.clone());
                    }
                }
            }
        }
        edges
    }
}

impl Propagation<'_, '_> {
    fn key(&self, expr: ExprId) -> Option<(LocalId, Option<Name>)> {
        let function = self.cx.function;
        match function.expr(expr) {
            Expr::Local(local) => Some((*local, None)),
            Expr::Field(base, field) => match function.expr(*base) {
                Expr::Local(local) => Some((*local, Some(*field))),
                _ => None,
            },
            _ => None,
        }
    }

    /// What a test of a variable says of it where it holds, or does not.
    fn learn(&self, state: &mut Environment, test: ExprId, holds: bool) {
        match *self.cx.function.expr(test) {
            Expr::Unary(UnaryOp::Not, inner) => self.learn(state, inner, !holds),
            Expr::Truth(inner) => self.learn(state, inner, holds),
            Expr::Local(local) if self.is_own(local) => {
                state.entry((local, None)).or_insert(Known::Tested(holds));
            }
            Expr::Compare(CompareOp::Is, a, b) => self.learn_identity(state, (a, b), holds),
            Expr::Compare(CompareOp::IsNot, a, b) => self.learn_identity(state, (a, b), !holds),
            _ => {}
        }
    }

    /// `x is None`.
    fn learn_identity(&self, state: &mut Environment, (a, b): (ExprId, ExprId), holds: bool) {
        let Expr::Local(local) = *self.cx.function.expr(a) else { return };
        let is_none = matches!(self.cx.function.expr(b), Expr::Constant(Constant::None));
        if holds && is_none && self.is_own(local) {
            state.entry((local, None)).or_insert(Known::Constant(&Constant::None));
        }
    }

    /// Whether nothing but this function assigns a variable.
    fn is_own(&self, local: LocalId) -> bool {
        use unspin_ir::LocalKind;
        matches!(self.cx.function.local(local).kind, LocalKind::Variable | LocalKind::Parameter)
    }

    fn forget_fields(state: &mut Environment, local: LocalId) {
        state.retain(|(root, field), _| *root != local || field.is_none());
    }

    fn apply(&self, state: &mut Environment, statement: &StatementKind) {
        self.forget(state, statement);
        if let StatementKind::Assign(place, value) = statement
            && let Some(key) = self.key(*place)
            && let Some(known) = self.known(state, *value)
        {
            state.insert(key, known);
        }
    }

    fn forget(&self, state: &mut Environment, statement: &StatementKind) {
        if state.is_empty() {
            return;
        }
        let function = self.cx.function;
        match statement {
            StatementKind::Assign(place, _) | StatementKind::Delete(place) => {
                if let Some(root) = crate::shape::root_local(function, *place) {
                    match self.key(*place) {
                        Some(key) => {
                            state.remove(&key);
                            if key.1.is_none() {
                                Self::forget_fields(state, root);
                            }
                        }
                        None => Self::forget_fields(state, root),
                    }
                }
            }
            StatementKind::Call(call) => {
                if let Some(result) = call.result {
                    state.remove(&(result, None));
                    Self::forget_fields(state, result);
                }
                for expr in call.operands() {
                    if let Some(root) = crate::shape::root_local(function, expr) {
                        Self::forget_fields(state, root);
                        // A list that was not empty may be now.
                        if let Some(Known::Tested(_)) = state.get(&(root, None)) {
                            state.remove(&(root, None));
                        }
                    }
                }
                for argument in call.arguments.iter().filter(|a| a.mutable) {
                    if let Some(root) = crate::shape::root_local(function, argument.value) {
                        state.remove(&(root, None));
                    }
                }
            }
            _ => {}
        }
    }

    fn known(&self, state: &Environment, expr: ExprId) -> Option<Known> {
        match self.cx.function.expr(expr) {
            Expr::Constant(constant) => Some(Known::Constant(constant)),
            Expr::Global(name) => self.cx.project.constant(self.cx.at.file, *name).map(Known::Constant),
            Expr::Aggregate(_, parts) if !parts.is_empty() => Some(Known::Something),
            Expr::Variant(variant) => Some(Known::Variant(variant.name)),
            Expr::Unary(UnaryOp::Negate, inner) => match self.known(state, *inner)? {
                Known::Constant(Constant::Int(value)) => Some(Known::Constant(Constant::Int(value.checked_neg()?).interned())),
                _ => None,
            },
            Expr::Unary(UnaryOp::Not, _) | Expr::Compare(..) | Expr::Truth(_) | Expr::Binary(BinaryOp::BitOr, ..) => {
                self.truth(state, expr).map(|value| Known::Constant(Constant::Bool(value).interned()))
            }
            _ => state.get(&self.key(expr)?).cloned(),
        }
    }

    fn truth(&self, state: &Environment, expr: ExprId) -> Option<bool> {
        match self.cx.function.expr(expr) {
            Expr::Unary(UnaryOp::Not, a) => self.truth(state, *a).map(|value| !value),
            Expr::Truth(a) => self.truth(state, *a),
            Expr::HasVariant(value, wanted) => match self.known(state, *value)? {
                Known::Variant(name) => Some(unspin_ir::last_part(name) == unspin_ir::last_part(*wanted)),
                _ => None,
            },
            // Of truth values: `closed | failed`.
            Expr::Binary(BinaryOp::BitOr, a, b) => match (self.truth(state, *a), self.truth(state, *b)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (a, b) => a.and(b),
            },
            Expr::Compare(op, a, b) => {
                let (a, b) = (self.known(state, *a)?, self.known(state, *b)?);
                if let (Known::Constant(Constant::Int(a)), Known::Constant(Constant::Int(b))) = (&a, &b)
                    && let Some(outcome) = ordered(*op, *a, *b)
                {
                    return Some(outcome);
                }
                let equal = match (&a, &b) {
                    (Known::Constant(a), Known::Constant(b)) => a == b,
                    (Known::Something | Known::Variant(_) | Known::Tested(true), Known::Constant(Constant::None))
                    | (Known::Constant(Constant::None), Known::Something | Known::Variant(_) | Known::Tested(true)) => false,
                    _ => return None,
                };
                match op {
                    CompareOp::Eq | CompareOp::Is => Some(equal),
                    CompareOp::Ne | CompareOp::IsNot => Some(!equal),
                    _ => None,
                }
            }
            _ => match self.known(state, expr)? {
                Known::Something => Some(true),
                Known::Variant(_) => None,
                Known::Tested(holds) => Some(holds),
                Known::Constant(constant) => match constant {
                    Constant::None | Constant::Unit => Some(false),
                    Constant::Bool(value) => Some(*value),
                    Constant::Int(value) => Some(*value != 0),
                    Constant::Float(value) => Some(*value != 0.0),
                    Constant::Text(text) => Some(!text.is_empty()),
                    Constant::Bytes(bytes) => Some(!bytes.is_empty()),
                },
            },
        }
    }

    /// A failure that is worth following is no interrupt: `errno == EINTR` and the like are false.
    fn interrupt_outcome(&self, test: ExprId) -> Option<bool> {
        match self.cx.function.expr(test) {
            Expr::Unary(UnaryOp::Not, inner) => self.interrupt_outcome(*inner).map(|value| !value),
            Expr::Truth(inner) => self.interrupt_outcome(*inner),
            Expr::Compare(CompareOp::Eq | CompareOp::Is | CompareOp::In, ..) | Expr::HasVariant(..) | Expr::HasType(..) => {
                (super::named_kind(self.cx, test)? == FailureKind::Interrupt).then_some(false)
            }
            Expr::Compare(CompareOp::Ne | CompareOp::IsNot | CompareOp::NotIn, ..) => {
                (super::named_kind(self.cx, test)? == FailureKind::Interrupt).then_some(true)
            }
            _ => None,
        }
    }
}

fn ordered(op: CompareOp, a: i64, b: i64) -> Option<bool> {
    match op {
        CompareOp::Lt => Some(a < b),
        CompareOp::Le => Some(a <= b),
        CompareOp::Gt => Some(a > b),
        CompareOp::Ge => Some(a >= b),
        _ => None,
    }
}

/// Blocks of the loop that can be reached from `start` in the reduced graph without entering `avoiding`.
pub(super) fn reachable(cfg: &Cfg, start: BlockId, within: &BlockSet, avoiding: &BlockSet) -> BlockSet {
    unspin_flow::ways::reachable(cfg, start, within, avoiding)
}

/// Blocks of `within` from which `target` can be reached in the reduced graph.
pub(super) fn reaching(cfg: &Cfg, target: BlockId, within: &BlockSet) -> BlockSet {
    let mut before = vec![Vec::new(); cfg.len()];
    for block in within.iter() {
        for next in cfg.successors(block) {
            before[next.index()].push(block);
        }
    }
    let mut seen = BlockSet::new(cfg.len());
    let mut pending = vec![target];
    while let Some(block) = pending.pop() {
        if seen.insert(block) {
            pending.extend(&before[block.index()]);
        }
    }
    seen
}
