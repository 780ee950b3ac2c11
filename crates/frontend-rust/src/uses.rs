//! How often a name is used in some statements, macro input included.
//!
//! Text such as `"{name}"` in macro input counts. A name that is declared anew counts as well: the answer is only used
//! to be sure that there is exactly one use.

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Ident, Stmt};

struct Counter<'n> {
    name: &'n Ident,
    /// The name as it stands in a format string.
    capture: String,
    count: usize,
}

/// How often `name` is used.
pub(crate) fn count(statements: &[Stmt], name: &Ident) -> usize {
    let mut counter = Counter { name, capture: format!("{{{name}"), count: 0 };
    for statement in statements {
        counter.visit_stmt(statement);
    }
    counter.count
}

impl<'ast> Visit<'ast> for Counter<'_> {
    fn visit_ident(&mut self, ident: &'ast Ident) {
        self.count += usize::from(ident == self.name);
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        self.tokens(mac.tokens.clone());
        visit::visit_path(self, &mac.path);
    }
}

impl Counter<'_> {
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
