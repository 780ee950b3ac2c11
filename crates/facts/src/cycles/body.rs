//! One function on a cycle, with what its analyses share: graph, dominators, names in expressions.

use std::cell::{Cell, OnceCell};

use unspin_flow::{BlockSet, Cfg, Dominators};
use unspin_ir::{BlockId, Call, Callee, Expr, ExprId, Function, LocalId, LocalKind, Name, StatementKind, Terminator};

use crate::callgraph::CallEdge;
use crate::definitions::Definition;
use crate::project::{FunctionRef, Project};

/// How far names are looked for behind temporaries.
const MAX_DEPTH: u32 = 6;

/// How many expressions one question may look at; what lies beyond counts as not there.
const MAX_STEPS: u32 = 500;

/// How many of the nearest, and of the farthest, tests before a call are looked at; also how many guards of a function.
pub(super) const MAX_TESTS: usize = 64;

/// One function on a cycle.
pub(super) struct Body<'a> {
    pub(super) project: &'a Project,
    pub(super) at: FunctionRef,
    pub(super) function: &'a Function,
    pub(super) cfg: Cfg,
    pub(super) dominators: Dominators,
    /// Expressions that the current question may still look at.
    steps: Cell<u32>,
    /// Whether a call of what counts levels, and fails, was met so far.
    pub(super) counted: Cell<bool>,
    /// Calls of guard helpers, once they were asked for.
    pub(super) guards: OnceCell<Vec<(BlockId, u32)>>,
    /// Calls of helpers that fail for what was seen before.
    pub(super) membership_checks: OnceCell<Vec<(BlockId, u32)>>,
    /// Tests that may guard a call, once they were asked for.
    pub(super) tests: OnceCell<Tests>,
    /// How much it consumes, once that was asked for.
    pub(super) consumes: OnceCell<u32>,
    /// Whether its input is trusted, once that was asked for.
    pub(super) trusted: OnceCell<bool>,
}

/// Tests that may guard a call.
pub(super) struct Tests {
    /// Branches on a depth.
    pub(super) depth: Vec<BlockId>,
    /// These, and branches on a membership or on a parameter.
    pub(super) all: BlockSet,
}

