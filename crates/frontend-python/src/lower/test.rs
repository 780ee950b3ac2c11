//! Conditions: `and`, `or`, `not`, chains and ternaries become branches, the rest one test each.

use ruff_python_ast::{self as ast, BoolOp, Expr as Syntax};
use unspin_ir::{BlockId, Constant, Expr, ExprId, UnaryOp};

use super::Lowerer;
use crate::span_of;

impl<'a> Lowerer<'a> {
    /// End the current block: to `then` if the expression is true, else to `otherwise`.
    pub(super) fn test(&mut self, expr: &'a Syntax, then: BlockId, otherwise: BlockId) {
        let span = span_of(expr);
        match expr {
            Syntax::BoolOp(bool_op) => {
                let Some((last, first)) = bool_op.values.split_last() else { return };
                for value in first {
                    let next = self.builder().new_block(span_of(value));
                    match bool_op.op {
                        BoolOp::And => self.test(value, next, otherwise),
                        BoolOp::Or => self.test(value, then, next),
                    }
                    self.builder().switch_to(next);
                }
                self.test(last, then, otherwise);
            }
            Syntax::UnaryOp(unary) if unary.op == ast::UnaryOp::Not && branches(&unary.operand) => {
                self.test(&unary.operand, otherwise, then);
            }
            Syntax::If(ternary) => {
                let [first, second] = [&ternary.body, &ternary.orelse].map(|way| self.builder().new_block(span_of(&**way)));
                self.test(&ternary.test, first, second);
                self.builder().switch_to(first);
                self.test(&ternary.body, then, otherwise);
                self.builder().switch_to(second);
                self.test(&ternary.orelse, then, otherwise);
            }
            Syntax::Compare(compare) if compare.ops.len() > 1 => {
                let mut left = self.value(&compare.left);
                let last = compare.ops.len() - 1;
                for (index, (op, right)) in compare.ops.iter().zip(&compare.comparators).enumerate() {
                    let (test, value) = self.comparison(left, *op, right);
                    left = value;
                    let next = if index == last { then } else { self.builder().new_block(span) };
                    self.branch(test, next, otherwise, span);
                    self.builder().switch_to(next);
                }
            }
            _ => {
                let test = self.condition(expr);
                self.branch(test, then, otherwise, span);
            }
        }
    }

    fn branch(&mut self, test: ExprId, then: BlockId, otherwise: BlockId, span: unspin_span::Span) {
        if self.may_miss(test) {
            self.note_failure(test, span);
        }
        self.builder().branch(test, then, otherwise, span);
    }

    /// The truth value of an expression.
    pub(super) fn condition(&mut self, expr: &'a Syntax) -> ExprId {
        let value = self.value(expr);
        match self.frame.builder.function.expr(value) {
            Expr::Constant(_)
            | Expr::Compare(..)
            | Expr::HasType(..)
            | Expr::HasVariant(..)
            | Expr::Truth(_)
            | Expr::Unary(UnaryOp::Not, _) => value,
            _ => self.builder().expr(Expr::Truth(value)),
        }
    }

    /// The value of `and`, `or` and comparison chains: a temporary assigned on each way.
    pub(super) fn decided_value(&mut self, expr: &'a Syntax) -> ExprId {
        let span = span_of(expr);
        let result = self.builder().temporary();
        let after = self.builder().new_block(span);
        if let Syntax::BoolOp(bool_op) = expr {
            let Some((last, first)) = bool_op.values.split_last() else { return self.opaque(Vec::new()) };
            for operand in first {
                self.bool_operand(operand, bool_op.op, result, after);
            }
            let value = self.value(last);
            self.builder().assign_local(result, value, span);
        } else {
            let [then, otherwise] = [0; 2].map(|_| self.builder().new_block(span));
            self.test(expr, then, otherwise);
            self.builder().switch_to(otherwise);
            let no = self.builder().constant(Constant::Bool(false));
            self.builder().assign_local(result, no, span);
            self.builder().goto(after, span);
            self.builder().switch_to(then);
            let yes = self.builder().constant(Constant::Bool(true));
            self.builder().assign_local(result, yes, span);
        }
        self.builder().goto(after, span);
        self.builder().switch_to(after);
        self.builder().read(result)
    }

    /// An operand that is the result if it decides; goes on where it does not.
    fn bool_operand(&mut self, operand: &'a Syntax, op: BoolOp, result: unspin_ir::LocalId, after: BlockId) {
        let span = span_of(operand);
        let value = self.value(operand);
        let [decided, next] = [0; 2].map(|_| self.builder().new_block(span));
        let truth = match self.frame.builder.function.expr(value) {
            Expr::Constant(_) | Expr::Compare(..) | Expr::HasType(..) | Expr::Truth(_) | Expr::Unary(UnaryOp::Not, _) => value,
            _ => self.builder().expr(Expr::Truth(value)),
        };
        match op {
            BoolOp::And => self.builder().branch(truth, next, decided, span),
            BoolOp::Or => self.builder().branch(truth, decided, next, span),
        }
        self.builder().switch_to(decided);
        self.builder().assign_local(result, value, span);
        self.builder().goto(after, span);
        self.builder().switch_to(next);
    }
}

/// Whether a test of the expression is more than one branch.
fn branches(expr: &Syntax) -> bool {
    match expr {
        Syntax::BoolOp(_) | Syntax::If(_) => true,
        Syntax::Compare(compare) => compare.ops.len() > 1,
        Syntax::UnaryOp(unary) => unary.op == ast::UnaryOp::Not,
        _ => false,
    }
}
