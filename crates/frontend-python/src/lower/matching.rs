//! `match`: patterns become tests, captures assignments.

use ruff_python_ast::{self as ast, Expr as Syntax, Pattern, Singleton};
use unspin_ir::{BlockId, CompareOp, Constant, Expr, ExprId};
use unspin_span::Span;

use super::{Lowerer, end_of, position};
use crate::span_of;

/// Builtin classes whose one positional pattern is the subject itself.
const SELF_MATCHING: [&str; 11] =
    ["bool", "bytearray", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"];

impl<'a> Lowerer<'a> {
    pub(super) fn match_statement(&mut self, statement: &'a ast::StmtMatch) {
        let span = span_of(statement);
        let mut subject = self.value(&statement.subject);
        if matches!(self.frame.builder.function.expr(subject), Expr::Aggregate(..)) {
            subject = self.temporary(subject, span_of(&*statement.subject));
        }
        let after = self.builder().new_block(span);
        for case in &statement.cases {
            let place = span_of(&case.pattern);
            let next = self.builder().new_block(place);
            self.pattern(&case.pattern, subject, next);
            if let Some(guard) = &case.guard {
                let body = self.builder().new_block(span_of(&**guard));
                self.test(guard, body, next);
                self.builder().switch_to(body);
            }
            self.body(&case.body);
            self.builder().goto(after, end_of(&case.body, place));
            self.builder().switch_to(next);
        }
        self.builder().goto(after, span);
        self.builder().switch_to(after);
    }

    /// Test `subject`, bind the captures and go on in the current block; to `fail` if it does not match.
    fn pattern(&mut self, pattern: &'a Pattern, subject: ExprId, fail: BlockId) {
        let span = span_of(pattern);
        match pattern {
            Pattern::MatchValue(value) => {
                let value = self.value(&value.value);
                self.require(Expr::Compare(CompareOp::Eq, subject, value), fail, span);
            }
            Pattern::MatchSingleton(singleton) => {
                let constant = match singleton.value {
                    Singleton::None => Constant::None,
                    Singleton::True => Constant::Bool(true),
                    Singleton::False => Constant::Bool(false),
                };
                let value = self.builder().constant(constant);
                self.require(Expr::Compare(CompareOp::Is, subject, value), fail, span);
            }
            Pattern::MatchAs(named) => {
                if let Some(inner) = &named.pattern {
                    self.pattern(inner, subject, fail);
                }
                if let Some(name) = &named.name {
                    self.assign_name(name, subject);
                }
            }
            Pattern::MatchOr(either) => self.either(&either.patterns, subject, fail, span),
            Pattern::MatchClass(class) => self.class_pattern(class, subject, fail),
            Pattern::MatchSequence(sequence) => self.sequence_pattern(&sequence.patterns, subject, fail, span),
            Pattern::MatchMapping(mapping) => self.mapping_pattern(mapping, subject, fail),
            Pattern::MatchStar(_) => {}
        }
    }

    fn require(&mut self, test: Expr, fail: BlockId, span: Span) {
        let next = self.builder().new_block(span);
        let test = self.builder().expr(test);
        self.builder().branch(test, next, fail, span);
        self.builder().switch_to(next);
    }

    fn either(&mut self, patterns: &'a [Pattern], subject: ExprId, fail: BlockId, span: Span) {
        let found = self.builder().new_block(span);
        for (index, pattern) in patterns.iter().enumerate() {
            let is_last = index + 1 == patterns.len();
            let next = if is_last { fail } else { self.builder().new_block(span) };
            self.pattern(pattern, subject, next);
            self.builder().goto(found, span_of(pattern));
            if !is_last {
                self.builder().switch_to(next);
            }
        }
        self.builder().switch_to(found);
    }

    fn class_pattern(&mut self, class: &'a ast::PatternMatchClass, subject: ExprId, fail: BlockId) {
        let span = span_of(class);
        let mut types = Vec::new();
        self.class_paths(&class.cls, &mut types);
        let ty = types.first().copied().unwrap_or(self.names.words.empty);
        self.require(Expr::HasType(subject, types.into()), fail, span);
        for (index, inner) in class.arguments.patterns.iter().enumerate() {
            let part = if SELF_MATCHING.contains(&ty.as_str()) {
                subject
            } else {
                self.builder().expr(Expr::Payload(subject, ty, index as u16))
            };
            self.pattern(inner, part, fail);
        }
        for keyword in &class.arguments.keywords {
            let field = unspin_ir::name(keyword.attr.as_str());
            let part = self.builder().expr(Expr::Field(subject, field));
            self.pattern(&keyword.pattern, part, fail);
        }
    }

    fn sequence_pattern(&mut self, patterns: &'a [Pattern], subject: ExprId, fail: BlockId, span: Span) {
        let star = patterns.iter().position(Pattern::is_match_star);
        let fixed = patterns.len() - usize::from(star.is_some());
        let op = if star.is_some() { CompareOp::Ge } else { CompareOp::Eq };
        if star.is_none() || fixed > 0 {
            let length = self.builder().expr(Expr::Length(subject));
            let count = self.builder().constant(Constant::Int(position(fixed)));
            self.require(Expr::Compare(op, length, count), fail, span);
        }
        for (index, pattern) in patterns.iter().enumerate() {
            let from_end = position(index) - position(patterns.len());
            if let Pattern::MatchStar(capture) = pattern {
                if let Some(name) = &capture.name {
                    let low = self.builder().constant(Constant::Int(position(index)));
                    let high = (from_end < -1).then(|| self.builder().constant(Constant::Int(from_end + 1)));
                    let rest = self.builder().expr(Expr::Slice(subject, Some(low), high));
                    self.assign_name(name, rest);
                }
                continue;
            }
            let at = if star.is_some_and(|star| star < index) { from_end } else { position(index) };
            let at = self.builder().constant(Constant::Int(at));
            let part = self.builder().expr(Expr::Index(subject, at));
            self.pattern(pattern, part, fail);
        }
    }

    fn mapping_pattern(&mut self, mapping: &'a ast::PatternMatchMapping, subject: ExprId, fail: BlockId) {
        let mapping_type = unspin_ir::name("dict");
        if mapping.keys.is_empty() {
            self.require(Expr::HasType(subject, [mapping_type].into()), fail, span_of(mapping));
        }
        for (key, pattern) in mapping.keys.iter().zip(&mapping.patterns) {
            let key: &'a Syntax = key;
            let value = self.value(key);
            self.require(Expr::Compare(CompareOp::In, value, subject), fail, span_of(key));
            let part = self.builder().expr(Expr::Index(subject, value));
            self.pattern(pattern, part, fail);
        }
        if let Some(name) = &mapping.rest {
            let rest = self.opaque(vec![subject]);
            self.assign_name(name, rest);
        }
    }
}
