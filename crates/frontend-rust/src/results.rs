//! Failure is flow: `match`, `if let`, `while let` and `let else` directly on a call that may fail.
//!
//! The call stands alone at the end of a block that unwinds to a `Dispatch`. Its `Ok` side goes on with the pattern tests
//! on the result; each `Err(..)` arm is a handler. A pattern that is a path names the handler's class; what else the arm
//! demands (payload, guard) is tested in the handler's block, and when that fails the next arms are tried on the same
//! value. `Poll::Ready(Err(e))` counts as `Err(e)`; `Ok(Err(e))` on a wrapper such as `timeout(d, f())` is the failure of
//! the inner call.

use syn::{Arm, Expr as Ast, Ident, Pat, Stmt};
use unspin_ir::{BlockId, Expr, ExprId, Handler, LocalId, Name, Terminator, name};
use unspin_span::Span;

use crate::blocks::is_path_like;
use crate::control::{pattern_span, split_guard};
use crate::lowering::{Dest, Failure, Leaving, Lowering, Nested};
use crate::paths::ident_name;
use crate::patterns::{Known, known_constructor};

/// What a pattern on a `Result` can match.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// Only failures.
    Err,
    /// Only successes (or `Poll::Pending`).
    Ok,
    /// Either: `_`, a name.
    Both,
}

/// One arm.
struct ResultArm<'s> {
    /// `None` matches everything.
    pattern: Option<&'s Pat>,
    guard: Option<&'s Ast>,
    body: BlockId,
    span: Span,
    names: Vec<(Name, LocalId)>,
}

/// See through `&`, parentheses, guards and `Poll::Ready`.
fn strip(pattern: &Pat) -> &Pat {
    match pattern {
        Pat::Paren(p) => strip(&p.pat),
        Pat::Reference(p) => strip(&p.pat),
        Pat::Type(p) => strip(&p.pat),
        Pat::Guard(p) => strip(&p.pat),
        Pat::TupleStruct(p) if known_constructor(&p.path) == Some(Known::Ready) => match p.elems.first() {
            Some(inner) => strip(inner),
            None => pattern,
        },
        _ => pattern,
    }
}

/// The payload pattern of `Ok(p)` or `Err(p)`.
fn payload(pattern: &Pat) -> Option<(Known, Option<&Pat>)> {
    let Pat::TupleStruct(p) = strip(pattern) else { return None };
    let known = known_constructor(&p.path)?;
    matches!(known, Known::Ok | Known::Err).then(|| (known, p.elems.first()))
}

/// Whether a pattern says `Ok(..)` or `Err(..)`.
pub(crate) fn is_result_pattern(pattern: &Pat) -> bool {
    match strip(pattern) {
        Pat::Or(p) => p.cases.iter().any(is_result_pattern),
        Pat::Ident(p) => p.subpat.as_ref().is_some_and(|(_, inner)| is_result_pattern(inner)),
        other => payload(other).is_some(),
    }
}

fn side(pattern: &Pat) -> Side {
    match strip(pattern) {
        Pat::Wild(_) => Side::Both,
        Pat::Ident(p) => match &p.subpat {
            Some((_, inner)) => side(inner),
            None if is_path_like(&p.ident) => Side::Ok,
            None => Side::Both,
        },
        Pat::Or(p) => {
            let mut sides = p.cases.iter().map(side);
            let first = sides.next().unwrap_or(Side::Both);
            if sides.all(|other| other == first) { first } else { Side::Both }
        }
        other => match payload(other) {
            Some((Known::Err, _)) => Side::Err,
            _ => Side::Ok,
        },
    }
}

/// Whether a pattern takes two results apart: `Ok(Ok(x))`, `Ok(Err(e))`.
fn is_nested(pattern: &Pat) -> bool {
    match strip(pattern) {
        Pat::Or(p) => p.cases.iter().any(is_nested),
        other => matches!(payload(other), Some((Known::Ok, Some(inner))) if is_result_pattern(inner)),
    }
}

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

