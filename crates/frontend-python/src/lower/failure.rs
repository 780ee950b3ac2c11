//! `try`, `except`, `finally` and `with`.

use ruff_python_ast::{self as ast, ExceptHandler};
use unspin_ir::{BlockId, Handler, StatementKind, Terminator};
use unspin_span::Span;

use super::exits::{Exit, Finally, Surroundings, Way};
use super::{Lowerer, end_of, handler_span};
use crate::span_of;

impl<'a> Lowerer<'a> {
    pub(super) fn try_statement(&mut self, statement: &'a ast::StmtTry) {
        let span = span_of(statement);
        let around = self.surroundings();
        let after = self.builder().new_block(span);
        let index = self.frame.exits.len();
        // What the handlers and `else` unwind to: `finally`, or whatever is outside.
        let mut outside = around;
        if !statement.finalbody.is_empty() {
            let failing = self.builder().new_block(span);
            let is_shared = self.shares_finally();
            let copies = vec![(Way::Failure, failing)];
            self.frame.exits.push(Exit::Finally(Finally { body: &statement.finalbody, around, copies, is_shared }));
            let dispatch = self.dispatch(Vec::new(), Some(failing), around, span);
            outside = Surroundings { unwind: Some(dispatch), ..around };
        }
        let caught = if statement.handlers.is_empty() { outside.unwind } else { Some(self.builder().new_block(span)) };
        self.continue_in(caught, around.scope, span);
        self.body(&statement.body);
        self.continue_after(outside, end_of(&statement.body, span));
        self.body(&statement.orelse);
        self.end_try(index, after, span);
        if let (Some(caught), false) = (caught, statement.handlers.is_empty()) {
            let handlers = statement.handlers.iter().map(|handler| self.handler(handler, outside, index, after)).collect();
            let otherwise = match self.frame.exits.get(index) {
                Some(Exit::Finally(finally)) => finally.copies.first().map(|&(_, failing)| failing),
                _ => around.unwind,
            };
            self.builder().switch_to(caught);
            self.builder().end(Terminator::Dispatch { handlers, otherwise }, span);
        }
        if !statement.finalbody.is_empty() {
            self.failing_finally(index, after, span);
        }
        self.set_surroundings(around);
        self.builder().switch_to(after);
    }

    /// After a body: if it falls through, go on outside of its handlers.
    fn continue_after(&mut self, outside: Surroundings, span: Span) {
        if self.builder().is_open() {
            self.continue_in(outside.unwind, outside.scope, span);
        } else {
            self.set_surroundings(outside);
        }
    }

    /// A way through the `try` that falls through, `finally` included if it has one.
    fn end_try(&mut self, index: usize, after: BlockId, span: Span) {
        if !self.builder().is_open() {
            return;
        }
        let here = self.surroundings();
        if index == self.frame.exits.len() || self.through_finally(index, Way::Normal, span) {
            self.builder().goto(after, span);
        }
        self.set_surroundings(here);
    }

    fn handler(&mut self, handler: &'a ExceptHandler, outside: Surroundings, index: usize, after: BlockId) -> Handler {
        let span = handler_span(self.text, handler);
        let ExceptHandler::ExceptHandler(handler) = handler;
        self.set_surroundings(outside);
        let block = self.builder().new_block(span);
        self.builder().switch_to(block);
        let mut classes = Vec::new();
        if let Some(named) = &handler.type_ {
            self.class_paths(named, &mut classes);
        }
        let mut binding = None;
        if let Some(name) = &handler.name {
            let (local, is_elsewhere) = self.bound_local(name);
            binding = Some(local);
            if is_elsewhere {
                let value = self.builder().read(local);
                self.assign_name(name, value);
            }
        }
        self.body(&handler.body);
        self.end_try(index, after, end_of(&handler.body, span));
        Handler { classes, binding, block, manager: None, span }
    }

    /// The copy of `finally` that a failure takes, and the one for all ways if it is shared.
    fn failing_finally(&mut self, index: usize, after: BlockId, span: Span) {
        let Some(Exit::Finally(finally)) = self.frame.exits.pop() else { return };
        self.set_surroundings(finally.around);
        let Some(&(_, failing)) = finally.copies.first() else { return };
        self.builder().switch_to(failing);
        self.finally_body(index, finally.body);
        if !self.builder().is_open() {
            return;
        }
        if finally.is_shared {
            let ways = finally.copies.iter().map(|&(way, _)| way).collect::<Vec<_>>();
            self.part_ways(index, after, &ways, finally.body, span);
        } else {
            self.go_on(index, Way::Failure, after, end_of(finally.body, span));
        }
    }

    fn dispatch(&mut self, handlers: Vec<Handler>, otherwise: Option<BlockId>, around: Surroundings, span: Span) -> BlockId {
        let here = self.surroundings();
        let current = self.builder().current();
        self.set_surroundings(around);
        let block = self.builder().new_block(span);
        self.builder().switch_to(block);
        self.builder().end(Terminator::Dispatch { handlers: handlers.into(), otherwise }, span);
        self.builder().switch_to(current);
        self.set_surroundings(here);
        block
    }

    /// Each manager encloses those after it. Its failing side leaves it and goes on after it if it swallows.
    pub(super) fn with_statement(&mut self, statement: &'a ast::StmtWith) {
        let mut entered = Vec::with_capacity(statement.items.len());
        for item in &statement.items {
            let span = span_of(item);
            let manager = self.value(&item.context_expr);
            let around = self.surroundings();
            let scope = self.builder().add_scope(manager, statement.is_async, span);
            self.builder().push(StatementKind::Enter(scope), span);
            let failing = self.builder().new_block(span);
            self.frame.exits.push(Exit::Scope { scope, around });
            self.continue_in(Some(failing), Some(scope), span);
            if let Some(target) = &item.optional_vars {
                self.assign_target(target, manager, span);
            }
            entered.push((scope, around, failing, span));
        }
        self.body(&statement.body);
        for (scope, around, failing, span) in entered.into_iter().rev() {
            self.frame.exits.pop();
            self.set_surroundings(around);
            let after = self.builder().new_block(span);
            if self.builder().is_open() {
                let end = end_of(&statement.body, span);
                self.builder().start_block(end);
                self.builder().push(StatementKind::Leave(scope), end);
                self.builder().goto(after, end);
            }
            self.builder().switch_to(failing);
            self.builder().push(StatementKind::Leave(scope), span);
            let swallows = Handler { classes: Vec::new(), binding: None, block: after, manager: Some(scope), span };
            let dispatch = Terminator::Dispatch { handlers: [swallows].into(), otherwise: around.unwind };
            self.builder().end(dispatch, span);
            self.builder().switch_to(after);
        }
    }
}
