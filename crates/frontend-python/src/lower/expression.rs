//! Expressions as values: pure parts become trees, whatever runs foreign code a statement before them.

use ruff_python_ast::{self as ast, Expr as Syntax, ExprContext};
use unspin_ir::{Aggregate, Argument, BinaryOp, Callee, CompareOp, Constant, Expr, ExprId, StatementKind, UnaryOp};

use super::call::Destination;
use super::{Lowerer, literal};
use crate::span_of;

/// Longer displays are tables of data: only what is not constant in them is kept.
const LONGEST_AGGREGATE: usize = 256;

impl<'a> Lowerer<'a> {
    /// The value of an expression; calls in it become statements of the current block.
    pub(super) fn value(&mut self, expr: &'a Syntax) -> ExprId {
        match expr {
            Syntax::Name(name) if name.ctx == ExprContext::Invalid => self.opaque(Vec::new()),
            Syntax::Name(name) => self.name(name.id.as_str()),
            Syntax::Attribute(_) => self.attribute(expr),
            Syntax::Call(_) | Syntax::Await(_) => self.call_value(expr),
            Syntax::NoneLiteral(_)
            | Syntax::BooleanLiteral(_)
            | Syntax::NumberLiteral(_)
            | Syntax::StringLiteral(_)
            | Syntax::BytesLiteral(_)
            | Syntax::EllipsisLiteral(_) => self.literal(expr),
            Syntax::Subscript(subscript) => self.subscript(subscript),
            Syntax::BinOp(binary) => {
                let left = self.value(&binary.left);
                let right = self.value(&binary.right);
                self.builder().expr(Expr::Binary(operator(binary.op), left, right))
            }
            Syntax::UnaryOp(unary) => self.unary(unary),
            Syntax::Compare(compare) if compare.ops.len() == 1 => {
                let left = self.value(&compare.left);
                let right = self.value(&compare.comparators[0]);
                self.own_comparison(compare, left, right).unwrap_or_else(|| self.compared(left, compare.ops[0], right))
            }
            Syntax::Compare(_) | Syntax::BoolOp(_) => self.decided_value(expr),
            Syntax::If(ternary) => self.ternary(ternary),
            Syntax::FString(text) => self.formatted_text(&text.value),
            Syntax::TString(text) => self.formatted(text.value.elements()),
            Syntax::Tuple(tuple) => self.aggregate(Aggregate::Tuple, &tuple.elts),
            Syntax::List(list) => self.aggregate(Aggregate::List, &list.elts),
            Syntax::Set(set) => self.aggregate(Aggregate::Set, &set.elts),
            Syntax::Dict(dict) => self.dict(dict),
            Syntax::Lambda(lambda) => self.lambda(lambda),
            Syntax::Named(named) => self.named(named),
            Syntax::ListComp(list) => self.comprehension(expr, &[&list.elt], &list.generators),
            Syntax::SetComp(set) => self.comprehension(expr, &[&set.elt], &set.generators),
            Syntax::Generator(generator) => self.comprehension(expr, &[&generator.elt], &generator.generators),
            Syntax::DictComp(dict) => match &dict.key {
                Some(key) => self.comprehension(expr, &[key, &dict.value], &dict.generators),
                None => self.comprehension(expr, &[&dict.value], &dict.generators),
            },
            Syntax::Yield(inner) => {
                let value = inner.value.as_deref().map(|value| self.value(value));
                self.frame.builder.function.is_generator = true;
                self.builder().push(StatementKind::Yield(value), span_of(inner));
                self.opaque(Vec::new())
            }
            Syntax::YieldFrom(inner) => self.yield_from(inner),
            Syntax::Starred(starred) => self.value(&starred.value),
            Syntax::Slice(slice) => {
                let parts = [&slice.lower, &slice.upper, &slice.step];
                let parts = parts.into_iter().flatten().map(|part| self.value(part)).collect();
                self.opaque(parts)
            }
            Syntax::IpyEscapeCommand(_) => self.opaque(Vec::new()),
        }
    }

    pub(super) fn opaque(&mut self, parts: Vec<ExprId>) -> ExprId {
        self.builder().expr(Expr::Opaque(parts.into()))
    }

    fn literal(&mut self, expr: &'a Syntax) -> ExprId {
        match literal::constant(expr) {
            Some(constant) => self.builder().constant(constant),
            None => self.opaque(Vec::new()),
        }
    }

