//! Failure is flow: `match`, `if let`, `while let` and `let else` directly on a call that may fail.
//!
//! The call stands alone at the end of a block that unwinds to a `Dispatch`. Its `Ok` side goes on with the pattern tests
//! on the result; each `Err(..)` arm is a handler. A pattern that is a path names the handler's class; what else the arm
//! demands (payload, guard) is tested in the handler's block, and when that fails the next arms are tried on the same
//! value. `Poll::Ready(Err(e))` counts as `Err(e)`; `Ok(Err(e))` on a wrapper such as `timeout(d, f())` is the failure of
//! the inner call.

use syn::{Arm, Expr as Ast, Pat};
use unspin_ir::{BlockId, Expr, ExprId, Handler, LocalId, Name, Terminator};
use unspin_span::Span;

use crate::blocks::is_path_like;
use crate::control::{pattern_span, split_guard};
use crate::lowering::{Dest, Failure, Leaving, Lowering, Nested};
use crate::paths::{ident_name, name};
use crate::patterns::{Known, known_constructor};
use crate::sides::{
    Side, always_succeeds, bare_name, failures_of, is_nested, is_whole, named_class, needs_tests, needs_value, payload, side,
    strip,
};

/// One arm.
struct ResultArm<'s> {
    /// `None` matches everything.
    pattern: Option<&'s Pat>,
    guard: Option<&'s Ast>,
    body: BlockId,
    span: Span,
    names: Vec<(Name, LocalId)>,
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
        let mut handlers: Vec<Handler> = Vec::new();
        let mut fallen = Vec::new();
        let mut open = true;
        let last = arms.iter().rposition(|arm| failure_patterns(arm, level).is_some());
        for (index, arm) in arms.iter_mut().enumerate() {
            let Some(patterns) = failure_patterns(arm, level).filter(|_| open) else { continue };
            let (handler, falls) = self.handler(arm, &patterns, Some(index) < last);
            open = !handler.classes.is_empty() || falls.is_some();
            fallen.extend(falls.map(|from| (from, handlers.len())));
            handlers.push(handler);
        }
        for (from, index) in fallen {
            self.b().switch_to(from);
            self.fall_through(handlers[index].binding, &handlers[index + 1..], span);
        }
        let otherwise = (open && !handlers.is_empty()).then(|| {
            let nothing = self.b().new_block(span);
            self.b().switch_to(nothing);
            self.b().end(Terminator::Unreachable, span);
            nothing
        });
        self.b().switch_to(dispatch);
        self.b().end(Terminator::Dispatch { handlers: handlers.into(), otherwise }, span);
    }

    /// The handler of one arm, and the block to which it falls when its payload or guard does not fit.
    fn handler(&mut self, arm: &mut ResultArm, patterns: &[&Pat], has_later: bool) -> (Handler, Option<BlockId>) {
        let span = arm.span;
        let block = self.b().new_block(span);
        self.b().switch_to(block);
        let classes = self.alternative_classes(patterns);
        let known = !classes.is_empty();
        let demands = !patterns.is_empty() && patterns.iter().all(|pattern| needs_tests(pattern, known));
        let refutable = arm.guard.is_some() || demands;
        let mark = self.state.bindings.len();
        let next = self.b().new_block(span);
        let otherwise = refutable.then_some(next);
        let binding = match patterns {
            [only] if let Some(ident) = bare_name(only) => {
                let whole = is_whole(arm.pattern);
                Some(self.with_names(arm, |cx| cx.bind_failure(ident, whole, span)))
            }
            [only] if let Some(ident) = named_class(only) => {
                let own = ident_name(&ident.ident);
                Some(self.with_names(arm, |cx| cx.pattern_binding(own)))
            }
            _ if patterns.iter().any(|pattern| needs_value(pattern)) || (refutable && has_later) => {
                let temporary = self.b().temporary();
                let value = self.b().read(temporary);
                self.with_names(arm, |cx| cx.failure_tests(patterns, value, otherwise, known));
                Some(temporary)
            }
            _ => None,
        };
        self.go_to_body(arm, next);
        self.state.bindings.truncate(mark);
        (Handler { classes, binding, block, manager: None, span }, otherwise)
    }

    /// A handler's payload or guard did not fit: on to the first later handler that does.
    fn fall_through(&mut self, failure: Option<LocalId>, later: &[Handler], span: Span) {
        for handler in later {
            let enter = self.b().new_block(span);
            let next = self.b().new_block(span);
            for (&class, failure) in handler.classes.iter().zip(std::iter::repeat(failure)) {
                let Some(failure) = failure else { break };
                let other = self.b().new_block(span);
                let value = self.b().read(failure);
                let test = self.b().expr(Expr::HasVariant(value, class));
                self.b().branch(test, enter, other, span);
                self.b().switch_to(other);
            }
            self.b().goto(if handler.classes.is_empty() { enter } else { next }, span);
            self.b().switch_to(enter);
            if let (Some(binding), Some(failure)) = (handler.binding, failure) {
                let value = self.b().read(failure);
                self.b().assign_local(binding, value, span);
            }
            self.b().goto(handler.block, span);
            self.b().switch_to(next);
        }
        self.b().end(Terminator::Unreachable, span);
    }

    /// A failure that is bound to a name: as it is, or, when the arm is a bare name, as the stored `Err`.
    fn bind_failure(&mut self, ident: &syn::PatIdent, whole: bool, span: Span) -> LocalId {
        let own = ident_name(&ident.ident);
        if !whole {
            return self.pattern_binding(own);
        }
        let temporary = self.b().temporary();
        let error = self.b().read(temporary);
        let failed = self.b().expr(Expr::variant(name("Err"), [error].into()));
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
