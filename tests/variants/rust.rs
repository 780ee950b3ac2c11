//! Rust programs as the makers of variants see them: functions, and what in them can be written otherwise.

use std::collections::BTreeSet;
use std::ops::Range;

use proc_macro2::{Span, TokenStream};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{BinOp, Block, Expr, FnArg, Item, Pat, ReturnType, Signature, Type, UseTree};

use crate::edit::line_start;

/// A program with what the variants need to know of it.
pub(crate) struct Program {
    pub(crate) text: String,
    pub(crate) functions: Vec<Function>,
    /// Imported name and the end of its import.
    pub(crate) imports: Vec<(String, usize)>,
    /// Where the imports stand.
    pub(crate) uses: Vec<Range<usize>>,
    pub(crate) tokens: TokenStream,
    pub(crate) first_definition: usize,
}

/// A function or method, but none that stands in another.
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) range: Range<usize>,
    pub(crate) parameters: Vec<(String, Type)>,
    pub(crate) gives: Gives,
    pub(crate) found: Found,
}

/// What a function returns.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Gives {
    Nothing,
    Result,
    Option,
    Other,
}

/// What is in a function.
#[derive(Default)]
pub(crate) struct Found {
    /// Closures and async blocks around.
    pub(crate) nested: u32,
    pub(crate) depth: u32,
    pub(crate) loops: Vec<Loop>,
    /// Tests of statements that are an `if`, in loops; what is matched in them.
    pub(crate) tests: Vec<(usize, Range<usize>)>,
    pub(crate) matched: Vec<(usize, Range<usize>, bool)>,
    pub(crate) successes: Vec<Start>,
    pub(crate) failures: Vec<Start>,
    pub(crate) literals: Vec<Range<usize>>,
    /// Names of `let`.
    pub(crate) stored: BTreeSet<String>,
    /// Names that cannot be changed: of parameters, in shorthands, in texts.
    pub(crate) fixed: BTreeSet<String>,
    /// Places where a name is a field's.
    pub(crate) fields: BTreeSet<usize>,
    pub(crate) receivers: BTreeSet<String>,
}

/// The start of a block: after its brace, and its first statement.
#[derive(Clone, Copy)]
pub(crate) struct Start {
    pub(crate) brace: usize,
    pub(crate) first: Option<usize>,
}

pub(crate) enum Head {
    Loop { keyword: Range<usize>, gives_value: bool },
    While { head: Range<usize>, test: Range<usize> },
    WhileLet { head: Range<usize>, binding: Range<usize> },
    For,
}

pub(crate) struct Loop {
    pub(crate) head: Head,
    pub(crate) body: Start,
    pub(crate) is_nested: bool,
}

pub(crate) fn range(span: Span) -> Range<usize> {
    span.byte_range()
}

pub(crate) fn start_of(block: &Block) -> Start {
    let brace = range(block.brace_token.span.open()).end;
    Start { brace, first: block.stmts.first().map(|first| range(first.span()).start) }
}

/// Whether an expression leaves, waits or binds: then it cannot move into a closure.
#[derive(Default)]
pub(crate) struct Fixed {
    is_fixed: bool,
    awaits: bool,
}

impl<'a> Visit<'a> for Fixed {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Await(_) => self.awaits = true,
            Expr::Try(_)
            | Expr::Let(_)
            | Expr::Return(_)
            | Expr::Break(_)
            | Expr::Continue(_)
            | Expr::Closure(_)
            | Expr::Macro(_)
            | Expr::Block(_)
            | Expr::Async(_) => self.is_fixed = true,
            _ => visit::visit_expr(self, expr),
        }
        if let Expr::Await(inner) = expr {
            self.visit_expr(&inner.base);
        }
    }
}

pub(crate) fn fixed(expr: &Expr) -> Fixed {
    let mut fixed = Fixed::default();
    fixed.visit_expr(expr);
    fixed
}

/// Whether a pattern is `Ok(..)` or `Err(..)`.
pub(crate) fn is_named(pattern: &Pat, name: &str) -> bool {
    matches!(pattern, Pat::TupleStruct(inner) if inner.path.is_ident(name))
}

pub(crate) struct GivesValue(bool);

impl<'a> Visit<'a> for GivesValue {
    fn visit_expr_break(&mut self, inner: &'a syn::ExprBreak) {
        self.0 |= inner.expr.is_some();
        visit::visit_expr_break(self, inner);
    }
}

impl Found {
    fn body(&mut self, block: &Block) {
        self.depth += 1;
        visit::visit_block(self, block);
        self.depth -= 1;
    }

    fn take_loop(&mut self, head: Head, body: &Block) {
        self.loops.push(Loop { head, body: start_of(body), is_nested: self.nested > 0 });
        self.body(body);
    }