impl Lowering<'_> {
    /// `match f() { Ok(..) => .., Err(..) => .. }`.
    pub(crate) fn match_result(&mut self, arms: &[Arm], scrutinee: &Ast, dest: Dest) {
        let span = self.spans.expr(scrutinee);
        let join = self.b().new_block(span);
        let mut lowered: Vec<ResultArm> = Vec::with_capacity(arms.len());
        for arm in arms {
            let (pattern, guard) = split_guard(&arm.pat);
            let body = self.b().new_block(span);
            let span = pattern_span(self, pattern, guard);
            lowered.push(ResultArm { pattern: Some(pattern), guard, body, span, names: Vec::new() });
        }
        self.take_result_apart(&mut lowered, scrutinee);
        for (arm, lowered) in arms.iter().zip(lowered) {
            let mark = self.state.bindings.len();
            self.state.bindings.extend(lowered.names);
            self.b().switch_to(lowered.body);
            self.into(&arm.body, dest);
            self.b().goto(join, span);
            self.state.bindings.truncate(mark);
        }
        self.b().switch_to(join);
    }

    /// `if let Ok(..) = f()` and the like; names stay bound.
    pub(crate) fn let_result(&mut self, pattern: &Pat, expr: &Ast, then: BlockId, otherwise: BlockId) {
        let span = self.spans.pat(pattern);
        let mut arms = [
            ResultArm { pattern: Some(pattern), guard: None, body: then, span, names: Vec::new() },
            ResultArm { pattern: None, guard: None, body: otherwise, span, names: Vec::new() },
        ];
        self.take_result_apart(&mut arms, expr);
        let [first, _] = arms;
        self.state.bindings.extend(first.names);
    }

    /// The call, its `Ok` side and its handlers, down to the bodies of the arms.
    fn take_result_apart(&mut self, arms: &mut [ResultArm], scrutinee: &Ast) {
        let span = self.spans.expr(scrutinee);
        let dispatch = self.b().new_block(span);
        let nested = arms.iter().any(|arm| arm.pattern.is_some_and(is_nested)).then(|| self.state.builder.new_block(span));
        self.nested_taken = false;
        let leaving = Leaving { unwind: Some(dispatch), nested: nested.map(Nested::To), ..Leaving::default() };
        let value = self.fallible(scrutinee, Failure::Leaves(leaving));
        let nested = nested.filter(|_| std::mem::take(&mut self.nested_taken));
        self.success_side(arms, value, nested.is_some(), span);
        self.failure_side(arms, dispatch, 1, span);
        if let Some(nested) = nested {
            self.failure_side(arms, nested, 2, span);
        }
    }

    fn with_names<R>(&mut self, arm: &mut ResultArm, f: impl FnOnce(&mut Self) -> R) -> R {
        let outer = std::mem::replace(&mut self.state.pattern_names, std::mem::take(&mut arm.names));
        let result = f(self);
        arm.names = std::mem::replace(&mut self.state.pattern_names, outer);
        result
    }

    /// The tests of the arms that a success can reach, in order. `two_levels` when the inner failure of a wrapper is
    /// flow as well.
    fn success_side(&mut self, arms: &mut [ResultArm], value: ExprId, two_levels: bool, span: Span) {
        let can_succeed = |arm: &ResultArm| match arm.pattern {
            Some(pattern) if side(pattern) == Side::Err => false,
            Some(pattern) if two_levels => !matches!(payload(pattern), Some((Known::Ok, Some(p))) if side(p) == Side::Err),
            _ => true,
        };
        let first = arms.iter().position(can_succeed);
        let last = arms.iter().rposition(can_succeed);
        let always = |arm: &ResultArm| arm.guard.is_none() && arm.pattern.is_none_or(always_succeeds);
        for (index, arm) in arms.iter_mut().enumerate() {
            if !can_succeed(arm) {
                continue;
            }
            let next = self.b().new_block(span);
            let is_final = always(arm) || Some(index) == last && arm.guard.is_none();
            let otherwise = if is_final { None } else { Some(next) };
            let mark = self.state.bindings.len();
            if let Some(pattern) = arm.pattern {
                let is_bare = matches!(payload(pattern), Some((_, Some(inner))) if bare_name(inner).is_some());
                let is_only = is_bare && is_final && first == Some(index);
                let outer = std::mem::replace(&mut self.is_only_pattern, is_only);
                self.with_names(arm, |cx| cx.success_pattern(pattern, value, otherwise, two_levels));
                self.is_only_pattern = outer;
            }
            self.go_to_body(arm, next);
            self.state.bindings.truncate(mark);
            self.b().switch_to(next);
            if is_final {
                break;
            }
        }
        self.b().end(Terminator::Unreachable, span);
    }

    /// On to the body, through the guard.
    fn go_to_body(&mut self, arm: &ResultArm, next: BlockId) {
        match arm.guard {
            Some(guard) => self.condition(guard, arm.body, next),
            None => self.b().goto(arm.body, arm.span),
        }
    }

    fn success_pattern(&mut self, pattern: &Pat, value: ExprId, otherwise: Option<BlockId>, two_levels: bool) {
        match pattern {
            Pat::Paren(p) => self.success_pattern(&p.pat, value, otherwise, two_levels),
            Pat::Reference(p) => self.success_pattern(&p.pat, value, otherwise, two_levels),
            Pat::Type(p) => self.success_pattern(&p.pat, value, otherwise, two_levels),
            Pat::Or(p) => {
                let cases: Vec<&Pat> = p.cases.iter().filter(|case| side(case) != Side::Err).collect();
                match cases[..] {
                    [only] => self.success_pattern(only, value, otherwise, two_levels),
                    _ => self.success_cases(&cases, value, otherwise, two_levels),
                }
            }
            Pat::TupleStruct(p) => match (known_constructor(&p.path), p.elems.first()) {
                (Some(Known::Ok), Some(inner)) if two_levels => self.success_pattern(inner, value, otherwise, false),
                (Some(Known::Ok), Some(inner)) => self.pattern(inner, value, otherwise),
                (Some(Known::Ready), Some(inner)) => {
                    if let Some(otherwise) = otherwise {
                        let pending = self.b().expr(Expr::HasVariant(value, name("Pending")));
                        let span = self.spans.path(&p.path);
                        let ready = self.b().new_block(span);
                        self.b().branch(pending, otherwise, ready, span);
                        self.b().switch_to(ready);
                    }
                    self.success_pattern(inner, value, otherwise, two_levels);
                }
                _ => self.pattern(pattern, value, otherwise),
            },
            other => self.pattern(other, value, otherwise),
        }
    }

    fn success_cases(&mut self, cases: &[&Pat], value: ExprId, otherwise: Option<BlockId>, two_levels: bool) {
        let Some((last, others)) = cases.split_last() else { return };
        let span = self.spans.pat(last);
        let join = self.b().new_block(span);
        for case in others {
            let next = self.b().new_block(span);
            self.success_pattern(case, value, Some(next), two_levels);
            self.b().goto(join, span);
            self.b().switch_to(next);
        }
        self.success_pattern(last, value, otherwise, two_levels);
        self.b().goto(join, span);
        self.b().switch_to(join);
    }

    /// The `Dispatch` and its handlers. Level 1 is the failure of the call, level 2 that of the call inside a wrapper.
    fn failure_side(&mut self, arms: &mut [ResultArm], dispatch: BlockId, level: u32, span: Span) {
        let mut handlers = Vec::new();
        let mut open = true;
        for index in 0..arms.len() {
            let Some(patterns) = failure_patterns(&arms[index], level) else { continue };
            if !open {
                break;
            }
            let (handler, catches_all) = self.handler(arms, index, &patterns, level);
            handlers.push(handler);
            open = !catches_all;
        }
        self.b().switch_to(dispatch);
        let otherwise = (open && !handlers.is_empty()).then(|| {
            let nothing = self.b().new_block(span);
            self.b().switch_to(nothing);
            self.b().end(Terminator::Unreachable, span);
            nothing
        });
        self.b().switch_to(dispatch);
        self.b().end(Terminator::Dispatch { handlers, otherwise }, span);
    }

    /// The handler of one arm, and whether it catches everything.
    fn handler(&mut self, arms: &mut [ResultArm], index: usize, patterns: &[&Pat], level: u32) -> (Handler, bool) {
        let span = arms[index].span;
        let block = self.b().new_block(span);
        self.b().switch_to(block);
        let classes = self.alternative_classes(patterns);
        let known = !classes.is_empty();
        let has_later = (index + 1..arms.len()).any(|later| failure_patterns(&arms[later], level).is_some());
        let demands = !patterns.is_empty() && patterns.iter().all(|pattern| needs_tests(pattern, known));
        let refutable = arms[index].guard.is_some() || demands;
        let mark = self.state.bindings.len();
        let next = self.b().new_block(span);
        let otherwise = refutable.then_some(next);
        let binding = match patterns {
            [only] if let Some(ident) = bare_name(only) => {
                let whole = is_whole(arms[index].pattern);
                let arm = &mut arms[index];
                Some(self.with_names(arm, |cx| cx.bind_failure(ident, whole, span)))
            }
            [only] if let Some(ident) = named_class(only) => {
                let own = ident_name(&ident.ident);
                let arm = &mut arms[index];
                Some(self.with_names(arm, |cx| cx.pattern_binding(own)))
            }
            _ if patterns.iter().any(|pattern| needs_value(pattern)) || (refutable && has_later) => {
                let temporary = self.b().temporary();
                let value = self.b().read(temporary);
                let arm = &mut arms[index];
                self.with_names(arm, |cx| cx.failure_tests(patterns, value, otherwise, known));
                Some(temporary)
            }
            _ => None,
        };
        self.go_to_body(&arms[index], next);
        self.state.bindings.truncate(mark);
        if refutable {
            self.b().switch_to(next);
            let value = binding.map(|local| self.b().read(local));
            self.later_arms(arms, index + 1, value, level, span);
        }
        let catches_all = classes.is_empty() && !refutable;
        (Handler { classes, binding, block, manager: None, span }, catches_all)
    }

    /// A failure that is bound to a name: as it is, or, when the arm is a bare name, as the stored `Err`.
    fn bind_failure(&mut self, ident: &syn::PatIdent, whole: bool, span: Span) -> LocalId {
        let own = ident_name(&ident.ident);
        if !whole {
            return self.pattern_binding(own);
        }
        let temporary = self.b().temporary();
        let error = self.b().read(temporary);
        let failed = self.b().expr(Expr::Variant(name("Err"), Box::new([error])));
        let local = self.pattern_binding(own);
        self.b().assign_local(local, failed, span);
        temporary
    }

    /// The tests of a handler's pattern besides its class, and its bindings.
    fn failure_tests(&mut self, patterns: &[&Pat], value: ExprId, otherwise: Option<BlockId>, class_known: bool) {
        match patterns {
            [only] => match strip(only) {
                Pat::TupleStruct(p) if class_known => self.tuple_struct_pattern(p, value, otherwise, false),
                Pat::Struct(p) if class_known => self.struct_pattern(p, value, otherwise, false),
                Pat::Ident(p) if class_known && p.subpat.is_none() => {}
                Pat::Path(_) if class_known => {}
                Pat::Or(p) if class_known && !p.cases.iter().any(needs_value) => {}
                other => self.pattern(other, value, otherwise),
            },
            several if class_known && !several.iter().any(|pattern| needs_value(pattern)) => {}
            several => self.or_pattern(several, value, otherwise),
        }
    }

    /// A handler's guard or payload did not fit: the later arms are tried on the failure.
    fn later_arms(&mut self, arms: &mut [ResultArm], first: usize, value: Option<ExprId>, level: u32, span: Span) {
        for arm in arms.iter_mut().skip(first) {
            let Some(patterns) = failure_patterns(arm, level) else { continue };
            let next = self.b().new_block(span);
            let mark = self.state.bindings.len();
            let is_whole = is_whole(arm.pattern);
            if let (Some(value), false) = (value, patterns.is_empty()) {
                let refutable = patterns.iter().all(|pattern| needs_tests(pattern, false));
                let value = if is_whole { self.b().expr(Expr::Variant(name("Err"), Box::new([value]))) } else { value };
                self.with_names(arm, |cx| cx.or_pattern(&patterns, value, refutable.then_some(next)));
            }
            self.go_to_body(arm, next);
            self.state.bindings.truncate(mark);
            self.b().switch_to(next);
        }
        self.b().end(Terminator::Unreachable, span);
    }

    /// The classes that a pattern inside of `Err(..)` names.
    fn classes(&mut self, pattern: &Pat) -> Vec<Name> {
        match strip(pattern) {
            Pat::Path(p) => vec![self.path_name(&p.path)],
            Pat::TupleStruct(p) if known_constructor(&p.path).is_none() => vec![self.path_name(&p.path)],
            Pat::Struct(p) => vec![self.path_name(&p.path)],
            Pat::Ident(p) => match &p.subpat {
                Some((_, inner)) => self.classes(inner),
                None if is_path_like(&p.ident) => vec![self.path_name(&p.ident.clone().into())],
                None => Vec::new(),
            },
            Pat::Or(p) => self.alternative_classes(&p.cases.iter().collect::<Vec<_>>()),
            _ => Vec::new(),
        }
    }

    /// The classes of all alternatives; none if one of them catches everything.
    fn alternative_classes(&mut self, cases: &[&Pat]) -> Vec<Name> {
        let mut found = Vec::new();
        for case in cases {
            let classes = self.classes(case);
            if classes.is_empty() {
                return Vec::new();
            }
            found.extend(classes);
        }
        found
    }
}

