//! Comprehensions and generator expressions: loops whose value depends on everything read inside, and on what calls gave for its
//! items.
//!
//! A generator expression runs when it is consumed; here it runs where it stands, as most are consumed at once.

use ruff_python_ast::{self as ast, Expr as Syntax};
use unspin_ir::{Expr, ExprId, LocalKind, LoopKind, Terminator};

use super::Lowerer;
use crate::span_of;

/// The value of a comprehension names at most so many of what it reads.
const MOST_READS: usize = 16;

impl<'a> Lowerer<'a> {
    pub(super) fn comprehension(
        &mut self,
        expr: &'a Syntax,
        elements: &[&'a Syntax],
        generators: &'a [ast::Comprehension],
    ) -> ExprId {
        let span = span_of(expr);
        self.builder().forget_reads();
        let first = self.frame.builder.function.exprs.len();
        let shadowed = self.frame.overlay.len();
        let after = self.builder().new_block(span);
        let mut again = after;
        for generator in generators {
            let head = span_of(&generator.target).to(span_of(&generator.iter));
            let iterable = self.value(&generator.iter);
            let iterable = self.temporary(iterable, span_of(&generator.iter));
            let header = self.builder().start_block(head);
            let body = self.builder().new_block(head);
            self.builder().add_loop(header, LoopKind::Comprehension, span, head);
            self.shadow(&generator.target);
            let (item, destructured) = self.item(&generator.target);
            let advance = Terminator::Advance { iterable, item, awaited: generator.is_async, body, exhausted: again };
            self.builder().end(advance, head);
            self.builder().switch_to(body);
            if destructured {
                let value = self.builder().read(item);
                self.assign_target(&generator.target, value, head);
            }
            again = header;
            for condition in &generator.ifs {
                let next = self.builder().new_block(span_of(condition));
                self.test(condition, next, again);
                self.builder().switch_to(next);
            }
        }
        let mut called = Vec::new();
        for element in elements {
            let value = self.value(element);
            if self.may_miss(value) {
                self.note_failure(value, span_of(*element));
            }
            called.extend(self.is_temporary(value).then_some(value));
        }
        self.builder().goto(again, span);
        self.builder().switch_to(after);
        let own = self.frame.overlay.split_off(shadowed);
        let mut reads = self.reads_since(first, &own);
        reads.extend(called);
        self.opaque(reads)
    }

    /// Whether a value is what a call gave.
    fn is_temporary(&self, value: ExprId) -> bool {
        let function = &self.frame.builder.function;
        matches!(function.expr(value), Expr::Local(local) if function.local(*local).kind == LocalKind::Temporary)
    }

    /// Targets of a comprehension are variables of it alone.
    fn shadow(&mut self, target: &'a Syntax) {
        match target {
            Syntax::Name(name) => {
                let name = unspin_ir::name(name.id.as_str());
                let local = self.builder().local(name, LocalKind::Variable, None);
                self.frame.overlay.push((name, local));
            }
            Syntax::Tuple(tuple) => tuple.elts.iter().for_each(|part| self.shadow(part)),
            Syntax::List(list) => list.elts.iter().for_each(|part| self.shadow(part)),
            Syntax::Starred(starred) => self.shadow(&starred.value),
            _ => {}
        }
    }

    /// Names that were read since, except the comprehension's own and temporaries, each once.
    fn reads_since(&mut self, first: usize, own: &[(unspin_ir::Name, unspin_ir::LocalId)]) -> Vec<ExprId> {
        let function = &self.frame.builder.function;
        let mut reads: Vec<ExprId> = Vec::new();
        for (index, expr) in function.exprs.iter().enumerate().skip(first) {
            if reads.len() >= MOST_READS {
                break;
            }
            let counts = match expr {
                Expr::Local(local) => {
                    function.local(*local).kind != LocalKind::Temporary && !own.iter().any(|(_, other)| other == local)
                }
                Expr::Global(_) => true,
                _ => false,
            };
            if counts && !reads.iter().any(|&read| function.expr(read) == expr) {
                reads.push(ExprId::new(index));
            }
        }
        reads
    }
}
