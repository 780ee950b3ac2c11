//! Statements and blocks, and how a function ends.

use syn::{Block, Expr as Ast, Item, Local, Pat, Stmt};
use unspin_ir::{BlockId, Constant, Expr, ExprId, LocalId, Name, Terminator};
use unspin_span::Span;

use crate::fallible::{fallible_call, is_name, takes_result_apart};
use crate::lowering::{Dest, Failure, Leaving, Lowering, Returns};
use crate::paths::{ident_name, name};
use crate::sides::is_result_pattern;
use crate::uses;

/// What happens to the last expression of a block.
#[derive(Clone, Copy)]
enum Tail {
    Into(Dest),
    Value(Failure),
}

impl Lowering<'_> {
    /// The body of a function with a name.
    pub(crate) fn function_body(&mut self, block: &Block) {
        let end = self.spans.token(block.brace_token.span.close());
        if matches!(self.state.returns, Returns::Unit | Returns::Never) {
            self.block_into(block, Dest::Discard);
        } else {
            self.block_into(block, Dest::Return);
        }
        self.b().end(Terminator::Return(None), end);
    }

    /// A block whose value goes to `dest`.
    pub(crate) fn block_into(&mut self, block: &Block, dest: Dest) {
        self.statements_scoped(&block.stmts, Tail::Into(dest));
    }

    /// A block as a value.
    pub(crate) fn block_value(&mut self, block: &Block, failure: Failure) -> ExprId {
        self.statements_value(&block.stmts, failure)
    }

    /// Statements as a value.
    pub(crate) fn statements_value(&mut self, statements: &[Stmt], failure: Failure) -> ExprId {
        let value = self.statements_scoped(statements, Tail::Value(failure));
        value.unwrap_or_else(|| self.b().constant(Constant::Unit))
    }

    /// Statements whose value goes to `dest`.
    pub(crate) fn statements_into(&mut self, statements: &[Stmt], dest: Dest) {
        self.statements_scoped(statements, Tail::Into(dest));
    }

    fn statements_scoped(&mut self, statements: &[Stmt], tail: Tail) -> Option<ExprId> {
        let bindings = self.state.bindings.len();
        let local_names = self.paths.local_mark();
        self.announce_items(statements);
        let mut value = None;
        // Every level of blocks counts as depth, so that a hostile nest of statements ends here as well.
        self.deeper(|cx| value = cx.statements(statements, tail));
        self.paths.forget_local(local_names);
        self.state.bindings.truncate(bindings);
        value
    }

    /// Items and imports of a block are known in all of it.
    fn announce_items(&mut self, statements: &[Stmt]) {
        for statement in statements {
            let Stmt::Item(item) = statement else { continue };
            let own = match item {
                Item::Use(item) => {
                    self.paths.add_local_use(&item.tree);
                    continue;
                }
                Item::ForeignMod(foreign) => {
                    self.announce_foreign(foreign);
                    continue;
                }
                Item::Fn(item) => &item.sig.ident,
                Item::Struct(item) => &item.ident,
                Item::Enum(item) => &item.ident,
                Item::Trait(item) => &item.ident,
                _ => continue,
            };
            let own = ident_name(own);
            let path = self.qualified(&own);
            self.paths.add_local(own, path);
        }
    }

    /// The functions of another language that are declared in a block hide those of the file.
    fn announce_foreign(&mut self, foreign: &syn::ItemForeignMod) {
        for item in &foreign.items {
            if let syn::ForeignItem::Fn(item) = item {
                let own = ident_name(&item.sig.ident);
                let path = name(&format!("extern.{own}"));
                self.paths.add_local(own, path);
            }
        }
    }

    fn statements(&mut self, statements: &[Stmt], tail: Tail) -> Option<ExprId> {
        let mut index = 0;
        while let Some(statement) = statements.get(index) {
            let is_last = index + 1 == statements.len();
            match statement {
                Stmt::Item(item) => self.item(item),
                Stmt::Local(local) => {
                    if let Some((init, next)) = deferred(local, &statements[index + 1..]) {
                        let next_is_last = index + 2 == statements.len();
                        let value = self.take_apart(next, init, next_is_last, tail);
                        if next_is_last {
                            return value;
                        }
                        index += 2;
                        continue;
                    }
                    self.local_statement(local);
                }
                Stmt::Expr(expr, None) if is_last => return self.tail(expr, None, tail),
                Stmt::Expr(expr, _) => self.discard(expr),
                Stmt::Macro(statement) if is_last && statement.semi_token.is_none() => match tail {
                    Tail::Into(dest) => self.macro_into(&statement.mac, dest),
                    Tail::Value(failure) => return Some(self.macro_value(&statement.mac, failure, false)),
                },
                Stmt::Macro(statement) => self.macro_into(&statement.mac, Dest::Discard),
            }
            index += 1;
        }
        None
    }

    fn tail(&mut self, expr: &Ast, scrutinee: Option<&Ast>, tail: Tail) -> Option<ExprId> {
        match (tail, scrutinee) {
            (Tail::Into(dest), None) => self.into(expr, dest),
            (Tail::Into(dest), Some(_)) => self.with_scrutinee(expr, scrutinee, dest),
            (Tail::Value(failure), None) => return Some(self.fallible(expr, failure)),
            (Tail::Value(failure), Some(_)) => {
                let temporary = self.b().temporary();
                self.with_scrutinee(expr, scrutinee, Dest::Store(temporary, failure));
                return Some(self.b().read(temporary));
            }
        }
        None
    }

    /// `let r = f(); match r {..}` as `match f() {..}`.
    fn take_apart(&mut self, statement: &Stmt, init: &Ast, is_last: bool, tail: Tail) -> Option<ExprId> {
        match statement {
            Stmt::Local(local) => {
                self.local_from(local, Some(init));
                None
            }
            Stmt::Expr(expr, None) if is_last => self.tail(expr, Some(init), tail),
            Stmt::Expr(expr, _) => {
                self.with_scrutinee(expr, Some(init), Dest::Discard);
                None
            }
            _ => None,
        }
    }

    pub(crate) fn with_scrutinee(&mut self, expr: &Ast, scrutinee: Option<&Ast>, dest: Dest) {
        match expr {
            Ast::Match(expr) => self.match_expr(expr, scrutinee, dest),
            Ast::If(expr) => self.if_expr(expr, scrutinee, dest),
            Ast::Try(expr) if let Some(call) = scrutinee => {
                let span = self.spans.token(expr.question_token.span);
                let value = self.try_of(call, expr, Failure::Kept);
                self.value_into(value, span, dest);
            }
            _ => self.into(expr, dest),
        }
    }

    fn local_statement(&mut self, local: &Local) {
        self.local_from(local, None);
    }

    /// `let`; `scrutinee` stands for the name that the value takes apart.
    fn local_from(&mut self, local: &Local, scrutinee: Option<&Ast>) {
        let (pattern, declared) = match &local.pat {
            Pat::Type(typed) => (&*typed.pat, Some(&*typed.ty)),
            other => (other, None),
        };
        let ty = declared.and_then(|declared| self.nominal(declared));
        let Some(init) = &local.init else {
            self.declare_names(pattern, ty);
            return;
        };
        if let Some((_, otherwise)) = &init.diverge {
            self.let_else(pattern, scrutinee.unwrap_or(&init.expr), otherwise);
            return;
        }
        match pattern {
            Pat::Wild(_) => self.discard(&init.expr),
            Pat::Ident(ident) if ident.subpat.is_none() && !is_path_like(&ident.ident) => {
                let value = self.value_from(&init.expr, scrutinee);
                let span = self.spans.between(ident.ident.span(), crate::spans::last_token(&init.expr));
                let is_mutable = self.is_mutable_reference(&init.expr);
                let variable = self.declare(ident_name(&ident.ident), ty);
                if is_mutable {
                    self.state.mutable_references.push(variable);
                }
                self.assign_result(variable, value, span);
            }
            _ => {
                let value = self.value_from(&init.expr, scrutinee);
                let value = if matches!(&*init.expr, Ast::Tuple(_)) { self.held(value, &init.expr) } else { value };
                self.bind(pattern, value);
                if let (Pat::Tuple(parts), Some(syn::Type::Tuple(types))) = (pattern, declared) {
                    self.declare_types(parts, types);
                }
            }
        }
    }

    fn value_from(&mut self, expr: &Ast, scrutinee: Option<&Ast>) -> ExprId {
        match (expr, scrutinee) {
            (Ast::Try(expr), Some(call)) => self.try_of(call, expr, Failure::Kept),
            (_, Some(_)) => {
                let temporary = self.b().temporary();
                self.with_scrutinee(expr, scrutinee, Dest::Store(temporary, Failure::Kept));
                self.b().read(temporary)
            }
            (_, None) => self.value(expr),
        }
    }

    /// `let (a, b): (A, B)`.
    fn declare_types(&mut self, parts: &syn::PatTuple, types: &syn::TypeTuple) {
        for (part, ty) in parts.elems.iter().zip(&types.elems) {
            if let Pat::Ident(ident) = part
                && let Some(local) = self.state.lookup(ident_name(&ident.ident))
                && let Some(ty) = self.nominal(ty)
            {
                self.b().function.declare_type(local, ty);
            }
        }
    }

    /// The value in a temporary.
    pub(crate) fn held(&mut self, value: ExprId, expr: &Ast) -> ExprId {
        let span = self.spans.expr(expr);
        let temporary = self.b().temporary();
        self.b().assign_local(temporary, value, span);
        self.b().read(temporary)
    }

    /// `variable = value`; the result of a call that is used nowhere else goes to the variable at once.
    pub(crate) fn assign_result(&mut self, variable: LocalId, value: ExprId, span: Span) {
        if let Some(call) = self.last_call_of(value) {
            call.result = Some(variable);
            self.last_call = None;
        } else {
            self.b().assign_local(variable, value, span);
        }
    }

    fn let_else(&mut self, pattern: &Pat, init: &Ast, otherwise: &Ast) {
        let span = self.spans.pat(pattern);
        let then = self.b().new_block(span);
        let fails = self.b().new_block(span);
        let mark = self.state.bindings.len();
        self.let_condition(pattern, init, then, fails);
        let bound: Vec<(Name, LocalId)> = self.state.bindings.split_off(mark);
        self.b().switch_to(fails);
        self.into(otherwise, Dest::Discard);
        self.b().end(Terminator::Unreachable, span);
        self.state.bindings.extend(bound);
        self.b().switch_to(then);
    }

    /// Evaluate and drop the value.
    pub(crate) fn discard(&mut self, expr: &Ast) {
        self.into(expr, Dest::Discard);
    }

    /// Drop the result of the call that was just lowered to `value`.
    pub(crate) fn drop_result(&mut self, value: ExprId) {
        if let Some(call) = self.last_call_of(value) {
            call.result = None;
        }
    }

    /// The call that was just lowered to `value`, if that is so.
    fn last_call_of(&mut self, value: ExprId) -> Option<&mut unspin_ir::Call> {
        let builder = &mut self.state.builder;
        let Expr::Local(local) = *builder.function.expr(value) else { return None };
        let (block, index, result) = self.last_call?;
        let statement = builder.statements(block).get_mut(index)?;
        match &mut statement.kind {
            unspin_ir::StatementKind::Call(call) if result == local && call.result == Some(local) => Some(call),
            _ => None,
        }
    }

    /// Evaluate; the value goes to `dest`.
    pub(crate) fn into(&mut self, expr: &Ast, dest: Dest) {
        self.deeper(|cx| cx.evaluate(expr, dest));
    }

    fn evaluate(&mut self, expr: &Ast, dest: Dest) {
        match expr {
            Ast::Paren(e) => self.into(&e.expr, dest),
            Ast::Group(e) => self.into(&e.expr, dest),
            Ast::If(e) => self.if_expr(e, None, dest),
            Ast::Match(e) => self.match_expr(e, None, dest),
            Ast::Block(e) => self.labelled_block(e, dest),
            Ast::Unsafe(e) => self.block_into(&e.block, dest),
            Ast::Const(e) => self.block_into(&e.block, dest),
            Ast::TryBlock(e) => self.try_block(e, dest),
            Ast::Loop(e) => self.loop_expr(e, dest),
            Ast::While(e) => self.while_expr(e),
            Ast::ForLoop(e) => self.for_expr(e),
            Ast::Macro(e) => self.macro_into(&e.mac, dest),
            _ => match dest {
                Dest::Discard => {
                    let value = self.value(expr);
                    self.drop_result(value);
                }
                Dest::Store(local, failure) => {
                    let value = self.fallible(expr, failure);
                    let span = self.spans.expr(expr);
                    self.store(local, value, span);
                }
                Dest::Return => self.return_expr(expr),
            },
        }
    }

    /// A value goes to `dest`.
    pub(crate) fn value_into(&mut self, value: ExprId, span: Span, dest: Dest) {
        match dest {
            Dest::Discard => self.drop_result(value),
            Dest::Store(local, failure) => {
                let value = self.stored(value, failure, span);
                self.store(local, value, span);
            }
            Dest::Return => self.return_value(value, span),
        }
    }

    fn store(&mut self, local: LocalId, value: ExprId, span: Span) {
        if self.state.builder.is_open() {
            self.b().assign_local(local, value, span);
        }
    }

    /// `return expr`, or the value of the body.
    pub(crate) fn return_expr(&mut self, expr: &Ast) {
        let span = self.spans.expr(expr);
        match expr {
            Ast::Paren(e) => return self.return_expr(&e.expr),
            Ast::If(_) | Ast::Match(_) | Ast::Block(_) | Ast::Unsafe(_) | Ast::Macro(_) | Ast::Loop(_) | Ast::TryBlock(_) => {
                self.into(expr, Dest::Return);
                self.b().end(Terminator::Return(None), span);
                return;
            }
            Ast::Call(call) if call.args.len() == 1 => match crate::calls::wrapper(&call.func) {
                Some(crate::calls::Wrapper::Err) => return self.raise(&call.args[0], None, span),
                Some(crate::calls::Wrapper::Ready) => return self.return_expr(&call.args[0]),
                _ => {}
            },
            _ => {}
        }
        // The callee's `Result` is handed on as it is: `f()` at the end is `Ok(f()?)`.
        let hands_on =
            self.state.returns == Returns::Result && self.state.try_unwind.is_none() && fallible_call(expr).is_some();
        let failure = if hands_on { Failure::Leaves(Leaving::default()) } else { Failure::Kept };
        let value = self.fallible(expr, failure);
        self.return_value(value, span);
    }

    /// Leave the function with a value.
    pub(crate) fn return_value(&mut self, value: ExprId, span: Span) {
        let is_unit = matches!(self.state.builder.function.expr(value), Expr::Constant(Constant::Unit));
        self.b().end(Terminator::Return(if is_unit { None } else { Some(value) }), span);
    }

    /// Leave with a failure: `return Err(error)`, `Err(error)?`.
    pub(crate) fn raise(&mut self, error: &Ast, unwind: Option<BlockId>, span: Span) {
        let class = self.error_class(error);
        let value = match error {
            Ast::Call(call) if class.is_some() => {
                self.arguments(call.args.iter());
                None
            }
            _ => Some(self.value(error)),
        };
        // A class says it all; a value without one is what an earlier call or the caller gave.
        self.raise_value(class, value.filter(|_| class.is_none()), unwind, span);
    }

    /// Leave with a failure whose value is known.
    pub(crate) fn raise_value(&mut self, class: Option<Name>, value: Option<ExprId>, unwind: Option<BlockId>, span: Span) {
        if unwind.is_some() {
            self.b().unwind = unwind;
            self.b().start_block(span);
            self.b().unwind = None;
        }
        self.b().end(Terminator::Raise { class, value, assertion: false, panics: false }, span);
    }
}