    fn literal(&mut self, expr: &Expr) {
        if let Expr::Lit(literal) = expr
            && matches!(literal.lit, syn::Lit::Int(_) | syn::Lit::Float(_))
        {
            self.literals.push(range(literal.span()));
        }
    }

    fn arm(&mut self, pattern: &Pat, block: &Block) {
        if self.depth > 0 && is_named(pattern, "Ok") && self.nested == 0 {
            self.successes.push(start_of(block));
        } else if self.depth > 0 && is_named(pattern, "Err") {
            self.failures.push(start_of(block));
        }
    }
}

impl<'a> Visit<'a> for Found {
    fn visit_expr_loop(&mut self, inner: &'a syn::ExprLoop) {
        let mut value = GivesValue(false);
        value.visit_block(&inner.body);
        self.take_loop(Head::Loop { keyword: range(inner.loop_token.span), gives_value: value.0 }, &inner.body);
    }

    fn visit_expr_while(&mut self, inner: &'a syn::ExprWhile) {
        self.visit_expr(&inner.cond);
        let (keyword, test) = (range(inner.while_token.span), range(inner.cond.span()));
        let head = keyword.start..test.end;
        let head = match &*inner.cond {
            Expr::Let(_) => Head::WhileLet { head, binding: test },
            cond if fixed(cond).is_fixed => Head::For,
            _ => Head::While { head, test },
        };
        self.take_loop(head, &inner.body);
    }

    fn visit_expr_for_loop(&mut self, inner: &'a syn::ExprForLoop) {
        self.visit_pat(&inner.pat);
        self.visit_expr(&inner.expr);
        self.take_loop(Head::For, &inner.body);
    }

    fn visit_expr_if(&mut self, inner: &'a syn::ExprIf) {
        if self.depth > 0 {
            let found = fixed(&inner.cond);
            if !found.is_fixed && !found.awaits {
                self.tests.push((range(inner.if_token.span).start, range(inner.cond.span())));
            }
            if let Expr::Let(binding) = &*inner.cond {
                self.arm(&binding.pat, &inner.then_branch);
            }
        }
        visit::visit_expr_if(self, inner);
    }

    fn visit_expr_match(&mut self, inner: &'a syn::ExprMatch) {
        let is_call = |expr: &Expr| match expr {
            Expr::Await(awaited) => matches!(&*awaited.base, Expr::Call(_) | Expr::MethodCall(_)),
            other => matches!(other, Expr::Call(_) | Expr::MethodCall(_)),
        };
        let found = fixed(&inner.expr);
        if self.depth > 0 && is_call(&inner.expr) && !found.is_fixed && inner.arms.iter().any(|arm| is_named(&arm.pat, "Err")) {
            self.matched.push((range(inner.match_token.span).start, range(inner.expr.span()), found.awaits));
        }
        for arm in &inner.arms {
            if let Expr::Block(block) = &*arm.body {
                self.arm(&arm.pat, &block.block);
            }
        }
        visit::visit_expr_match(self, inner);
    }

    fn visit_expr_closure(&mut self, inner: &'a syn::ExprClosure) {
        let depth = std::mem::take(&mut self.depth);
        self.nested += 1;
        visit::visit_expr_closure(self, inner);
        (self.nested, self.depth) = (self.nested - 1, depth);
    }

    fn visit_expr_async(&mut self, inner: &'a syn::ExprAsync) {
        let depth = std::mem::take(&mut self.depth);
        self.nested += 1;
        visit::visit_expr_async(self, inner);
        (self.nested, self.depth) = (self.nested - 1, depth);
    }

    fn visit_expr_binary(&mut self, inner: &'a syn::ExprBinary) {
        if matches!(inner.op, BinOp::Lt(_) | BinOp::Le(_) | BinOp::Gt(_) | BinOp::Ge(_) | BinOp::Eq(_) | BinOp::Ne(_)) {
            self.literal(&inner.right);
        }
        visit::visit_expr_binary(self, inner);
    }

    fn visit_expr_call(&mut self, inner: &'a syn::ExprCall) {
        inner.args.iter().for_each(|argument| self.literal(argument));
        visit::visit_expr_call(self, inner);
    }

    fn visit_expr_method_call(&mut self, inner: &'a syn::ExprMethodCall) {
        inner.args.iter().for_each(|argument| self.literal(argument));
        self.fields.insert(range(inner.method.span()).start);
        if let Expr::Path(path) = &*inner.receiver
            && let Some(name) = path.path.get_ident()
        {
            self.receivers.insert(name.to_string());
        }
        visit::visit_expr_method_call(self, inner);
    }

