//! From the parser's spans to byte ranges of the file.
//!
//! `syn`'s own `span()` of a node walks all tokens of the node, which over a nest of nodes is quadratic; here only the
//! first and the last token of an expression are looked up, along its left and right edge.

use proc_macro2::Span as TokenSpan;
use syn::spanned::Spanned as _;
use syn::{Expr, Pat, Path, UnOp};
use unspin_span::Span;

/// Turns the parser's spans into byte ranges.
///
/// The parser's own byte offsets come from a map that it fills as it is asked; line and column are cheaper, and only a
/// line with other characters than ASCII must be walked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spans<'a> {
    /// The text that the parser was given.
    code: &'a str,
    /// Bytes before it: byte-order mark and `#!` line.
    base: u32,
    /// Where each of its lines starts.
    lines: &'a [u32],
    is_ascii: bool,
}

/// Where each line starts, as the parser counts lines.
pub(crate) fn line_starts(code: &str) -> Vec<u32> {
    let breaks = code.bytes().enumerate().filter(|&(_, byte)| byte == b'\n');
    std::iter::once(0).chain(breaks.map(|(at, _)| at as u32 + 1)).collect()
}

impl<'a> Spans<'a> {
    /// Spans of `code`, before which `base` bytes stand in the file.
    pub(crate) fn new(code: &'a str, base: u32, lines: &'a [u32]) -> Self {
        Self { code, base, lines, is_ascii: code.is_ascii() }
    }

    /// One token or a small node.
    pub(crate) fn token(self, span: TokenSpan) -> Span {
        Span::new(self.offset(span.start()), self.offset(span.end()))
    }

    fn offset(self, place: proc_macro2::LineColumn) -> u32 {
        let start = self.lines.get(place.line.saturating_sub(1)).copied().unwrap_or_default();
        if self.is_ascii {
            return self.base + start + place.column as u32;
        }
        let rest = &self.code[start as usize..];
        let length = rest.char_indices().nth(place.column).map_or(rest.len(), |(at, _)| at);
        self.base + start + length as u32
    }

    /// From one token to another.
    pub(crate) fn between(self, first: TokenSpan, last: TokenSpan) -> Span {
        Span::new(self.offset(first.start()), self.offset(last.end()))
    }

    /// An expression.
    pub(crate) fn expr(self, expr: &Expr) -> Span {
        self.between(first_token(expr), last_token(expr))
    }

    /// A path.
    pub(crate) fn path(self, path: &Path) -> Span {
        self.between(path_start(path), path_end(path))
    }

    /// A pattern. Patterns are small, or the time is spent once for each.
    pub(crate) fn pat(self, pat: &Pat) -> Span {
        self.token(pat.span())
    }
}

/// First token of a path.
fn path_start(path: &Path) -> TokenSpan {
    match (&path.leading_colon, path.segments.first()) {
        (Some(colon), _) => colon.spans[0],
        (None, Some(segment)) => segment.ident.span(),
        (None, None) => TokenSpan::call_site(),
    }
}

/// Last token of a path without the arguments of its last segment.
fn path_end(path: &Path) -> TokenSpan {
    let last = path.segments.last();
    last.map_or_else(TokenSpan::call_site, |segment| match &segment.arguments {
        syn::PathArguments::None => segment.ident.span(),
        syn::PathArguments::AngleBracketed(arguments) => arguments.gt_token.span,
        syn::PathArguments::Parenthesized(arguments) => arguments.paren_token.span.close(),
    })
}

/// First token of an expression.
pub(crate) fn first_token(expr: &Expr) -> TokenSpan {
    let mut expr = expr;
    loop {
        expr = match expr {
            Expr::Assign(e) => &e.left,
            Expr::Await(e) => &e.base,
            Expr::Binary(e) => &e.left,
            Expr::Call(e) => &e.func,
            Expr::Cast(e) => &e.expr,
            Expr::Field(e) => &e.base,
            Expr::Group(e) => &e.expr,
            Expr::Index(e) => &e.expr,
            Expr::MethodCall(e) => &e.receiver,
            Expr::Range(e) => match &e.start {
                Some(start) => start,
                None => return e.limits.span(),
            },
            Expr::Try(e) => &e.expr,
            _ => return own_first_token(expr),
        };
    }
}

