//! Statements.

use ruff_python_ast::{self as ast, Expr as Syntax, Stmt};
use unspin_ir::{Expr, LocalKind, Name, Terminator};

use super::exits::Jump;
use super::resolve::Resolved;
use super::{Lowerer, end_of};
use crate::lower::call::Destination;
use crate::{span, span_of};

/// Exception classes of the standard library that are not written in capitals.
const SMALL_CLASSES: [&str; 4] = ["error", "timeout", "gaierror", "herror"];

impl<'a> Lowerer<'a> {
    pub(super) fn statement(&mut self, statement: &'a Stmt) {
        let place = span_of(statement);
        match statement {
            Stmt::FunctionDef(def) => self.function_definition(def),
            Stmt::ClassDef(class) => self.class_definition(class),
            Stmt::Expr(inner) => self.expression_statement(&inner.value),
            Stmt::Assign(assign) => self.assign_all(&assign.targets, &assign.value, place),
            Stmt::AugAssign(assign) => self.augmented(assign),
            Stmt::AnnAssign(assign) => self.annotated(assign),
            Stmt::Return(inner) => self.return_statement(inner),
            Stmt::Raise(inner) => self.raise(inner),
            Stmt::Assert(inner) => self.assert(inner),
            Stmt::Delete(inner) => inner.targets.iter().for_each(|target| self.delete(target, place)),
            Stmt::If(inner) => self.if_statement(inner),
            Stmt::While(inner) => self.while_loop(inner),
            Stmt::For(inner) => self.for_loop(inner),
            Stmt::Try(inner) => self.try_statement(inner),
            Stmt::With(inner) => self.with_statement(inner),
            Stmt::Match(inner) => self.match_statement(inner),
            Stmt::Break(_) => self.leave(Jump::Break, place),
            Stmt::Continue(_) => self.leave(Jump::Continue, place),
            Stmt::Import(_)
            | Stmt::ImportFrom(_)
            | Stmt::Global(_)
            | Stmt::Nonlocal(_)
            | Stmt::Pass(_)
            | Stmt::TypeAlias(_)
            | Stmt::IpyEscapeCommand(_) => {}
        }
    }

    /// A value that is dropped. Only what may fail inside a `try` is kept.
    fn expression_statement(&mut self, expr: &'a Syntax) {
        match expr {
            Syntax::Call(_) | Syntax::Await(_) => {
                self.call_into(expr, Destination::Nowhere);
            }
            _ if expr.is_literal_expr() => {}
            Syntax::Yield(_) | Syntax::YieldFrom(_) => {
                self.value(expr);
            }
            _ => {
                let value = self.value(expr);
                if !matches!(self.frame.builder.function.expr(value), Expr::Constant(_)) {
                    self.note_failure(value, span_of(expr));
                }
            }
        }
    }

    fn annotated(&mut self, assign: &'a ast::StmtAnnAssign) {
        let ty = self.nominal(&assign.annotation);
        match &*assign.target {
            Syntax::Name(name) if !self.frame.classes.is_empty() => {
                let name = unspin_ir::name(name.id.as_str());
                self.declare_field(self.frame.classes.last().map(|class| class.index), name, ty);
            }
            Syntax::Name(_) => {
                if let Some(local) = self.local_target(&assign.target)
                    && let Some(ty) = ty
                {
                    self.builder().function.declare_type(local, ty);
                }
            }
            Syntax::Attribute(attribute) if self.is_receiver(&attribute.value) => {
                let name = unspin_ir::name(attribute.attr.as_str());
                self.declare_field(self.class, name, ty);
            }
            _ => {}
        }
        if let Some(value) = &assign.value {
            self.assign(&assign.target, value, span_of(assign));
        }
    }

    fn is_receiver(&mut self, expr: &'a Syntax) -> bool {
        let Syntax::Name(name) = expr else { return false };
        let function = &self.frame.builder.function;
        function.has_receiver
            && function.parameters.first().is_some_and(|first| function.local(first.local).name.as_str() == name.id.as_str())
    }