    fn visit_local(&mut self, inner: &'a syn::Local) {
        let mut names = Bound::default();
        names.visit_pat(&inner.pat);
        self.stored.extend(names.0);
        visit::visit_local(self, inner);
    }

    fn visit_member(&mut self, inner: &'a syn::Member) {
        self.fields.insert(range(inner.span()).start);
    }

    fn visit_field_value(&mut self, inner: &'a syn::FieldValue) {
        if inner.colon_token.is_none() {
            self.fixed.extend(named(&inner.member));
        }
        visit::visit_field_value(self, inner);
    }

    fn visit_field_pat(&mut self, inner: &'a syn::FieldPat) {
        if inner.colon_token.is_none() {
            self.fixed.extend(named(&inner.member));
        }
        visit::visit_field_pat(self, inner);
    }
}

pub(crate) fn named(member: &syn::Member) -> Option<String> {
    match member {
        syn::Member::Named(name) => Some(name.to_string()),
        syn::Member::Unnamed(_) => None,
    }
}

/// Names that a pattern binds.
#[derive(Default)]
pub(crate) struct Bound(BTreeSet<String>);

impl<'a> Visit<'a> for Bound {
    fn visit_pat_ident(&mut self, inner: &'a syn::PatIdent) {
        if !inner.ident.to_string().starts_with(char::is_uppercase) {
            self.0.insert(inner.ident.to_string());
        }
    }
}

impl Program {
    /// `None` for a text that cannot be parsed.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let file = syn::parse_file(text).ok()?;
        let mut program = Self {
            text: text.to_owned(),
            functions: Vec::new(),
            imports: Vec::new(),
            uses: Vec::new(),
            tokens: text.parse().ok()?,
            first_definition: text.len(),
        };
        for item in &file.items {
            program.take(item, "");
        }
        let first = file.items.iter().find(|item| !matches!(item, Item::Use(_)));
        program.first_definition = first.map_or(text.len(), |item| line_start(text, range(item.span()).start));
        Some(program)
    }

    fn take(&mut self, item: &Item, within: &str) {
        match item {
            Item::Fn(item) => self.function(&item.sig, &item.block, range(item.span()), within),
            Item::Impl(item) => {
                let of = &self.text[range(item.self_ty.span())].to_owned();
                for inner in &item.items {
                    if let syn::ImplItem::Fn(inner) = inner {
                        self.function(&inner.sig, &inner.block, range(inner.span()), of);
                    }
                }
            }
            Item::Mod(item) => {
                item.content.iter().flat_map(|(_, items)| items).for_each(|inner| self.take(inner, &item.ident.to_string()));
            }
            Item::Use(item) => {
                self.uses.push(range(item.span()));
                self.import(&item.tree);
            }
            _ => {}
        }
    }

    fn import(&mut self, tree: &UseTree) {
        match tree {
            UseTree::Path(inner) => self.import(&inner.tree),
            UseTree::Group(inner) => inner.items.iter().for_each(|tree| self.import(tree)),
            UseTree::Name(inner) if inner.ident != "self" => {
                self.imports.push((inner.ident.to_string(), range(inner.ident.span()).end));
            }
            _ => {}
        }
    }

    fn function(&mut self, signature: &Signature, block: &Block, range: Range<usize>, within: &str) {
        let mut found = Found::default();
        let mut parameters = Vec::new();
        for input in &signature.inputs {
            if let FnArg::Typed(input) = input {
                let mut names = Bound::default();
                names.visit_pat(&input.pat);
                if let (Pat::Ident(name), true) = (&*input.pat, names.0.len() == 1) {
                    parameters.push((name.ident.to_string(), (*input.ty).clone()));
                }
                found.fixed.extend(names.0);
            }
        }
        found.visit_block(block);
        let gives = match &signature.output {
            ReturnType::Default => Gives::Nothing,
            ReturnType::Type(_, given) => match &self.text[given.span().byte_range()] {
                given if given.split('<').next().is_some_and(|head| head.ends_with("Result")) => Gives::Result,
                given if given.starts_with("Option") => Gives::Option,
                _ => Gives::Other,
            },
        };
        let name = if within.is_empty() { signature.ident.to_string() } else { format!("{within}.{}", signature.ident) };
        self.functions.push(Function { name, range, parameters, gives, found });
    }

    /// Names and places of the functions, by which results are told apart.
    pub(crate) fn functions(&self) -> impl Iterator<Item = (&str, Range<usize>)> {
        self.functions.iter().map(|function| (function.name.as_str(), function.range.clone()))
    }

    pub(crate) fn loops(&self) -> impl Iterator<Item = (usize, &Function, &Loop)> {
        let all = self.functions.iter().flat_map(|function| function.found.loops.iter().map(move |one| (function, one)));
        all.enumerate().map(|(group, (function, one))| (group, function, one))
    }
}
