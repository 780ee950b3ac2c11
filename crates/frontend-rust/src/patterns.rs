//! Patterns as tests on a value and bindings of its parts.
//!
//! `Ok`, `Some` and `Poll::Ready` are transparent: the payload is the value itself, except where a payload is tested for the
//! kind of variant that it lies in (`Some(None)`). A pattern without a place to go when it fails (`let`, the last arm of a
//! `match`) only binds.

use syn::spanned::Spanned as _;
use syn::{Pat, PatIdent, PatStruct, PatTupleStruct, Path};
use unspin_ir::{BinaryOp, BlockId, CompareOp, Constant, Expr, ExprId, LocalId, Name, UnaryOp};
use unspin_span::Span;

use crate::blocks::is_path_like;
use crate::lowering::Lowering;
use crate::paths::{ident_name, name};

/// Constructors that are seen through or mean a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    Ok,
    Err,
    Some,
    Ready,
}

impl Known {
    fn name(self) -> &'static str {
        match self {
            Self::Ok => "Ok",
            Self::Err => "Err",
            Self::Some => "Some",
            Self::Ready => "Ready",
        }
    }
}

/// What a path of a constructor is known as.
pub(crate) fn known_constructor(path: &Path) -> Option<Known> {
    let last = &path.segments.last()?.ident;
    let outer = path.segments.len().checked_sub(2).map(|index| &path.segments[index].ident);
    let in_type = |ty: &str| outer.is_none_or(|outer| outer == ty);
    if last == "Ok" && in_type("Result") {
        Some(Known::Ok)
    } else if last == "Err" && in_type("Result") {
        Some(Known::Err)
    } else if last == "Some" && in_type("Option") {
        Some(Known::Some)
    } else if last == "Ready" && outer.is_some_and(|outer| outer == "Poll") {
        Some(Known::Ready)
    } else {
        None
    }
}

