//! Bounds that hold where they were asked for: `if max_tries is not None and tries > max_tries: raise`.
//!
//! A count that is stepped and compared, or a clock that is compared, on every way but those on which a test of the bound
//! itself has said that there is none.

use unspin_flow::{BlockSet, ways};
use unspin_ir::{BlockId, Callee, CompareOp, Constant, Expr, ExprId, LocalId, StatementKind, Terminator, UnaryOp};

use super::Bounds;
use crate::model::{Effect, WordKind};
use crate::shape::Definition;
use crate::sites::Site;

/// Through how many variables a bound is followed.
const MAX_HOPS: u32 = 4;

impl Bounds<'_, '_> {
    /// Whether a count or a clock ends the loop wherever somebody gave it a bound.
    pub(super) fn is_bounded_when_asked(&self) -> bool {
        self.around.iter().any(|block| match self.cx.function.block(block).terminator {
            Terminator::Branch { test, then, otherwise } if block != self.site.block => {
                let compared = self.compared(test);
                compared.into_iter().any(|(counted, bound)| self.bounds_when_asked(block, [then, otherwise], counted, bound))
            }
            _ => false,
        }) || self.around.iter().any(|block| self.notes_when_asked(block))
            || self.has_deadline_when_asked()
    }

    /// `if timeout is not None and deadline <= time(): break`: a clock is looked at on every way, but where a test of
    /// something that is called after a time said that there is none.
    fn has_deadline_when_asked(&self) -> bool {
        let function = self.cx.function;
        let is_time = |expr: ExprId| {
            let path = function.path(expr).map(|path| path.to_ascii_lowercase());
            path.is_some_and(|path| path.contains("timeout") || super::has(self.cx, WordKind::Deadline, &path))
        };
        let none = Expr::Constant(&Constant::None);
        let kind_of = |block: BlockId| {
            let Terminator::Branch { test, then, otherwise } = function.block(block).terminator else { return (false, false) };
            let (mut is_clock, mut is_asked) = (false, false);
            crate::shape::for_each_part(function, test, &mut |part| match *function.expr(part) {
                Expr::Compare(CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge, a, b) => {
                    is_clock |= self.is_of_clock(a) || self.is_of_clock(b);
                }
                Expr::Compare(CompareOp::Is | CompareOp::IsNot | CompareOp::Eq | CompareOp::Ne, a, b) => {
                    is_asked |= is_time(a) && *function.expr(b) == none;
                }
                Expr::HasVariant(value, _) => is_asked |= is_time(value),
                _ => {}
            });
            (is_clock && self.leaves(then, otherwise), is_asked)
        };
        let clocks: BlockSet = self.around.iter().filter(|&block| kind_of(block).0).collect();
        let mut both: BlockSet = self.around.iter().filter(|&block| kind_of(block).1).collect();
        both.extend(&clocks);
        !clocks.is_empty() && self.cuts(&both)
    }

    /// `if limit != 0: again = tries < limit`, where `again` is tested.
    fn notes_when_asked(&self, block: BlockId) -> bool {
        let function = self.cx.function;
        let decides = |local: LocalId| {
            self.cx.natural().body.iter().any(|other| match function.block(other).terminator {
                Terminator::Branch { test, then, otherwise } => {
                    crate::shape::mentions(function, test, local) && self.leaves(then, otherwise)
                }
                _ => false,
            })
        };
        function.block(block).statements.iter().any(|statement| {
            let StatementKind::Assign(place, value) = statement.kind else { return false };
            let Expr::Local(noted) = *function.expr(place) else { return false };
            self.compared(value).into_iter().any(|(counted, bound)| {
                let steps = function.path(counted).map(|path| self.steps(&path)).unwrap_or_default();
                let mut asking = self.asking(bound);
                asking.remove(block);
                let mut noting = asking.clone();
                noting.insert(block);
                !steps.is_empty() && !asking.is_empty() && self.cuts(&steps) && self.cuts(&noting) && decides(noted)
            })
        })
    }

    /// The sides of the comparisons by order in a test, both ways round.
    fn compared(&self, test: ExprId) -> Vec<(ExprId, ExprId)> {
        let mut found = Vec::new();
        crate::shape::for_each_part(self.cx.function, test, &mut |part| {
            if let Expr::Compare(CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge, a, b) =
                *self.cx.function.expr(part)
            {
                found.extend([(a, b), (b, a)]);
            }
            // `if left == 0`, where `left` counts down.
            if let Expr::Compare(CompareOp::Eq | CompareOp::Le | CompareOp::Gt, a, b) = *self.cx.function.expr(part)
                && self.is_fixed_value(b)
            {
                found.push((a, a));
            }
        });
        found
    }

    fn bounds_when_asked(&self, block: BlockId, sides: [BlockId; 2], counted: ExprId, bound: ExprId) -> bool {
        let cx = self.cx;
        let steps = cx.function.path(counted).map(|path| self.steps(&path)).unwrap_or_default();
        let is_clock = cx.origin_site(counted).is_some_and(|site| site.effect == Some(Effect::Clock));
        if steps.is_empty() && !is_clock {
            return false;
        }
        let mut asking = self.asking(bound);
        asking.remove(block);
        if asking.is_empty() {
            return false;
        }
        let natural = cx.natural();
        let back = ways::reaching_header(&cx.shape.cfg, natural, &asking);
        let returns = |back: &BlockSet| sides.map(|side| side == natural.header || back.contains(side));
        let [mut goes, mut stays] = returns(&back);
        if !goes && !stays {
            // What asks for the bound comes after the test.
            [goes, stays] = returns(&ways::reaching_header(&cx.shape.cfg, natural, &BlockSet::new(cx.shape.cfg.len())));
        }
        let with = |blocks: &BlockSet| {
            let mut all = asking.clone();
            all.extend(blocks);
            self.cuts(&all)
        };
        goes != stays && with(&BlockSet::from_iter([block])) && (is_clock || with(&steps))
    }

