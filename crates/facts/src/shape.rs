//! What every analysis wants to know of one function's body: graph, loops, and where its locals come from.

use std::cell::OnceCell;
use std::ops::Deref;
use std::rc::Rc;

use unspin_flow::{BlockSet, Cfg, Dominators, LoopForest};
use unspin_ir::{BlockId, Call, Expr, ExprId, Function, LocalId, StatementKind, Terminator, UnaryOp};

/// Graph, loop forest and definitions of one function.
#[derive(Debug)]
pub struct Shape {
    /// The graph.
    pub cfg: Cfg,
    /// Natural loops.
    pub forest: LoopForest,
    /// Sorted; the local of each definition.
    owners: Vec<LocalId>,
    definitions: Vec<Definition>,
}

/// Where a local gets a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The block.
    pub block: BlockId,
    /// The statement in it; its length for the item of an `Advance`.
    pub index: usize,
    /// The expression assigned, or `None` for a call's result, an item or a handler's binding.
    pub value: Option<ExprId>,
}

impl Shape {
    /// Look at a function.
    pub fn new(function: &Function) -> Self {
        let cfg = Cfg::new(function);
        let forest = LoopForest::new(function, &cfg, &Dominators::new(&cfg));
        let mut definitions = Vec::new();
        for (block, body) in function.block_ids() {
            for (index, statement) in body.statements.iter().enumerate() {
                match &statement.kind {
                    StatementKind::Assign(place, value) => {
                        if let Expr::Local(local) = function.expr(*place) {
                            definitions.push((*local, Definition { block, index, value: Some(*value) }));
                        }
                    }
                    StatementKind::Call(call) => {
                        definitions.extend(call.result.map(|local| (local, Definition { block, index, value: None })));
                    }
                    _ => {}
                }
            }
            let at_end = Definition { block, index: body.statements.len(), value: None };
            match &body.terminator {
                Terminator::Advance { item, .. } => definitions.push((*item, at_end)),
                Terminator::Dispatch { handlers, .. } => {
                    definitions.extend(handlers.iter().filter_map(|handler| handler.binding).map(|local| (local, at_end)));
                }
                _ => {}
            }
        }
        definitions.sort_by_key(|&(local, _)| local);
        let (owners, definitions) = definitions.into_iter().unzip();
        Self { cfg, forest, owners, definitions }
    }

    /// Every place where a local gets a value; parameters get theirs before the first block.
    pub fn definitions(&self, local: LocalId) -> &[Definition] {
        let start = self.owners.partition_point(|&owner| owner < local);
        let count = self.owners[start..].partition_point(|&owner| owner == local);
        &self.definitions[start..start + count]
    }

    /// Blocks that are reached through one block alone, itself first, along the edges from there that are to be followed.
    pub(crate) fn only_through(&self, start: BlockId, follows: impl Fn(BlockId, BlockId) -> bool) -> Vec<BlockId> {
        let mut elsewhere = BlockSet::new(self.cfg.len());
        let mut pending = vec![BlockId::new(0)];
        while let Some(block) = pending.pop() {
            if block != start && elsewhere.insert(block) {
                pending.extend(self.cfg.successors(block));
            }
        }
        let mut own = Vec::new();
        pending.push(start);
        while let Some(block) = pending.pop() {
            if !elsewhere.contains(block) && !own.contains(&block) {
                own.push(block);
                pending.extend(self.cfg.successors(block).iter().filter(|&&next| follows(block, next)));
            }
        }
        own
    }

    /// The call whose result an expression is, seen through locals that are assigned once.
    pub fn origin<'f>(&self, function: &'f Function, expr: ExprId) -> Option<(BlockId, usize, &'f Call)> {
        let mut at = expr;
        for _ in 0..8 {
            let Expr::Local(local) = function.expr(at) else { return None };
            let [definition] = self.definitions(*local) else { return None };
            let Some(value) = definition.value else {
                let statement = function.block(definition.block).statements.get(definition.index)?;
                let StatementKind::Call(call) = &statement.kind else { return None };
                return Some((definition.block, definition.index, call));
            };
            at = value;
        }
        None
    }
}

/// The shape of a function, looked at when it is first asked for: most functions have nothing to report.
pub(crate) struct LazyShape<'f> {
    function: &'f Function,
    shape: OnceCell<Rc<Shape>>,
}

impl<'f> LazyShape<'f> {
    pub(crate) fn new(function: &'f Function) -> Self {
        Self { function, shape: OnceCell::new() }
    }
}

impl Deref for LazyShape<'_> {
    type Target = Rc<Shape>;

    fn deref(&self) -> &Rc<Shape> {
        self.shape.get_or_init(|| Rc::new(Shape::new(self.function)))
    }
}

/// The local or global at the bottom of a place: `self` of `self.a.b[0]`.
pub fn root_local(function: &Function, expr: ExprId) -> Option<LocalId> {
    match function.expr(expr) {
        Expr::Local(local) => Some(*local),
        Expr::Field(base, _) | Expr::Index(base, _) | Expr::Slice(base, ..) | Expr::Payload(base, ..) => {
            root_local(function, *base)
        }
        _ => None,
    }
}

/// Call `f` with an expression and everything in it.
pub fn for_each_part(function: &Function, expr: ExprId, f: &mut impl FnMut(ExprId)) {
    f(expr);
    function.expr(expr).for_each_operand(|operand| for_each_part(function, operand, f));
}

/// Whether an expression, or anything in it, is what is looked for.
pub fn any_part(function: &Function, expr: ExprId, mut is_it: impl FnMut(ExprId) -> bool) -> bool {
    let mut found = false;
    for_each_part(function, expr, &mut |part| found = found || is_it(part));
    found
}

/// A test without its negations, and the outcome that it has then.
pub(crate) fn without_negation(function: &Function, test: ExprId, outcome: bool) -> (ExprId, bool) {
    match *function.expr(test) {
        Expr::Unary(UnaryOp::Not, inner) => without_negation(function, inner, !outcome),
        _ => (test, outcome),
    }
}

/// Whether a local is part of an expression.
pub fn mentions(function: &Function, expr: ExprId, local: LocalId) -> bool {
    mentions_any(function, expr, &[local])
}

/// Whether one of these locals is part of an expression.
pub fn mentions_any(function: &Function, expr: ExprId, locals: &[LocalId]) -> bool {
    any_part(function, expr, |part| matches!(function.expr(part), Expr::Local(local) if locals.contains(local)))
}

impl Shape {
    /// Whether a local is used as a number or text: sliced, compared by order, or stepped by a constant.
    pub fn is_used_as_value(&self, function: &Function, local: LocalId) -> bool {
        use unspin_ir::{BinaryOp, CompareOp};
        let is_local = |expr: &ExprId| *function.expr(*expr) == Expr::Local(local);
        function.exprs.iter().any(|expr| match expr {
            Expr::Slice(base, ..) => is_local(base),
            Expr::Compare(CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge, a, b) => is_local(a) || is_local(b),
            Expr::Binary(BinaryOp::Add | BinaryOp::Subtract, a, b) => {
                is_local(a) && matches!(function.expr(*b), Expr::Constant(unspin_ir::Constant::Int(_)))
            }
            _ => false,
        })
    }
}