/// The patterns, one an alternative, that an arm has for failures: `None` if it matches none, empty if it matches all.
fn failure_patterns<'s>(arm: &ResultArm<'s>, level: u32) -> Option<Vec<&'s Pat>> {
    match arm.pattern {
        None => Some(Vec::new()),
        Some(pattern) => failures_of(pattern, level),
    }
}

fn failures_of(pattern: &Pat, level: u32) -> Option<Vec<&Pat>> {
    match strip(pattern) {
        Pat::Wild(_) => Some(Vec::new()),
        whole @ Pat::Ident(p) => match &p.subpat {
            Some((_, inner)) => failures_of(inner, level),
            None if is_path_like(&p.ident) => None,
            None => Some(vec![whole]),
        },
        Pat::Or(p) => {
            let found: Vec<_> = p.cases.iter().filter_map(|case| failures_of(case, level)).collect();
            let catches_all = found.iter().any(Vec::is_empty);
            (!found.is_empty()).then(|| if catches_all { Vec::new() } else { found.concat() })
        }
        other => match payload(other)? {
            (Known::Err, inner) if level == 1 => {
                Some(inner.into_iter().filter(|p| !matches!(p, Pat::Wild(_) | Pat::Rest(_))).collect())
            }
            (Known::Ok, Some(inner)) if level == 2 => failures_of(inner, 1),
            _ => None,
        },
    }
}