    /// Blocks that test whether there is a bound: `max is None`, `max == -1`, `Some(max) = max`, `if max`.
    fn asking(&self, bound: ExprId) -> BlockSet {
        let names = self.names_of(bound);
        let is_bound = |expr: ExprId| self.cx.function.path(expr).is_some_and(|path| names.contains(&path));
        let asks = |test: ExprId| {
            let mut at = test;
            loop {
                at = match *self.cx.function.expr(at) {
                    Expr::Unary(UnaryOp::Not, inner) | Expr::Truth(inner) => inner,
                    // `let unlimited = max.is_none();`
                    Expr::Local(noted) if !is_bound(at) => match *self.cx.shape.definitions(noted) {
                        [Definition { value: Some(value), .. }] if !matches!(self.cx.function.expr(value), Expr::Local(_)) => {
                            value
                        }
                        _ => return false,
                    },
                    _ => break,
                };
            }
            match *self.cx.function.expr(at) {
                Expr::HasVariant(value, _) => is_bound(value),
                Expr::Compare(_, a, b) => (is_bound(a) && self.is_fixed_value(b)) || (is_bound(b) && self.is_fixed_value(a)),
                _ => is_bound(at),
            }
        };
        let tests = |&block: &BlockId| match self.cx.function.block(block).terminator {
            Terminator::Branch { test, .. } => asks(test),
            _ => false,
        };
        self.around.iter().filter(tests).collect()
    }

    fn is_fixed_value(&self, expr: ExprId) -> bool {
        match self.cx.function.expr(expr) {
            Expr::Constant(_) => true,
            Expr::Global(name) => self.cx.project.constant(self.cx.at.file, *name).is_some(),
            Expr::Unary(UnaryOp::Negate, inner) => matches!(self.cx.function.expr(*inner), Expr::Constant(_)),
            _ => false,
        }
    }

    /// The places that a bound comes from: itself, what it is a copy or the payload of, or would be without a default.
    fn names_of(&self, bound: ExprId) -> Vec<String> {
        let (function, mut names, mut at) = (self.cx.function, Vec::new(), bound);
        for _ in 0..MAX_HOPS {
            names.extend(function.path(at));
            at = match *function.expr(at) {
                Expr::Payload(base, ..) => base,
                Expr::Local(local) => match self.cx.shape.definitions(local) {
                    [only] => match (only.value, self.cx.origin_site(at).map(|site| site.call.callee)) {
                        (Some(value), _) => value,
                        (None, Some(Callee::Method(whole, method))) if method.starts_with("unwrap_or") => whole,
                        _ => break,
                    },
                    _ => break,
                },
                _ => break,
            };
        }
        names
    }

    /// Whether the failure is made the end of input of the same variable, which is tested and acted upon:
    /// `except OSError: data = b""`, and later `if not data: self.closed()`.
    pub(super) fn becomes_end(&self) -> bool {
        let (cx, function) = (self.cx, self.cx.function);
        let Some(result) = self.site.call.result else { return false };
        let given = |statement: &unspin_ir::Statement| match statement.kind {
            StatementKind::Assign(place, value) if *function.expr(value) == Expr::Local(result) => Some(place),
            _ => None,
        };
        let body = || cx.natural().body.iter();
        let places: Vec<ExprId> = body().flat_map(|block| &function.block(block).statements).filter_map(given).collect();
        let is_given = |place: ExprId| {
            *function.expr(place) == Expr::Local(result)
                || places.iter().any(|&given| function.expr(given) == function.expr(place))
        };
        let is_end = |value: ExprId| match function.expr(value) {
            Expr::Constant(Constant::None) => true,
            Expr::Constant(Constant::Bytes(bytes)) => bytes.is_empty(),
            Expr::Constant(Constant::Text(text)) => text.is_empty(),
            _ => false,
        };
        let header = BlockSet::from_iter([cx.natural().header]);
        let after = super::feasible::reachable(self.graph, self.failure.start, &cx.natural().body, &header);
        let ended =
            after.iter().flat_map(|block| &function.block(block).statements).find_map(|statement| match statement.kind {
                StatementKind::Assign(place, value) if is_end(value) && is_given(place) => Some(place),
                _ => None,
            });
        let Some(ended) = ended else { return false };
        let tests = |block: BlockId| match function.block(block).terminator {
            Terminator::Branch { test, .. } => {
                crate::shape::any_part(function, test, |part| function.expr(part) == function.expr(ended))
            }
            _ => false,
        };
        let acts = |site: &Site<'_>| {
            after.contains(site.block) && site.resolution.model.is_none() && !super::has(cx, WordKind::Log, &cx.name_of(site))
        };
        after.iter().any(tests) && cx.sites.iter().any(acts)
    }
}
