//! Loops of the source.

use ruff_python_ast::{self as ast, Expr as Syntax};
use unspin_ir::{BlockId, LoopKind, StatementKind, Terminator};
use unspin_span::Span;

use super::exits::Exit;
use super::{Lowerer, end_of, literal};
use crate::span_of;

impl<'a> Lowerer<'a> {
    pub(super) fn while_loop(&mut self, statement: &'a ast::StmtWhile) {
        let span = span_of(statement);
        let head = Span::new(span.start, span_of(&*statement.test).end);
        let whole = Span::new(span.start, end_of(&statement.body, span).end);
        let header = self.builder().start_block(head);
        let after = self.builder().new_block(span);
        let is_endless = literal::truth(&statement.test) == Some(true);
        let kind = if is_endless { LoopKind::Endless } else { LoopKind::While };
        self.builder().add_loop(header, kind, whole, head);
        let done = if statement.orelse.is_empty() { after } else { self.builder().new_block(span) };
        if !is_endless {
            let body = self.builder().new_block(head);
            self.test(&statement.test, body, done);
            self.builder().switch_to(body);
        }
        self.loop_body(&statement.body, header, after, span);
        self.loop_else(&statement.orelse, done, after, span);
    }

    pub(super) fn for_loop(&mut self, statement: &'a ast::StmtFor) {
        let span = span_of(statement);
        let head = Span::new(span.start, span_of(&*statement.iter).end);
        let whole = Span::new(span.start, end_of(&statement.body, span).end);
        let iterable = self.value(&statement.iter);
        let iterable = self.temporary(iterable, span_of(&*statement.iter));
        let header = self.builder().start_block(head);
        let after = self.builder().new_block(span);
        let body = self.builder().new_block(head);
        self.builder().add_loop(header, LoopKind::For, whole, head);
        let done = if statement.orelse.is_empty() { after } else { self.builder().new_block(span) };
        let (item, destructured) = self.item(&statement.target);
        let advance = Terminator::Advance { iterable, item, awaited: statement.is_async, body, exhausted: done };
        self.builder().end(advance, head);
        self.builder().switch_to(body);
        if destructured {
            let value = self.builder().read(item);
            self.assign_target(&statement.target, value, span_of(&*statement.target));
        }
        self.loop_body(&statement.body, header, after, span);
        self.loop_else(&statement.orelse, done, after, span);
    }

    /// The local that takes the item, and whether the target has to be assigned from it.
    pub(super) fn item(&mut self, target: &'a Syntax) -> (unspin_ir::LocalId, bool) {
        let is_ignored = matches!(target, Syntax::Name(name) if name.id.as_str() == self.names.words.ignored.as_str());
        if is_ignored {
            return (self.builder().temporary(), false);
        }
        match self.local_target(target) {
            Some(local) => (local, false),
            None => (self.builder().temporary(), true),
        }
    }

    fn loop_body(&mut self, body: &'a [ast::Stmt], header: BlockId, after: BlockId, span: Span) {
        self.frame.exits.push(Exit::Loop { again: header, after });
        self.body(body);
        self.frame.exits.pop();
        self.builder().goto(header, end_of(body, span));
    }

    /// The side where the loop is done; `break` goes past it.
    fn loop_else(&mut self, orelse: &'a [ast::Stmt], done: BlockId, after: BlockId, span: Span) {
        if done != after {
            self.builder().switch_to(done);
            self.body(orelse);
            self.builder().goto(after, end_of(orelse, span));
        }
        self.builder().switch_to(after);
    }

    /// `yield from`: a loop that hands every item on; not a loop of the source.
    pub(super) fn yield_from(&mut self, inner: &'a ast::ExprYieldFrom) -> unspin_ir::ExprId {
        let span = span_of(inner);
        self.frame.builder.function.is_generator = true;
        let iterable = self.value(&inner.value);
        let iterable = self.temporary(iterable, span);
        let header = self.builder().start_block(span);
        let [body, after] = [0; 2].map(|_| self.builder().new_block(span));
        self.builder().add_loop(header, LoopKind::Comprehension, span, span);
        let item = self.builder().temporary();
        self.builder().end(Terminator::Advance { iterable, item, awaited: false, body, exhausted: after }, span);
        self.builder().switch_to(body);
        let value = self.builder().read(item);
        self.builder().push(StatementKind::Yield(Some(value)), span);
        self.builder().goto(header, span);
        self.builder().switch_to(after);
        self.opaque(vec![iterable])
    }
}
