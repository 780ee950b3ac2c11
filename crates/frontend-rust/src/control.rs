//! Conditions, `if`, `match` on values, loops and jumps.

use syn::spanned::Spanned as _;
use syn::{
    Arm, BinOp, Expr as Ast, ExprBlock, ExprForLoop, ExprIf, ExprLoop, ExprMatch, ExprWhile, Label, Lifetime, Pat, UnOp,
};
use unspin_ir::{BlockId, Constant, Expr, ExprId, Handler, LoopKind, Name, Terminator};
use unspin_span::Span;

use crate::blocks::is_path_like;
use crate::fallible::fallible_call;
use crate::lowering::{Dest, Frame, Lowering};
use crate::paths::{ident_name, name};
use crate::sides::is_result_pattern;

impl Lowering<'_> {
    /// Branch on a condition. Names that its patterns bind are in scope afterwards.
    pub(crate) fn condition(&mut self, test: &Ast, then: BlockId, otherwise: BlockId) {
        self.deeper(|cx| {
            cx.condition_here(test, then, otherwise);
        });
        // Too deep to be looked into: it may go either way.
        if self.state.builder.is_open() {
            let span = self.spans.expr(test);
            let unknown = self.opaque(Vec::new());
            self.b().branch(unknown, then, otherwise, span);
        }
    }

    fn condition_here(&mut self, test: &Ast, then: BlockId, otherwise: BlockId) {
        match test {
            Ast::Paren(e) => self.condition(&e.expr, then, otherwise),
            Ast::Group(e) => self.condition(&e.expr, then, otherwise),
            Ast::Unary(e) if matches!(e.op, UnOp::Not(_)) && is_compound(&e.expr) => self.condition(&e.expr, otherwise, then),
            Ast::Binary(e) if matches!(e.op, BinOp::And(_)) => {
                let second = self.middle_block(&e.right);
                self.condition(&e.left, second, otherwise);
                self.b().switch_to(second);
                self.condition(&e.right, then, otherwise);
            }
            Ast::Binary(e) if matches!(e.op, BinOp::Or(_)) => {
                let second = self.middle_block(&e.right);
                self.condition(&e.left, then, second);
                self.b().switch_to(second);
                self.condition(&e.right, then, otherwise);
            }
            Ast::Let(e) => self.let_condition(&e.pat, &e.expr, then, otherwise),
            Ast::Macro(e) if e.mac.path.segments.last().is_some_and(|last| last.ident == "matches") => {
                self.matches_condition(&e.mac, then, otherwise);
            }
            _ => {
                let span = self.spans.expr(test);
                let value = self.value(test);
                self.branch_on(value, then, otherwise, span);
            }
        }
    }

    fn middle_block(&mut self, expr: &Ast) -> BlockId {
        let span = self.spans.expr(expr);
        self.b().new_block(span)
    }

    /// Branch on the truth of a value.
    pub(crate) fn branch_on(&mut self, value: ExprId, then: BlockId, otherwise: BlockId, span: Span) {
        match self.b().function.expr(value) {
            Expr::Constant(Constant::Bool(true)) => self.b().goto(then, span),
            Expr::Constant(Constant::Bool(false)) => self.b().goto(otherwise, span),
            _ => {
                let test = self.truth(value);
                self.b().branch(test, then, otherwise, span);
            }
        }
    }

    /// `let pattern = expr` as a condition.
    pub(crate) fn let_condition(&mut self, pattern: &Pat, expr: &Ast, then: BlockId, otherwise: BlockId) {
        let span = self.spans.pat(pattern);
        if is_result_pattern(pattern) && fallible_call(expr).is_some() {
            self.let_result(pattern, expr, then, otherwise);
            return;
        }
        let value = self.value(expr);
        self.fresh_pattern(pattern, value, Some(otherwise));
        self.b().goto(then, span);
    }

    /// `if`, with its chain of `else if`. `scrutinee` stands for the name that the first condition takes apart.
    pub(crate) fn if_expr(&mut self, expr: &ExprIf, scrutinee: Option<&Ast>, dest: Dest) {
        let span = self.spans.token(expr.if_token.span);
        let join = self.b().new_block(span);
        let (mut expr, mut scrutinee) = (expr, scrutinee);
        loop {
            let then_span = self.spans.token(expr.then_branch.brace_token.span.open());
            let then = self.b().new_block(then_span);
            let otherwise = self.b().new_block(then_span);
            let mark = self.state.bindings.len();
            match (&*expr.cond, scrutinee.take()) {
                (Ast::Let(test), Some(call)) => self.let_condition(&test.pat, call, then, otherwise),
                (test, _) => self.condition(test, then, otherwise),
            }
            self.b().switch_to(then);
            self.block_into(&expr.then_branch, dest);
            self.b().goto(join, then_span);
            self.state.bindings.truncate(mark);
            self.b().switch_to(otherwise);
            match expr.else_branch.as_ref().map(|(_, other)| &**other) {
                Some(Ast::If(other)) => expr = other,
                Some(other) => {
                    self.into(other, dest);
                    break;
                }
                None => break,
            }
        }
        self.b().goto(join, span);
        self.b().switch_to(join);
    }

    /// `match`. `scrutinee` stands for the name that it takes apart.
    pub(crate) fn match_expr(&mut self, expr: &ExprMatch, scrutinee: Option<&Ast>, dest: Dest) {
        let scrutinee = scrutinee.unwrap_or(&expr.expr);
        if expr.arms.iter().any(|arm| is_result_pattern(&arm.pat)) && fallible_call(scrutinee).is_some() {
            self.match_result(&expr.arms, scrutinee, dest);
            return;
        }
        let span = self.spans.token(expr.match_token.span);
        let value = self.value(scrutinee);
        self.arms(value, &expr.arms, span, dest);
    }

    /// The arms of a `match` of a value.
    pub(crate) fn arms(&mut self, value: ExprId, arms: &[Arm], span: Span, dest: Dest) {
        let join = self.b().new_block(span);
        let count = arms.len();
        for (index, arm) in arms.iter().enumerate() {
            let (pattern, guard) = split_guard(&arm.pat);
            let next = self.b().new_block(span);
            let is_last = index + 1 == count && guard.is_none();
            let mark = self.state.bindings.len();
            self.fresh_pattern(pattern, value, if is_last { None } else { Some(next) });
            if let Some(guard) = guard {
                let body = self.middle_block(&arm.body);
                self.condition(guard, body, next);
                self.b().switch_to(body);
            }
            self.into(&arm.body, dest);
            let arm_end = self.spans.token(arm.fat_arrow_token.spans[0]);
            self.b().goto(join, arm_end);
            self.state.bindings.truncate(mark);
            self.b().switch_to(next);
        }
        self.b().end(Terminator::Unreachable, span);
        self.b().switch_to(join);
    }

    /// A block, which may have a label to break out of.
    pub(crate) fn labelled_block(&mut self, expr: &ExprBlock, dest: Dest) {
        let Some(label) = &expr.label else { return self.block_into(&expr.block, dest) };
        let span = self.spans.token(label.name.ident.span());
        let exit = self.b().new_block(span);
        self.state.frames.push(Frame { label: Some(label_name(label)), exit, again: None, dest });
        self.block_into(&expr.block, dest);
        self.state.frames.pop();
        self.b().goto(exit, span);
        self.b().switch_to(exit);
    }

    /// `loop`.
    pub(crate) fn loop_expr(&mut self, expr: &ExprLoop, dest: Dest) {
        let first = expr.label.as_ref().map_or(expr.loop_token.span, |label| label.name.apostrophe);
        let span = self.spans.between(first, expr.body.brace_token.span.close());
        let head = self.spans.between(first, expr.loop_token.span);
        let exit = self.b().new_block(span);
        let header = self.b().start_block(head);
        self.b().add_loop(header, LoopKind::Endless, span, head);
        self.loop_body(expr.label.as_ref(), &expr.body, Frame { label: None, exit, again: Some(header), dest });
        self.b().switch_to(exit);
    }

    fn loop_body(&mut self, label: Option<&Label>, body: &syn::Block, frame: Frame) {
        self.state.frames.push(Frame { label: label.map(label_name), ..frame });
        self.block_into(body, Dest::Discard);
        self.state.frames.pop();
        let end = self.spans.token(body.brace_token.span.close());
        if let Some(again) = frame.again {
            self.b().goto(again, end);
        }
    }

    /// `while` and `while let`.
    pub(crate) fn while_expr(&mut self, expr: &ExprWhile) {
        let first = expr.label.as_ref().map_or(expr.while_token.span, |label| label.name.apostrophe);
        let span = self.spans.between(first, expr.body.brace_token.span.close());
        let head = self.spans.between(first, crate::spans::last_token(&expr.cond));
        let exit = self.b().new_block(span);
        let body = self.b().new_block(span);
        let header = self.b().start_block(head);
        let frame = Frame { label: None, exit, again: Some(header), dest: Dest::Discard };
        let mark = self.state.bindings.len();
        if is_true(&expr.cond) {
            self.b().add_loop(header, LoopKind::Endless, span, head);
        } else {
            self.b().add_loop(header, LoopKind::While, span, head);
            self.condition(&expr.cond, body, exit);
            self.b().switch_to(body);
        }
        self.loop_body(expr.label.as_ref(), &expr.body, frame);
        self.state.bindings.truncate(mark);
        self.b().switch_to(exit);
    }

    /// `for`.
    pub(crate) fn for_expr(&mut self, expr: &ExprForLoop) {
        let first = expr.label.as_ref().map_or(expr.for_token.span, |label| label.name.apostrophe);
        let span = self.spans.between(first, expr.body.brace_token.span.close());
        let head = self.spans.between(first, crate::spans::last_token(&expr.expr));
        let iterable = self.iterable(&expr.expr);
        let exit = self.b().new_block(span);
        let body = self.b().new_block(span);
        let header = self.b().start_block(head);
        self.b().add_loop(header, LoopKind::For, span, head);
        let mark = self.state.bindings.len();
        let (item, pattern) = match &*expr.pat {
            Pat::Ident(ident) if ident.subpat.is_none() && !is_path_like(&ident.ident) => {
                (self.declare(ident_name(&ident.ident), None), None)
            }
            Pat::Wild(_) => (self.b().temporary(), None),
            other => (self.b().temporary(), Some(other)),
        };
        self.b().end(Terminator::Advance { iterable, item, awaited: false, body, exhausted: exit }, head);
        self.b().switch_to(body);
        if let Some(pattern) = pattern {
            let value = self.b().read(item);
            self.bind(pattern, value);
        }
        let frame = Frame { label: None, exit, again: Some(header), dest: Dest::Discard };
        self.loop_body(expr.label.as_ref(), &expr.body, frame);
        self.state.bindings.truncate(mark);
        self.b().switch_to(exit);
    }

    /// What is iterated, evaluated once into a temporary.
    fn iterable(&mut self, expr: &Ast) -> ExprId {
        let value = self.value(expr);
        if let Expr::Local(local) = *self.b().function.expr(value)
            && self.b().function.local(local).kind == unspin_ir::LocalKind::Temporary
        {
            return value;
        }
        self.held(value, expr)
    }

    /// `break`, with or without label and value.
    pub(crate) fn break_expr(&mut self, expr: &syn::ExprBreak) {
        let span = self.spans.token(expr.break_token.span);
        let Some(frame) = self.frame(expr.label.as_ref(), true) else {
            self.b().end(Terminator::Unreachable, span);
            return;
        };
        if let Some(value) = &expr.expr {
            self.into(value, frame.dest);
        }
        self.b().goto(frame.exit, span);
    }

    /// `continue`.
    pub(crate) fn continue_expr(&mut self, expr: &syn::ExprContinue) {
        let span = self.spans.token(expr.continue_token.span);
        match self.frame(expr.label.as_ref(), false).and_then(|frame| frame.again) {
            Some(again) => self.b().goto(again, span),
            None => self.b().end(Terminator::Unreachable, span),
        }
    }

    fn frame(&self, label: Option<&Lifetime>, is_break: bool) -> Option<Frame> {
        let wanted = label.map(|label| ident_name(&label.ident));
        let mut frames = self.state.frames.iter().rev();
        let found = match wanted {
            Some(wanted) => frames.find(|frame| frame.label == Some(wanted)),
            None => frames.find(|frame| frame.again.is_some()),
        };
        found.copied().filter(|frame| is_break || frame.again.is_some())
    }

    /// `try { .. }`: failures inside arrive as a stored `Err`.
    pub(crate) fn try_block(&mut self, expr: &syn::ExprTryBlock, dest: Dest) {
        let span = self.spans.token(expr.try_token.span);
        let dispatch = self.b().new_block(span);
        let caught = self.b().new_block(span);
        let join = self.b().new_block(span);
        let result = self.b().temporary();
        let outer = self.state.try_unwind.replace(dispatch);
        self.block_into(&expr.block, Dest::Store(result, crate::lowering::Failure::Kept));
        self.state.try_unwind = outer;
        self.b().goto(join, span);
        self.b().switch_to(dispatch);
        let error = self.b().temporary();
        let handler = Handler { classes: Vec::new(), binding: Some(error), block: caught, manager: None, span };
        self.b().end(Terminator::Dispatch { handlers: [handler].into(), otherwise: None }, span);
        self.b().switch_to(caught);
        let error = self.b().read(error);
        let failed = self.b().expr(Expr::variant(name("Err"), [error].into()));
        self.b().assign_local(result, failed, span);
        self.b().goto(join, span);
        self.b().switch_to(join);
        let value = self.b().read(result);
        self.value_into(value, span, dest);
    }
}

