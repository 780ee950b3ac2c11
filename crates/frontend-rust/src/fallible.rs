//! Which expressions come down to a call that may fail, and which statements take its `Result` apart.

use syn::{Expr as Ast, Ident, Stmt};

use crate::sides::is_result_pattern;

/// The call that an expression comes down to, seen through parentheses, references, blocks, `.await` and `?`.
pub(crate) fn fallible_call(expr: &Ast) -> Option<&Ast> {
    match expr {
        Ast::Paren(e) => fallible_call(&e.expr),
        Ast::Group(e) => fallible_call(&e.expr),
        Ast::Reference(e) => fallible_call(&e.expr),
        Ast::Block(e) if e.label.is_none() => block_call(&e.block.stmts),
        Ast::Unsafe(e) => block_call(&e.block.stmts),
        Ast::Try(e) => fallible_call(&e.expr),
        Ast::Call(e) => match crate::calls::wrapper(&e.func) {
            Some(crate::calls::Wrapper::Ok | crate::calls::Wrapper::Err) => None,
            Some(_) => e.args.first().and_then(fallible_call),
            None if crate::calls::is_constructor(&e.func) => None,
            None => Some(expr),
        },
        Ast::MethodCall(e) if crate::calls::is_view(e) => fallible_call(&e.receiver),
        Ast::MethodCall(_) | Ast::Await(_) => Some(expr),
        Ast::Macro(e) => crate::macros::may_fail(&e.mac).then_some(expr),
        _ => None,
    }
}

fn block_call(statements: &[Stmt]) -> Option<&Ast> {
    match statements.last() {
        Some(Stmt::Expr(expr, None)) => fallible_call(expr),
        _ => None,
    }
}

/// Whether an expression is `match name {..}` or `if let .. = name` with `Ok` or `Err` patterns, or `name?`.
pub(crate) fn takes_result_apart(statement: &Ast, own: &Ident) -> bool {
    match statement {
        Ast::Match(e) => is_name(&e.expr, own) && e.arms.iter().any(|arm| is_result_pattern(&arm.pat)),
        Ast::If(e) => match &*e.cond {
            Ast::Let(test) => is_name(&test.expr, own) && is_result_pattern(&test.pat),
            _ => false,
        },
        Ast::Try(e) => is_name(&e.expr, own),
        _ => false,
    }
}

/// Whether an expression is nothing but this name, or a reference to it.
pub(crate) fn is_name(expr: &Ast, own: &Ident) -> bool {
    match expr {
        Ast::Path(e) => e.path.is_ident(own),
        Ast::Paren(e) => is_name(&e.expr, own),
        Ast::Reference(e) => is_name(&e.expr, own),
        _ => false,
    }
}
