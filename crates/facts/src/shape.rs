//! What every analysis wants to know of one function's body: graph, loops, and where its locals come from.

use rustc_hash::FxHashMap;
use unspin_flow::{Cfg, Dominators, LoopForest};
use unspin_ir::{BlockId, Call, Expr, ExprId, Function, LocalId, StatementKind};

/// Graph, loop forest and definitions of one function.
#[derive(Debug)]
pub struct Shape {
    /// The graph.
    pub cfg: Cfg,
    /// Natural loops.
    pub forest: LoopForest,
    definitions: FxHashMap<LocalId, Vec<Definition>>,
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
        let mut definitions: FxHashMap<LocalId, Vec<Definition>> = FxHashMap::default();
        for (block, body) in function.block_ids() {
            for (index, statement) in body.statements.iter().enumerate() {
                match &statement.kind {
                    StatementKind::Assign(place, value) => {
                        if let Expr::Local(local) = function.expr(*place) {
                            definitions.entry(*local).or_default().push(Definition { block, index, value: Some(*value) });
                        }
                    }
                    StatementKind::Call(call) => {
                        if let Some(local) = call.result {
                            definitions.entry(local).or_default().push(Definition { block, index, value: None });
                        }
                    }
                    _ => {}
                }
            }
            if let unspin_ir::Terminator::Advance { item, .. } = &body.terminator {
                let index = body.statements.len();
                definitions.entry(*item).or_default().push(Definition { block, index, value: None });
            }
            if let unspin_ir::Terminator::Dispatch { handlers, .. } = &body.terminator {
                for local in handlers.iter().filter_map(|handler| handler.binding) {
                    let index = body.statements.len();
                    definitions.entry(local).or_default().push(Definition { block, index, value: None });
                }
            }
        }
        Self { cfg, forest, definitions }
    }

    /// Every place where a local gets a value; parameters get theirs before the first block.
    pub fn definitions(&self, local: LocalId) -> &[Definition] {
        self.definitions.get(&local).map_or(&[], Vec::as_slice)
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
