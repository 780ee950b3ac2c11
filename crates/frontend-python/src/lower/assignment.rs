//! Assignment and destructuring.

use ruff_python_ast::{self as ast, Expr as Syntax};
use unspin_ir::{Aggregate, Constant, Expr, ExprId, LocalId, StatementKind};
use unspin_span::Span;

use super::call::Destination;
use super::expression::operator;
use super::resolve::Resolved;
use super::{Lowerer, position};
use crate::span_of;

impl<'a> Lowerer<'a> {
    /// `target = value`; the result of a call goes straight to a local.
    pub(super) fn assign(&mut self, target: &'a Syntax, value: &'a Syntax, span: Span) {
        if matches!(value, Syntax::Call(_) | Syntax::Await(_))
            && let Some(local) = self.local_target(target)
        {
            self.call_into(value, Destination::Local(local));
            return;
        }
        let value = self.value(value);
        self.assign_target(target, value, span);
    }

    /// The local that a target is, if it is a plain name of one.
    pub(super) fn local_target(&mut self, target: &'a Syntax) -> Option<LocalId> {
        let Syntax::Name(name) = target else { return None };
        let name = unspin_ir::name(name.id.as_str());
        match self.resolve(name) {
            Resolved::Local(local) => Some(local),
            Resolved::Path(_) | Resolved::Global(_) => None,
        }
    }

    /// Several targets share one value, which is evaluated once.
    pub(super) fn assign_all(&mut self, targets: &'a [Syntax], value: &'a Syntax, span: Span) {
        if let [target] = targets {
            return self.assign(target, value, span);
        }
        let mut value = self.value(value);
        if !matches!(self.frame.builder.function.expr(value), Expr::Constant(_)) {
            value = self.temporary(value, span);
        }
        for target in targets {
            self.assign_target(target, value, span);
        }
    }

    /// `target = value` with a value that is evaluated already.
    pub(super) fn assign_target(&mut self, target: &'a Syntax, value: ExprId, span: Span) {
        match target {
            Syntax::Tuple(tuple) => self.destructure(&tuple.elts, value, span),
            Syntax::List(list) => self.destructure(&list.elts, value, span),
            Syntax::Starred(starred) => self.assign_target(&starred.value, value, span),
            Syntax::Name(_) | Syntax::Attribute(_) | Syntax::Subscript(_) => {
                let place = self.value(target);
                self.builder().assign(place, value, span);
            }
            // A syntax error that was survived.
            _ => {
                self.value(target);
            }
        }
    }

    /// `a, *b, c = value`: elements of a temporary, counted from the end behind a star. What goes to `_` is dropped.
    fn destructure(&mut self, targets: &'a [Syntax], value: ExprId, span: Span) {
        let value = self.temporary(value, span);
        let star = targets.iter().position(Syntax::is_starred_expr);
        for (index, target) in targets.iter().enumerate() {
            if matches!(target, Syntax::Name(name) if name.id.as_str() == self.names.words.ignored.as_str()) {
                continue;
            }
            let from_end = position(index) - position(targets.len());
            let part = match star {
                Some(star) if star == index => {
                    let low = (index > 0).then(|| self.builder().constant(Constant::Int(position(index))));
                    let high = (from_end < -1).then(|| self.builder().constant(Constant::Int(from_end + 1)));
                    self.builder().expr(Expr::Slice(value, low, high))
                }
                _ => {
                    let at = if star.is_some_and(|star| star < index) { from_end } else { position(index) };
                    let at = self.builder().constant(Constant::Int(at));
                    self.builder().expr(Expr::Index(value, at))
                }
            };
            self.assign_target(target, part, span);
        }
    }

    /// `place op= value`: the place is evaluated once.
    pub(super) fn augmented(&mut self, statement: &'a ast::StmtAugAssign) {
        let span = span_of(statement);
        let place = self.value(&statement.target);
        let value = self.value(&statement.value);
        let sum = self.builder().expr(Expr::Binary(operator(statement.op), place, value));
        self.builder().assign(place, sum, span);
    }

    /// `del a, b[i]`.
    pub(super) fn delete(&mut self, target: &'a Syntax, span: Span) {
        match target {
            Syntax::Tuple(tuple) => tuple.elts.iter().for_each(|part| self.delete(part, span)),
            Syntax::List(list) => list.elts.iter().for_each(|part| self.delete(part, span)),
            _ => {
                let place = self.value(target);
                self.builder().push(StatementKind::Delete(place), span);
            }
        }
    }

    /// In a block that unwinds, a value that may be missing is evaluated for its failure: `d[key]`, `a / b`.
    pub(super) fn note_failure(&mut self, value: ExprId, span: Span) {
        if self.frame.builder.unwind.is_some() {
            let local = self.builder().temporary();
            self.builder().assign_local(local, value, span);
        }
    }

    /// Whether evaluating may fail in a way that people handle: a missing element, a division.
    pub(super) fn may_miss(&self, value: ExprId) -> bool {
        if self.frame.builder.unwind.is_none() {
            return false;
        }
        let function = &self.frame.builder.function;
        let expr = function.expr(value);
        match expr {
            Expr::Index(..) | Expr::Binary(..) => true,
            Expr::Aggregate(Aggregate::Text, _) | Expr::Opaque(_) => false,
            _ => {
                let mut found = false;
                expr.for_each_operand(|operand| found |= self.may_miss(operand));
                found
            }
        }
    }
}