    /// `base[index]`, `base[low:high]`; a slice with a step is an index that is not understood.
    pub(super) fn subscript(&mut self, subscript: &'a ast::ExprSubscript) -> ExprId {
        let base = self.value(&subscript.value);
        match &*subscript.slice {
            Syntax::Slice(slice) if slice.step.is_none() => {
                let low = slice.lower.as_deref().map(|bound| self.value(bound));
                let high = slice.upper.as_deref().map(|bound| self.value(bound));
                self.builder().expr(Expr::Slice(base, low, high))
            }
            index => {
                let index = self.value(index);
                self.builder().expr(Expr::Index(base, index))
            }
        }
    }

    fn unary(&mut self, unary: &'a ast::ExprUnaryOp) -> ExprId {
        let op = match unary.op {
            ast::UnaryOp::Not => {
                let condition = self.condition(&unary.operand);
                return self.builder().expr(Expr::Unary(UnaryOp::Not, condition));
            }
            ast::UnaryOp::UAdd => return self.value(&unary.operand),
            ast::UnaryOp::USub => UnaryOp::Negate,
            ast::UnaryOp::Invert => UnaryOp::Invert,
        };
        let operand = self.value(&unary.operand);
        let negated = match (op, self.frame.builder.function.expr(operand)) {
            (UnaryOp::Negate, Expr::Constant(Constant::Int(value))) => value.checked_neg().map(Constant::Int),
            (UnaryOp::Negate, Expr::Constant(Constant::Float(value))) => Some(Constant::Float(-value)),
            _ => None,
        };
        match negated {
            Some(constant) => self.builder().constant(constant),
            None => self.builder().expr(Expr::Unary(op, operand)),
        }
    }

    /// One link of a comparison: the test and its right side, which the next link compares again.
    pub(super) fn comparison(&mut self, left: ExprId, op: ast::CmpOp, right: &'a Syntax) -> (ExprId, ExprId) {
        let right = self.value(right);
        (self.compared(left, op, right), right)
    }

    fn compared(&mut self, left: ExprId, op: ast::CmpOp, right: ExprId) -> ExprId {
        self.builder().expr(Expr::Compare(compare(op), left, right))
    }

    /// `self == other` in the method which the operator calls, with what that was given itself: a call of it.
    fn own_comparison(&mut self, compare: &ast::ExprCompare, left: ExprId, right: ExprId) -> Option<ExprId> {
        let function = &self.frame.builder.function;
        let [receiver, other] = &function.parameters[..] else { return None };
        let is = |value, own| *function.expr(value) == Expr::Local(own);
        let is_method = match compare.ops[0] {
            ast::CmpOp::Eq => function.name == "__eq__",
            ast::CmpOp::NotEq => function.name == "__ne__",
            _ => false,
        };
        if !is_method || !function.has_receiver || !is(left, receiver.local) || !is(right, other.local) {
            return None;
        }
        let argument = Argument { name: None, value: right, spread: false, mutable: false };
        let callee = Callee::Method(left, function.name);
        self.emit(callee, vec![argument], false, Destination::Temporary, span_of(compare))
    }

    /// `a if c else b`: a temporary assigned on each way.
    fn ternary(&mut self, ternary: &'a ast::ExprIf) -> ExprId {
        let span = span_of(ternary);
        let result = self.builder().temporary();
        let [then, otherwise, after] = [0; 3].map(|_| self.builder().new_block(span));
        self.test(&ternary.test, then, otherwise);
        for (block, value) in [(then, &*ternary.body), (otherwise, &*ternary.orelse)] {
            self.builder().switch_to(block);
            let value = self.value(value);
            self.builder().assign_local(result, value, span);
            self.builder().goto(after, span);
        }
        self.builder().switch_to(after);
        self.builder().read(result)
    }

    /// A formatted text depends on its values; one without any is a constant.
    fn formatted_text(&mut self, value: &'a ast::FStringValue) -> ExprId {
        if value.elements().any(ast::InterpolatedStringElement::is_interpolation) {
            return self.formatted(value.elements());
        }
        let mut text = String::new();
        for part in value {
            match part {
                ast::FStringPart::Literal(literal) => text.push_str(&literal.value),
                ast::FStringPart::FString(inner) => inner.elements.literals().for_each(|literal| text.push_str(&literal.value)),
            }
        }
        self.builder().constant(Constant::Text(literal::shortened(&text)))
    }