    fn declare_field(&mut self, class: Option<usize>, name: Name, ty: Option<Name>) {
        if let (Some(class), Some(ty)) = (class, ty) {
            let fields = &mut self.module.classes[class].fields;
            if fields.len() > 1000 || !fields.iter().any(|field| field.name == name) {
                fields.push(unspin_ir::Field { name, ty });
            }
        }
    }

    fn return_statement(&mut self, statement: &'a ast::StmtReturn) {
        let place = span_of(statement);
        let value = statement.value.as_deref().map(|value| self.value(value));
        if let Some(value) = value
            && (self.may_miss(value) || matches!(self.frame.builder.function.expr(value), Expr::Field(..)))
        {
            self.note_failure(value, place);
        }
        self.leave(Jump::Return(value), place);
    }

    fn raise(&mut self, statement: &'a ast::StmtRaise) {
        let place = span_of(statement);
        let mut class = None;
        let mut value = None;
        if let Some(exception) = statement.exc.as_deref() {
            class = self.raised_class(exception);
            match exception {
                Syntax::Call(call) if class.is_some() => {
                    self.arguments(&call.arguments);
                }
                _ if class.is_some() => {}
                _ => value = Some(self.value(exception)),
            }
        }
        if let Some(cause) = statement.cause.as_deref()
            && !cause.is_name_expr()
        {
            self.value(cause);
        }
        self.builder().end(Terminator::Raise { class, value, assertion: false, panics: false }, place);
    }

    /// `raise E`, `raise E(..)`: the class, as far as its name tells a class from a function.
    fn raised_class(&mut self, exception: &'a Syntax) -> Option<Name> {
        let (named, is_call) = match exception {
            Syntax::Call(call) => (&*call.func, true),
            _ => (exception, false),
        };
        let path = self.path(named)?;
        let last = path.as_str().rsplit('.').next().unwrap_or_default();
        let is_class = last.trim_start_matches('_').starts_with(char::is_uppercase) || SMALL_CLASSES.contains(&last);
        (is_class || !is_call).then_some(path)
    }

    fn assert(&mut self, statement: &'a ast::StmtAssert) {
        let place = span_of(statement);
        let [holds, fails] = [0; 2].map(|_| self.builder().new_block(place));
        self.test(&statement.test, holds, fails);
        self.builder().switch_to(fails);
        if let Some(message) = &statement.msg {
            self.value(message);
        }
        self.builder().end(Terminator::Raise { class: None, value: None, assertion: true, panics: false }, place);
        self.builder().switch_to(holds);
    }

    fn if_statement(&mut self, statement: &'a ast::StmtIf) {
        let place = span_of(statement);
        let after = self.builder().new_block(place);
        let first = (Some(&*statement.test), &statement.body);
        let rest = statement.elif_else_clauses.iter().map(|clause| (clause.test.as_ref(), &clause.body));
        let mut is_decided = false;
        for (index, (test, body)) in std::iter::once(first).chain(rest).enumerate() {
            let is_last = index == statement.elif_else_clauses.len();
            let Some(test) = test else {
                self.body(body);
                self.builder().goto(after, end_of(body, place));
                is_decided = true;
                break;
            };
            let then = self.builder().new_block(span_of(test));
            let otherwise = if is_last { after } else { self.builder().new_block(place) };
            self.test(test, then, otherwise);
            self.builder().switch_to(then);
            self.body(body);
            self.builder().goto(after, end_of(body, place));
            self.builder().switch_to(otherwise);
            is_decided = is_last;
        }
        if !is_decided {
            self.builder().goto(after, place);
        }
        self.builder().switch_to(after);
    }

    /// The local that a name is bound to by a clause, with the name if that is no local: it is assigned from there.
    pub(super) fn bound_local(&mut self, name: &'a ast::Identifier) -> (unspin_ir::LocalId, bool) {
        let interned = unspin_ir::name(name.as_str());
        match self.resolve(interned) {
            Resolved::Local(local) => (local, false),
            Resolved::Path(_) | Resolved::Global(_) => (self.builder().local(interned, LocalKind::Temporary, None), true),
        }
    }

    /// `name = value` for a name that is no expression of its own.
    pub(super) fn assign_name(&mut self, name: &'a ast::Identifier, value: unspin_ir::ExprId) {
        let place = self.name(name.as_str());
        self.builder().assign(place, value, span(name.range));
    }
}
