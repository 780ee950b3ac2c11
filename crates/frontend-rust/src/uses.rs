//! How often a variable is used in some statements, macro input included.
//!
//! Where the name is bound anew (`Ok(r) => r`, `let r = ..`, a closure's parameter) its uses are those of another
//! variable. Text such as `"{name}"` in macro input counts as a use.

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Expr, Ident, Pat, Stmt};

struct Counter<'n> {
    name: &'n Ident,
    /// The name as it stands in a format string.
    capture: String,
    count: usize,
}

/// How often `name`, as it is bound before these statements, is used in them.
pub(crate) fn count(statements: &[Stmt], name: &Ident) -> usize {
    let mut counter = Counter { name, capture: format!("{{{name}"), count: 0 };
    counter.statements(statements);
    counter.count
}

/// Whether a pattern binds a name.
struct Binds<'n> {
    name: &'n Ident,
    found: bool,
}

impl<'ast> Visit<'ast> for Binds<'_> {
    fn visit_pat_ident(&mut self, pattern: &'ast syn::PatIdent) {
        self.found |= pattern.ident == *self.name;
        visit::visit_pat_ident(self, pattern);
    }

    fn visit_expr(&mut self, _: &'ast Expr) {}
}

impl<'ast> Visit<'ast> for Counter<'_> {
    fn visit_ident(&mut self, ident: &'ast Ident) {
        self.count += usize::from(ident == self.name);
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        self.tokens(mac.tokens.clone());
    }

    fn visit_block(&mut self, block: &'ast syn::Block) {
        self.statements(&block.stmts);
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        if !self.binds(&arm.pat) {
            visit::visit_arm(self, arm);
        }
    }

    fn visit_expr_closure(&mut self, closure: &'ast syn::ExprClosure) {
        if !closure.inputs.iter().any(|input| self.binds(input)) {
            visit::visit_expr_closure(self, closure);
        }
    }

    fn visit_expr_if(&mut self, expr: &'ast syn::ExprIf) {
        if !self.condition(&expr.cond) {
            self.visit_block(&expr.then_branch);
        }
        if let Some((_, otherwise)) = &expr.else_branch {
            self.visit_expr(otherwise);
        }
    }

    fn visit_expr_while(&mut self, expr: &'ast syn::ExprWhile) {
        if !self.condition(&expr.cond) {
            self.visit_block(&expr.body);
        }
    }

    fn visit_expr_for_loop(&mut self, expr: &'ast syn::ExprForLoop) {
        self.visit_expr(&expr.expr);
        if !self.binds(&expr.pat) {
            self.visit_block(&expr.body);
        }
    }

    /// A field or method of the same name is no use.
    fn visit_member(&mut self, _: &'ast syn::Member) {}

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.visit_expr(&call.receiver);
        call.args.iter().for_each(|argument| self.visit_expr(argument));
    }
}

impl Counter<'_> {
    fn binds(&self, pattern: &Pat) -> bool {
        let mut binds = Binds { name: self.name, found: false };
        binds.visit_pat(pattern);
        binds.found
    }

    fn statements(&mut self, statements: &[Stmt]) {
        for statement in statements {
            let Stmt::Local(local) = statement else {
                self.visit_stmt(statement);
                continue;
            };
            if let Some(init) = &local.init {
                self.visit_expr(&init.expr);
                init.diverge.iter().for_each(|(_, otherwise)| self.visit_expr(otherwise));
            }
            if self.binds(&local.pat) {
                return;
            }
        }
    }

    /// Count in a condition; whether one of its `let` binds the name anew.
    fn condition(&mut self, test: &Expr) -> bool {
        match test {
            Expr::Let(test) => {
                self.visit_expr(&test.expr);
                self.binds(&test.pat)
            }
            Expr::Binary(test) if matches!(test.op, syn::BinOp::And(_)) => {
                self.condition(&test.left) || self.condition(&test.right)
            }
            other => {
                self.visit_expr(other);
                false
            }
        }
    }

    fn tokens(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => self.count += usize::from(&ident == self.name),
                TokenTree::Literal(literal) => self.count += usize::from(literal.to_string().contains(&self.capture)),
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Punct(_) => {}
            }
        }
    }
}