impl Lowering<'_> {
    /// Bind the names of a pattern that always matches.
    pub(crate) fn bind(&mut self, pattern: &Pat, value: ExprId) {
        self.fresh_pattern(pattern, value, None);
    }

    /// Test and bind a pattern that shares its names with no other.
    pub(crate) fn fresh_pattern(&mut self, pattern: &Pat, value: ExprId, otherwise: Option<BlockId>) {
        let outer = std::mem::take(&mut self.state.pattern_names);
        self.pattern(pattern, value, otherwise);
        self.state.pattern_names = outer;
    }

    /// Declare the names of a pattern without a value: `let x;`.
    pub(crate) fn declare_names(&mut self, pattern: &Pat, ty: Option<Name>) {
        match pattern {
            Pat::Ident(ident) => {
                self.declare(ident_name(&ident.ident), ty);
            }
            Pat::Tuple(tuple) => tuple.elems.iter().for_each(|element| self.declare_names(element, None)),
            Pat::Type(typed) => self.declare_names(&typed.pat, ty),
            Pat::Paren(inner) => self.declare_names(&inner.pat, ty),
            _ => {}
        }
    }

    /// The local of a name in the pattern being lowered.
    pub(crate) fn pattern_binding(&mut self, own: Name) -> LocalId {
        if let Some(&(_, local)) = self.state.pattern_names.iter().find(|(known, _)| *known == own) {
            if !self.state.bindings.iter().rev().take(64).any(|(_, bound)| *bound == local) {
                self.state.bindings.push((own, local));
            }
            return local;
        }
        let local = self.declare(own, None);
        self.state.pattern_names.push((own, local));
        local
    }

    /// Test `value` against the pattern: on success the current block goes on with the names bound, else `otherwise`.
    pub(crate) fn pattern(&mut self, pattern: &Pat, value: ExprId, otherwise: Option<BlockId>) {
        self.deeper(|cx| {
            cx.pattern_here(pattern, value, otherwise);
        });
    }

    fn pattern_here(&mut self, pattern: &Pat, value: ExprId, otherwise: Option<BlockId>) {
        match pattern {
            Pat::Ident(ident) => self.ident_pattern(ident, value, otherwise),
            Pat::Wild(_) | Pat::Rest(_) => {}
            Pat::Paren(p) => self.pattern(&p.pat, value, otherwise),
            Pat::Reference(p) => self.pattern(&p.pat, value, otherwise),
            Pat::Type(p) => self.pattern(&p.pat, value, otherwise),
            Pat::Guard(p) => self.pattern(&p.pat, value, otherwise),
            Pat::Lit(p) => self.literal_pattern(p, value, otherwise),
            Pat::Range(p) => self.range_pattern(p, value, otherwise),
            Pat::Or(p) => self.or_pattern(&p.cases.iter().collect::<Vec<_>>(), value, otherwise),
            Pat::Tuple(p) => self.element_patterns(p.elems.iter(), value, otherwise),
            Pat::Slice(p) => self.slice_pattern(p, value, otherwise),
            Pat::TupleStruct(p) => self.tuple_struct_pattern(p, value, otherwise, true),
            Pat::Struct(p) => self.struct_pattern(p, value, otherwise, true),
            Pat::Path(p) => self.path_pattern(&p.path, value, otherwise),
            _ => {
                let test = self.opaque(vec![value]);
                let span = self.spans.pat(pattern);
                self.test(test, true, otherwise, span);
            }
        }
    }

    /// Branch to `otherwise`, if there is one, unless the test comes out as expected.
    fn test(&mut self, test: ExprId, expected: bool, otherwise: Option<BlockId>, span: Span) {
        let Some(otherwise) = otherwise else { return };
        let holds = self.b().new_block(span);
        let (then, other) = if expected { (holds, otherwise) } else { (otherwise, holds) };
        self.b().branch(test, then, other, span);
        self.b().switch_to(holds);
    }

    fn ident_pattern(&mut self, pattern: &PatIdent, value: ExprId, otherwise: Option<BlockId>) {
        if let Some((_, inner)) = &pattern.subpat {
            self.pattern(inner, value, otherwise);
        } else if is_path_like(&pattern.ident) {
            let path = Path::from(pattern.ident.clone());
            return self.path_pattern(&path, value, otherwise);
        }
        let span = self.spans.token(pattern.ident.span());
        let local = self.pattern_binding(ident_name(&pattern.ident));
        if otherwise.is_none() && self.is_only_pattern {
            self.assign_result(local, value, span);
        } else {
            self.b().assign_local(local, value, span);
        }
    }

    fn path_pattern(&mut self, path: &Path, value: ExprId, otherwise: Option<BlockId>) {
        let Some(last) = path.segments.last() else { return };
        let own = last.ident.to_string();
        let test = if own == "None" {
            let asked = self.asked(value, Known::Some);
            let none = self.b().constant(Constant::None);
            self.b().expr(Expr::Compare(CompareOp::Is, asked, none))
        } else if own == "Pending" {
            let asked = self.asked(value, Known::Ready);
            self.b().expr(Expr::HasVariant(asked, name("Pending")))
        } else if own.len() > 1 && !own.contains(char::is_lowercase) {
            let path = self.path_name(path);
            let constant = self.b().global(path);
            self.b().expr(Expr::Compare(CompareOp::Eq, value, constant))
        } else {
            let path = self.path_name(path);
            self.b().expr(Expr::HasVariant(value, path))
        };
        let span = self.spans.path(path);
        self.test(test, true, otherwise, span);
    }

    fn literal_pattern(&mut self, literal: &syn::ExprLit, value: ExprId, otherwise: Option<BlockId>) {
        let span = self.spans.token(literal.lit.span());
        if let syn::Lit::Bool(literal) = &literal.lit {
            let test = self.truth(value);
            return self.test(test, literal.value, otherwise, span);
        }
        let constant = self.literal(&literal.lit);
        let test = self.b().expr(Expr::Compare(CompareOp::Eq, value, constant));
        self.test(test, true, otherwise, span);
    }

    fn range_pattern(&mut self, range: &syn::ExprRange, value: ExprId, otherwise: Option<BlockId>) {
        let span = self.spans.token(range.span());
        if let Some(start) = &range.start {
            let low = self.value(start);
            let test = self.b().expr(Expr::Compare(CompareOp::Le, low, value));
            self.test(test, true, otherwise, span);
        }
        if let Some(end) = &range.end {
            let high = self.value(end);
            let op = if matches!(range.limits, syn::RangeLimits::Closed(_)) { CompareOp::Le } else { CompareOp::Lt };
            let test = self.b().expr(Expr::Compare(op, value, high));
            self.test(test, true, otherwise, span);
        }
    }

    /// One alternative after the other; all go on in one block.
    pub(crate) fn or_pattern(&mut self, cases: &[&Pat], value: ExprId, otherwise: Option<BlockId>) {
        let Some((last, others)) = cases.split_last() else { return };
        let span = self.spans.pat(last);
        let join = self.b().new_block(span);
        for case in others {
            let next = self.b().new_block(span);
            self.pattern(case, value, Some(next));
            self.b().goto(join, span);
            self.b().switch_to(next);
        }
        self.pattern(last, value, otherwise);
        self.b().goto(join, span);
        self.b().switch_to(join);
    }

    /// The elements of a tuple or slice; those after `..` count from the end.
    fn element_patterns<'p>(
        &mut self,
        elements: impl ExactSizeIterator<Item = &'p Pat>,
        value: ExprId,
        otherwise: Option<BlockId>,
    ) {
        let count = elements.len();
        let parts = match self.b().function.expr(value) {
            Expr::Aggregate(unspin_ir::Aggregate::Tuple, parts) => Some(parts.clone()),
            _ => None,
        };
        let mut rest_seen = false;
        for (index, element) in elements.enumerate() {
            if is_rest(element) {
                rest_seen = true;
                continue;
            }
            if matches!(element, Pat::Wild(_)) {
                continue;
            }
            let from_end = count - index;
            let known = parts.as_ref().and_then(|parts| {
                let at = if rest_seen { parts.len().checked_sub(from_end)? } else { index };
                parts.get(at).copied()
            });
            let part = known.unwrap_or_else(|| {
                let at = if rest_seen { -count_of(from_end) } else { count_of(index) };
                let at = self.b().constant(Constant::Int(at));
                self.b().expr(Expr::Index(value, at))
            });
            self.pattern(element, part, otherwise);
        }
    }

    fn slice_pattern(&mut self, slice: &syn::PatSlice, value: ExprId, otherwise: Option<BlockId>) {
        let brackets = slice.bracket_token.span;
        let span = self.spans.between(brackets.open(), brackets.close());
        let rest = slice.elems.iter().position(is_rest);
        let fixed = slice.elems.len() - usize::from(rest.is_some());
        if slice.elems.is_empty() {
            let test = self.truth(value);
            return self.test(test, false, otherwise, span);
        }
        if fixed > 0 || rest.is_none() {
            let length = self.b().expr(Expr::Length(value));
            let count = self.b().constant(Constant::Int(count_of(fixed)));
            let op = if rest.is_some() { CompareOp::Ge } else { CompareOp::Eq };
            let test = self.b().expr(Expr::Compare(op, length, count));
            self.test(test, true, otherwise, span);
        }
        self.element_patterns(slice.elems.iter(), value, otherwise);
        if let Some(at) = rest
            && let Pat::Ident(ident) = &slice.elems[at]
        {
            let low = (at > 0).then(|| self.b().constant(Constant::Int(count_of(at))));
            let after = count_of(slice.elems.len() - at - 1);
            let high = (after > 0).then(|| self.b().constant(Constant::Int(-after)));
            let part = self.b().expr(Expr::Slice(value, low, high));
            let span = self.spans.token(ident.ident.span());
            let local = self.pattern_binding(ident_name(&ident.ident));
            self.b().assign_local(local, part, span);
        }
    }

    /// `Frame::Close(code)`; `tests` is whether the variant itself must still be tested.
    pub(crate) fn tuple_struct_pattern(
        &mut self,
        pattern: &PatTupleStruct,
        value: ExprId,
        otherwise: Option<BlockId>,
        tests: bool,
    ) {
        let span = self.spans.path(&pattern.path).to(self.spans.token(pattern.paren_token.span.close()));
        let variant = match known_constructor(&pattern.path) {
            Some(Known::Some) => {
                let asked = self.asked(value, Known::Some);
                let none = self.b().constant(Constant::None);
                let test = self.b().expr(Expr::Compare(CompareOp::IsNot, asked, none));
                self.test(test, true, otherwise, span);
                return self.transparent_payload(pattern, Known::Some, value, otherwise);
            }
            Some(known @ (Known::Ok | Known::Ready)) => {
                let other = name(if known == Known::Ok { "Err" } else { "Pending" });
                let asked = self.asked(value, known);
                let test = self.b().expr(Expr::HasVariant(asked, other));
                self.test(test, false, otherwise, span);
                return self.transparent_payload(pattern, known, value, otherwise);
            }
            Some(known @ Known::Err) => name(known.name()),
            None => self.path_name(&pattern.path),
        };
        let value = if variant == "Err" { self.asked(value, Known::Ok) } else { value };
        if tests {
            let test = self.b().expr(Expr::HasVariant(value, variant));
            self.test(test, true, otherwise, span);
        }
        for (index, element) in pattern.elems.iter().enumerate() {
            if is_rest(element) {
                break;
            }
            if !matches!(element, Pat::Wild(_)) {
                let part = self.b().expr(Expr::Payload(value, variant, index as u16));
                self.pattern(element, part, otherwise);
            }
        }
    }

    fn transparent_payload(&mut self, pattern: &PatTupleStruct, variant: Known, value: ExprId, otherwise: Option<BlockId>) {
        if let Some(inner) = pattern.elems.first() {
            self.state.seen_through.push((value, variant));
            self.pattern(inner, value, otherwise);
            self.state.seen_through.pop();
        }
    }

    /// What to test for a transparent variant: the value, or its payload where it lies in such a variant itself.
    fn asked(&mut self, value: ExprId, variant: Known) -> ExprId {
        let depth = self.state.seen_through.iter().filter(|&&seen| seen == (value, variant)).count();
        (0..depth).fold(value, |value, _| self.b().expr(Expr::Payload(value, name(variant.name()), 0)))
    }

    /// `Error::Io { source, .. }`, `Point { x, y }`; `tests` as for tuple structs. A path of one segment is a struct,
    /// which always matches.
    pub(crate) fn struct_pattern(&mut self, pattern: &PatStruct, value: ExprId, otherwise: Option<BlockId>, tests: bool) {
        if tests && pattern.path.segments.len() > 1 {
            let span = self.spans.path(&pattern.path).to(self.spans.token(pattern.brace_token.span.close()));
            let variant = self.path_name(&pattern.path);
            let test = self.b().expr(Expr::HasVariant(value, variant));
            self.test(test, true, otherwise, span);
        }
        for field in &pattern.fields {
            if !matches!(&*field.pat, Pat::Wild(_)) {
                let part = self.member(value, &field.member);
                self.pattern(&field.pat, part, otherwise);
            }
        }
    }

    /// Whether a value is true in a test.
    pub(crate) fn truth(&mut self, value: ExprId) -> ExprId {
        match self.b().function.expr(value) {
            Expr::Compare(..)
            | Expr::HasVariant(..)
            | Expr::HasType(..)
            | Expr::Truth(_)
            | Expr::Unary(UnaryOp::Not, _)
            | Expr::Constant(Constant::Bool(_)) => value,
            _ => self.b().expr(Expr::Truth(value)),
        }
    }

    /// `a op b`.
    pub(crate) fn binary(&mut self, op: BinaryOp, left: ExprId, right: ExprId) -> ExprId {
        self.b().expr(Expr::Binary(op, left, right))
    }
}

/// A number of elements of the source, which is far below the limits of any integer.
pub(crate) fn count_of(elements: usize) -> i64 {
    i64::try_from(elements).unwrap_or(i64::MAX)
}

/// `..` or `rest @ ..`.
fn is_rest(pattern: &Pat) -> bool {
    match pattern {
        Pat::Rest(_) => true,
        Pat::Ident(ident) => ident.subpat.as_ref().is_some_and(|(_, inner)| matches!(**inner, Pat::Rest(_))),
        _ => false,
    }
}