/// What an expression is made of.
#[derive(Clone, Copy)]
pub(super) enum Part<'a> {
    /// A variable, field or global by the last part of its name.
    Name(Name),
    /// A call whose result is used.
    Call(&'a Call),
    /// An expression.
    Expr(&'a Expr),
}

impl<'a> Body<'a> {
    pub(super) fn new(project: &'a Project, at: FunctionRef) -> Self {
        let function = project.function(at);
        let cfg = Cfg::new(function);
        let dominators = Dominators::new(&cfg);
        Self {
            project,
            at,
            function,
            cfg,
            dominators,
            steps: Cell::new(0),
            counted: Cell::new(false),
            guards: OnceCell::new(),
            membership_checks: OnceCell::new(),
            tests: OnceCell::new(),
            consumes: OnceCell::new(),
            trusted: OnceCell::new(),
        }
    }

    /// Go through an expression and what its temporaries stand for.
    pub(super) fn walk(&self, expr: ExprId, visit: &mut dyn FnMut(Part<'a>)) {
        self.ask();
        self.walk_to(expr, 0, visit);
    }

    /// Begin a question whose search is bounded by [`Body::step`].
    pub(super) fn ask(&self) {
        self.steps.set(MAX_STEPS);
    }

    /// Whether the current question may look at one more expression.
    pub(super) fn step(&self) -> bool {
        let left = self.steps.get();
        self.steps.set(left.saturating_sub(1));
        left > 0
    }

    fn walk_to(&self, expr: ExprId, depth: u32, visit: &mut dyn FnMut(Part<'a>)) {
        if depth > MAX_DEPTH || !self.step() {
            return;
        }
        let node = self.function.expr(expr);
        visit(Part::Expr(node));
        match node {
            Expr::Local(local) if self.function.local(*local).kind == LocalKind::Temporary => {
                match self.project.definitions(self.at).only(self.function, *local) {
                    Some(Definition::Value(value)) => self.walk_to(value, depth + 1, visit),
                    Some(Definition::Call(call)) => self.walk_call(call, depth + 1, visit),
                    _ => {}
                }
            }
            Expr::Local(local) => visit(Part::Name(self.function.local(*local).name)),
            Expr::Global(path) => visit(Part::Name(last_part(*path))),
            Expr::Field(base, field) => {
                visit(Part::Name(*field));
                self.walk_to(*base, depth + 1, visit);
            }
            other => other.for_each_operand(|operand| self.walk_to(operand, depth + 1, visit)),
        }
    }

    fn walk_call(&self, call: &'a Call, depth: u32, visit: &mut dyn FnMut(Part<'a>)) {
        visit(Part::Call(call));
        visit(Part::Name(called_name(self.function, call)));
        if let Callee::Method(receiver, _) = call.callee {
            self.walk_to(receiver, depth, visit);
        }
        for argument in &call.arguments {
            self.walk_to(argument.value, depth, visit);
        }
    }

    /// Whether a name in the expression fits.
    pub(super) fn names(&self, expr: ExprId, fits: impl Fn(Name) -> bool) -> bool {
        let mut found = false;
        self.walk(expr, &mut |part| found |= matches!(part, Part::Name(name) if fits(name)));
        found
    }

    /// The call at an edge; `None` for a function that is returned.
    pub(super) fn call_at(&self, edge: &CallEdge) -> Option<&'a Call> {
        match &self.function.block(edge.block).statements.get(edge.statement as usize)?.kind {
            StatementKind::Call(call) => Some(call),
            _ => None,
        }
    }

    /// Tests that decide whether a place is reached, nearest first, of those that `wanted` takes: each branch that
    /// dominates it and has a side that leads elsewhere. Only blocks in `among` are looked at, and of very many the
    /// nearest and the farthest.
    pub(super) fn controlling<T>(
        &self,
        site: BlockId,
        among: &BlockSet,
        mut wanted: impl FnMut(BlockId, ExprId) -> Option<T>,
    ) -> Vec<T> {
        let mut chain = Vec::new();
        let mut next = self.dominators.immediate(site);
        while let Some(block) = next {
            if among.contains(block) {
                chain.push(block);
            }
            next = self.dominators.immediate(block);
        }
        if chain.len() > 2 * MAX_TESTS {
            chain.drain(MAX_TESTS..chain.len() - MAX_TESTS);
        }
        let mut found = Vec::new();
        for block in chain {
            if let Terminator::Branch { test, then, otherwise } = self.function.block(block).terminator
                && let Some(taken) = wanted(block, test)
                && (!self.reaches(then, site, block) || !self.reaches(otherwise, site, block))
            {
                found.push(taken);
            }
        }
        found
    }

    /// Whether one of the tests `among` keeps from a place although it can be reached around it, because it is asked under
    /// a condition of its own: `if limit is not None and depth > limit: raise`.
    pub(super) fn conditional(
        &self,
        site: BlockId,
        among: &[BlockId],
        wanted: impl Fn(ExprId) -> bool,
        names_limit: impl Fn(Name) -> bool,
    ) -> bool {
        among.iter().any(|&block| {
            let Terminator::Branch { test, then, otherwise } = self.function.block(block).terminator else { return false };
            if self.dominators.dominates(block, site) || !wanted(test) {
                return false;
            }
            let passing = match (self.reaches(then, site, block), self.reaches(otherwise, site, block)) {
                (true, false) => then,
                (false, true) => otherwise,
                _ => return false,
            };
            let Some(outer) = self.dominators.immediate(block).filter(|&outer| self.dominators.dominates(outer, site)) else {
                return false;
            };
            match self.function.block(outer).terminator {
                Terminator::Branch { test, then, otherwise } => {
                    then == passing || otherwise == passing || self.names(test, &names_limit)
                }
                _ => false,
            }
        })
    }

    /// Whether `to` can be reached from `from` without passing `avoiding`.
    pub(super) fn reaches(&self, from: BlockId, to: BlockId, avoiding: BlockId) -> bool {
        let mut seen = BlockSet::new(self.cfg.len());
        let mut pending = vec![from];
        while let Some(block) = pending.pop() {
            if block == to {
                return true;
            }
            if block != avoiding && seen.insert(block) {
                pending.extend(self.cfg.successors(block));
            }
        }
        false
    }

    /// Whether a block can be reached again from itself.
    pub(super) fn is_in_loop(&self, block: BlockId) -> bool {
        self.cfg.successors(block).iter().any(|&next| self.reaches(next, block, block))
    }

    /// Whether a block stands in a loop, under a test in that loop besides the one at its head.
    pub(super) fn is_chosen_in_loop(&self, block: BlockId) -> bool {
        let is_head = |test: BlockId| self.function.loops.iter().any(|known| known.header == test);
        let inner = |test: BlockId, _| (!is_head(test) && self.reaches(block, test, test)).then_some(());
        let mut branches = BlockSet::new(self.cfg.len());
        for (id, block) in self.function.block_ids() {
            if matches!(block.terminator, Terminator::Branch { .. }) {
                branches.insert(id);
            }
        }
        self.is_in_loop(block) && !self.controlling(block, &branches, inner).is_empty()
    }

    /// Whether one of these calls is made before a place on every path to it.
    pub(super) fn is_after(&self, edge: &CallEdge, calls: &[(BlockId, u32)]) -> bool {
        calls.iter().any(|&(block, statement)| {
            if block == edge.block { statement < edge.statement } else { self.dominators.dominates(block, edge.block) }
        })
    }

    /// Whether a local is a parameter that is never given another value.
    pub(super) fn constant_parameter(&self, local: LocalId) -> bool {
        self.function.local(local).kind == LocalKind::Parameter
            && self.project.definitions(self.at).of(self.function, local).next().is_none()
    }

    /// Every call of the function with its block and statement, in order.
    pub(super) fn calls(&self) -> impl Iterator<Item = (BlockId, u32, &'a Call)> + 'a {
        let blocks = self.function.block_ids();
        blocks.flat_map(|(id, block)| {
            block.statements.iter().enumerate().filter_map(move |(index, statement)| match &statement.kind {
                StatementKind::Call(call) => Some((id, index as u32, &**call)),
                _ => None,
            })
        })
    }
}

/// The argument of a call for a parameter of the callee, by its position among the parameters.
pub(super) fn argument_for(call: &Call, callee: &Function, parameter: usize) -> Option<ExprId> {
    let wanted = callee.parameters.get(parameter)?;
    let name = callee.local(wanted.local).name;
    let bound = callee.has_receiver && !passes_receiver(call, callee);
    let position = if bound { parameter.checked_sub(1) } else { Some(parameter) };
    call.argument(Some(name), position)
}

/// Whether the receiver of a method is the first argument: `Class.method(object)`.
pub(super) fn passes_receiver(call: &Call, callee: &Function) -> bool {
    matches!(call.callee, Callee::Path(_)) && callee.owner.is_some() && callee.name.as_str() != "__init__"
}

/// The last part of a path.
pub(super) fn last_part(path: Name) -> Name {
    unspin_ir::last_part(path)
}

/// The name of what is called, without its path.
pub(super) fn called_name(function: &Function, call: &Call) -> Name {
    match call.callee {
        Callee::Method(_, method) => method,
        Callee::Path(path) => unspin_ir::name(last_part(path).trim_end_matches('!')),
        Callee::Value(value) => match *function.expr(value) {
            Expr::Field(_, field) => field,
            Expr::Local(local) => function.local(local).name,
            Expr::Global(path) => last_part(path),
            _ => Name::default(),
        },
    }
}