/// First token of an expression that begins with a token of its own.
fn own_first_token(expr: &Expr) -> TokenSpan {
    let label = |label: &Option<syn::Label>, other: TokenSpan| label.as_ref().map_or(other, |label| label.name.span());
    match expr {
        Expr::Array(e) => e.bracket_token.span.open(),
        Expr::Async(e) => e.async_token.span,
        Expr::Block(e) => label(&e.label, e.block.brace_token.span.open()),
        Expr::Break(e) => e.break_token.span,
        Expr::Closure(e) => match (&e.asyncness, &e.capture) {
            (Some(token), _) => token.span,
            (None, Some(token)) => token.span,
            (None, None) => e.inputs_begin.span,
        },
        Expr::Const(e) => e.const_token.span,
        Expr::Continue(e) => e.continue_token.span,
        Expr::ForLoop(e) => label(&e.label, e.for_token.span),
        Expr::If(e) => e.if_token.span,
        Expr::Infer(e) => e.underscore_token.span,
        Expr::Let(e) => e.let_token.span,
        Expr::Lit(e) => e.lit.span(),
        Expr::Loop(e) => label(&e.label, e.loop_token.span),
        Expr::Macro(e) => path_start(&e.mac.path),
        Expr::Match(e) => e.match_token.span,
        Expr::Paren(e) => e.paren_token.span.open(),
        Expr::Path(e) => e.qself.as_ref().map_or_else(|| path_start(&e.path), |qself| qself.lt_token.span),
        Expr::RawAddr(e) => e.and_token.span,
        Expr::Reference(e) => e.and_token.span,
        Expr::Repeat(e) => e.bracket_token.span.open(),
        Expr::Return(e) => e.return_token.span,
        Expr::Struct(e) => path_start(&e.path),
        Expr::TryBlock(e) => e.try_token.span,
        Expr::Tuple(e) => e.paren_token.span.open(),
        Expr::Unary(e) => match &e.op {
            UnOp::Deref(token) => token.span,
            UnOp::Not(token) => token.span,
            UnOp::Neg(token) => token.span,
            other => other.span(),
        },
        Expr::Unsafe(e) => e.unsafe_token.span,
        Expr::While(e) => label(&e.label, e.while_token.span),
        Expr::Yield(e) => e.yield_token.span,
        other => other.span(),
    }
}

/// Last token of an expression.
pub(crate) fn last_token(expr: &Expr) -> TokenSpan {
    let mut expr = expr;
    loop {
        expr = match expr {
            Expr::Assign(e) => &e.right,
            Expr::Binary(e) => &e.right,
            Expr::Break(e) => match (&e.expr, &e.label) {
                (Some(value), _) => value,
                (None, Some(label)) => return label.ident.span(),
                (None, None) => return e.break_token.span,
            },
            Expr::Closure(e) => &e.body,
            Expr::Group(e) => &e.expr,
            Expr::If(e) => match &e.else_branch {
                Some((_, otherwise)) => otherwise,
                None => return e.then_branch.brace_token.span.close(),
            },
            Expr::Let(e) => &e.expr,
            Expr::RawAddr(e) => &e.expr,
            Expr::Reference(e) => &e.expr,
            Expr::Range(e) => match &e.end {
                Some(end) => end,
                None => return e.limits.span(),
            },
            Expr::Return(e) => match &e.expr {
                Some(value) => value,
                None => return e.return_token.span,
            },
            Expr::Unary(e) => &e.expr,
            Expr::Yield(e) => match &e.expr {
                Some(value) => value,
                None => return e.yield_token.span,
            },
            _ => return own_last_token(expr),
        };
    }
}

/// Last token of an expression that ends with a token of its own.
fn own_last_token(expr: &Expr) -> TokenSpan {
    match expr {
        Expr::Array(e) => e.bracket_token.span.close(),
        Expr::Async(e) => e.block.brace_token.span.close(),
        Expr::Await(e) => e.await_token.span,
        Expr::Block(e) => e.block.brace_token.span.close(),
        Expr::Call(e) => e.paren_token.span.close(),
        Expr::Const(e) => e.block.brace_token.span.close(),
        Expr::Continue(e) => e.label.as_ref().map_or(e.continue_token.span, |label| label.ident.span()),
        Expr::Field(e) => e.member.span(),
        Expr::ForLoop(e) => e.body.brace_token.span.close(),
        Expr::Index(e) => e.bracket_token.span.close(),
        Expr::Infer(e) => e.underscore_token.span,
        Expr::Lit(e) => e.lit.span(),
        Expr::Loop(e) => e.body.brace_token.span.close(),
        Expr::Macro(e) => e.mac.delimiter.span().close(),
        Expr::Match(e) => e.brace_token.span.close(),
        Expr::MethodCall(e) => e.paren_token.span.close(),
        Expr::Paren(e) => e.paren_token.span.close(),
        Expr::Path(e) => path_end(&e.path),
        Expr::Repeat(e) => e.bracket_token.span.close(),
        Expr::Struct(e) => e.brace_token.span.close(),
        Expr::Try(e) => e.question_token.span,
        Expr::TryBlock(e) => e.block.brace_token.span.close(),
        Expr::Tuple(e) => e.paren_token.span.close(),
        Expr::Unsafe(e) => e.block.brace_token.span.close(),
        Expr::While(e) => e.body.brace_token.span.close(),
        // A cast ends with its type, and the rest is rare and small; the joined span ends with the last token.
        other => other.span(),
    }
}