/// `name @ Error::Timeout`: the class says it all, and the name is for the whole.
fn named_class(pattern: &Pat) -> Option<&syn::PatIdent> {
    match strip(pattern) {
        Pat::Ident(ident) => {
            let (_, inner) = ident.subpat.as_ref()?;
            matches!(strip(inner), Pat::Path(_)).then_some(ident)
        }
        _ => None,
    }
}

/// Whether a pattern fits every success: `Ok(value)`, `_`, a name.
fn always_succeeds(pattern: &Pat) -> bool {
    match pattern {
        Pat::Paren(p) => always_succeeds(&p.pat),
        Pat::Reference(p) => always_succeeds(&p.pat),
        Pat::Or(p) => p.cases.iter().any(always_succeeds),
        Pat::TupleStruct(p) => {
            known_constructor(&p.path) == Some(Known::Ok) && p.elems.iter().all(|inner| !needs_tests(inner, false))
        }
        Pat::Ident(p) => p.subpat.is_none() && !is_path_like(&p.ident),
        other => matches!(other, Pat::Wild(_)),
    }
}

/// A pattern that is nothing but a new name.
fn bare_name(pattern: &Pat) -> Option<&syn::PatIdent> {
    match strip(pattern) {
        Pat::Ident(ident) if ident.subpat.is_none() && !is_path_like(&ident.ident) => Some(ident),
        _ => None,
    }
}