/// Whether an identifier in a pattern is a constant or variant: it begins with a capital.
pub(crate) fn is_path_like(ident: &syn::Ident) -> bool {
    ident.to_string().starts_with(|first: char| first.is_uppercase())
}

/// `let r = f(); match r {..}`: the call, and the statement that takes `r` apart, when nothing else uses `r`.
fn deferred<'s>(local: &'s Local, rest: &'s [Stmt]) -> Option<(&'s Ast, &'s Stmt)> {
    let pattern = match &local.pat {
        Pat::Type(typed) => &*typed.pat,
        other => other,
    };
    let Pat::Ident(ident) = pattern else { return None };
    let init = local.init.as_ref().filter(|init| init.diverge.is_none())?;
    let next = rest.first()?;
    let takes_apart = match next {
        Stmt::Expr(expr, _) => takes_result_apart(expr, &ident.ident),
        Stmt::Local(local) => local.init.as_ref().is_some_and(|init| match &init.diverge {
            None => takes_result_apart(&init.expr, &ident.ident),
            Some(_) => is_result_pattern(&local.pat) && is_name(&init.expr, &ident.ident),
        }),
        _ => false,
    };
    if ident.subpat.is_some() || !takes_apart || fallible_call(&init.expr).is_none() {
        return None;
    }
    (uses::count(rest, &ident.ident) == 1).then_some((&*init.expr, next))
}