    fn formatted(&mut self, elements: impl Iterator<Item = &'a ast::InterpolatedStringElement>) -> ExprId {
        let mut parts = Vec::new();
        let mut elements = elements.peekable();
        // The head of an address says where it leads, that of a name what it is one of: `f"http://localhost:{port}"`,
        // `f"visit_{kind}"`.
        let is_word = |text: &str| text.chars().all(|c| c.is_alphanumeric() || c == '_');
        if let Some(ast::InterpolatedStringElement::Literal(head)) = elements.peek()
            && (head.value.contains("://") || head.value.ends_with('_') && is_word(&head.value))
        {
            let head = Constant::Text(literal::shortened(&head.value));
            parts.push(self.builder().constant(head));
        }
        self.interpolations(elements, &mut parts);
        self.builder().expr(Expr::Aggregate(Aggregate::Text, parts.into()))
    }

    fn interpolations(&mut self, elements: impl Iterator<Item = &'a ast::InterpolatedStringElement>, parts: &mut Vec<ExprId>) {
        for element in elements {
            if let ast::InterpolatedStringElement::Interpolation(element) = element {
                parts.push(self.value(&element.expression));
                if let Some(specification) = &element.format_spec {
                    self.interpolations(specification.elements.iter(), parts);
                }
            }
        }
    }

    fn aggregate(&mut self, kind: Aggregate, elements: &'a [Syntax]) -> ExprId {
        let is_table = elements.len() > LONGEST_AGGREGATE;
        let mut parts = Vec::with_capacity(if is_table { 0 } else { elements.len() });
        for element in elements {
            if !is_table || !element.is_literal_expr() {
                parts.push(self.value(element));
            }
        }
        if is_table || elements.iter().any(Syntax::is_starred_expr) {
            parts.truncate(LONGEST_AGGREGATE);
            return self.opaque(parts);
        }
        self.builder().expr(Expr::Aggregate(kind, parts.into()))
    }

    fn dict(&mut self, dict: &'a ast::ExprDict) -> ExprId {
        let is_table = dict.items.len() > LONGEST_AGGREGATE;
        let mut parts = Vec::with_capacity(if is_table { 0 } else { dict.items.len() * 2 });
        for item in &dict.items {
            for part in item.key.iter().chain([&item.value]) {
                if !is_table || !part.is_literal_expr() {
                    parts.push(self.value(part));
                }
            }
        }
        if is_table || dict.items.iter().any(|item| item.key.is_none()) {
            parts.truncate(LONGEST_AGGREGATE);
            return self.opaque(parts);
        }
        self.builder().expr(Expr::Aggregate(Aggregate::Map, parts.into()))
    }

    fn named(&mut self, named: &'a ast::ExprNamed) -> ExprId {
        if named.target.is_name_expr() {
            self.assign(&named.target, &named.value, span_of(named));
            return self.value(&named.target);
        }
        // A syntax error that was survived. Such a target nests, and is lowered once.
        let parts = [&named.target, &named.value].map(|part| self.value(part));
        self.opaque(parts.into())
    }
}

pub(super) fn operator(op: ast::Operator) -> BinaryOp {
    match op {
        ast::Operator::Add => BinaryOp::Add,
        ast::Operator::Sub => BinaryOp::Subtract,
        ast::Operator::Mult => BinaryOp::Multiply,
        ast::Operator::MatMult => BinaryOp::MatrixMultiply,
        ast::Operator::Div => BinaryOp::Divide,
        ast::Operator::Mod => BinaryOp::Remainder,
        ast::Operator::Pow => BinaryOp::Power,
        ast::Operator::LShift => BinaryOp::ShiftLeft,
        ast::Operator::RShift => BinaryOp::ShiftRight,
        ast::Operator::BitOr => BinaryOp::BitOr,
        ast::Operator::BitXor => BinaryOp::BitXor,
        ast::Operator::BitAnd => BinaryOp::BitAnd,
        ast::Operator::FloorDiv => BinaryOp::FloorDivide,
    }
}

fn compare(op: ast::CmpOp) -> CompareOp {
    match op {
        ast::CmpOp::Eq => CompareOp::Eq,
        ast::CmpOp::NotEq => CompareOp::Ne,
        ast::CmpOp::Lt => CompareOp::Lt,
        ast::CmpOp::LtE => CompareOp::Le,
        ast::CmpOp::Gt => CompareOp::Gt,
        ast::CmpOp::GtE => CompareOp::Ge,
        ast::CmpOp::Is => CompareOp::Is,
        ast::CmpOp::IsNot => CompareOp::IsNot,
        ast::CmpOp::In => CompareOp::In,
        ast::CmpOp::NotIn => CompareOp::NotIn,
    }
}