/// Whether an arm is a bare name for the whole result.
fn is_whole(pattern: Option<&Pat>) -> bool {
    pattern.is_some_and(|pattern| matches!(strip(pattern), Pat::Ident(_)))
}

/// Whether a pattern inside of `Err(..)` needs the value: to bind a part or to test one.
fn needs_value(pattern: &Pat) -> bool {
    match strip(pattern) {
        Pat::Wild(_) | Pat::Rest(_) | Pat::Path(_) => false,
        Pat::Ident(p) => p.subpat.is_some() || !is_path_like(&p.ident),
        Pat::TupleStruct(p) => p.elems.iter().any(|element| !matches!(element, Pat::Wild(_) | Pat::Rest(_))),
        Pat::Struct(p) => p.fields.iter().any(|field| !matches!(&*field.pat, Pat::Wild(_))),
        Pat::Or(p) => p.cases.iter().any(needs_value),
        Pat::Tuple(p) => p.elems.iter().any(needs_value),
        _ => true,
    }
}

/// Whether a pattern can fail, given that its class fits.
fn needs_tests(pattern: &Pat, class_known: bool) -> bool {
    match strip(pattern) {
        Pat::Wild(_) | Pat::Rest(_) => false,
        Pat::Ident(p) => match &p.subpat {
            Some((_, inner)) => needs_tests(inner, class_known),
            None => is_path_like(&p.ident) && !class_known,
        },
        Pat::Path(_) => !class_known,
        Pat::TupleStruct(p) => !class_known || p.elems.iter().any(|element| needs_tests(element, false)),
        Pat::Struct(p) => {
            (!class_known && p.path.segments.len() > 1) || p.fields.iter().any(|field| needs_tests(&field.pat, false))
        }
        Pat::Or(p) => p.cases.iter().all(|case| needs_tests(case, class_known)),
        Pat::Tuple(p) => p.elems.iter().any(|element| needs_tests(element, false)),
        _ => true,
    }
}