/// The pattern of an arm without its guard.
pub(crate) fn split_guard(pattern: &Pat) -> (&Pat, Option<&Ast>) {
    match pattern {
        Pat::Guard(guarded) => (&guarded.pat, Some(&guarded.guard)),
        other => (other, None),
    }
}

fn label_name(label: &Label) -> Name {
    ident_name(&label.name.ident)
}

/// Whether a condition is made of several tests.
fn is_compound(expr: &Ast) -> bool {
    match expr {
        Ast::Paren(e) => is_compound(&e.expr),
        Ast::Binary(e) => matches!(e.op, BinOp::And(_) | BinOp::Or(_)),
        Ast::Macro(e) => e.mac.path.is_ident("matches"),
        Ast::Unary(e) => matches!(e.op, UnOp::Not(_)) && is_compound(&e.expr),
        _ => false,
    }
}

/// The literal `true`.
fn is_true(expr: &Ast) -> bool {
    match expr {
        Ast::Lit(literal) => matches!(&literal.lit, syn::Lit::Bool(value) if value.value),
        Ast::Paren(inner) => is_true(&inner.expr),
        _ => false,
    }
}

/// The place of a pattern with its guard.
pub(crate) fn pattern_span(cx: &Lowering<'_>, pattern: &Pat, guard: Option<&Ast>) -> Span {
    let first = cx.spans.token(pattern.span());
    guard.map_or(first, |guard| first.to(cx.spans.expr(guard)))
}
