//! Expressions as values.

use syn::{BinOp, Expr as Ast, ExprBinary, ExprIndex, ExprPath, Lit, Member, UnOp};
use unspin_ir::{
    Aggregate, Argument, BinaryOp, Callee, CompareOp, Constant, Expr, ExprId, LocalId, Name, StatementKind, UnaryOp,
};

use crate::lowering::{Dest, Failure, Leaving, Lowering, Nested, Returns};
use crate::paths::{ident_name, name};

/// Elements of a list beyond which it is opaque: tables of data say nothing about loops.
const MAX_ELEMENTS: usize = 256;

/// Integer types.
const INTEGERS: [&str; 12] = ["i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize"];

impl Lowering<'_> {
    /// The value of an expression; a failure stays in it.
    pub(crate) fn value(&mut self, expr: &Ast) -> ExprId {
        self.fallible(expr, Failure::Kept)
    }

    /// The value of an expression whose failure, if it is a `Result`, does what is said.
    pub(crate) fn fallible(&mut self, expr: &Ast, failure: Failure) -> ExprId {
        self.deeper_value(|cx| cx.fallible_here(expr, failure))
    }

    fn fallible_here(&mut self, expr: &Ast, failure: Failure) -> ExprId {
        match expr {
            Ast::Paren(e) => self.fallible(&e.expr, failure),
            Ast::Group(e) => self.fallible(&e.expr, failure),
            Ast::Reference(e) => self.fallible(&e.expr, failure),
            Ast::RawAddr(e) if matches!(e.mutability, syn::PointerMutability::Mut(_)) => self.exposed(&e.expr, failure),
            Ast::RawAddr(e) => self.fallible(&e.expr, failure),
            Ast::Cast(e) => match (&*e.expr, &*e.ty) {
                (Ast::Reference(syn::ExprReference { mutability: Some(_), expr, .. }), syn::Type::Ptr(_)) => {
                    self.exposed(expr, failure)
                }
                (inner, _) => self.fallible(inner, failure),
            },
            Ast::Unary(e) if matches!(e.op, UnOp::Deref(_)) => self.fallible(&e.expr, failure),
            Ast::Call(e) => self.call_expr(e, failure, false),
            Ast::MethodCall(e) => self.method_call(e, failure, false),
            Ast::Await(e) => self.await_expr(e, failure),
            Ast::Try(e) => self.try_expr(e, failure),
            Ast::Macro(e) => self.macro_value(&e.mac, failure, false),
            Ast::Block(e) if e.label.is_none() => self.block_value(&e.block, failure),
            Ast::Unsafe(e) => self.block_value(&e.block, failure),
            Ast::Const(e) => self.block_value(&e.block, failure),
            Ast::If(_) | Ast::Match(_) | Ast::Block(_) | Ast::Loop(_) | Ast::TryBlock(_) => {
                let temporary = self.b().temporary();
                self.into(expr, Dest::Store(temporary, failure));
                self.b().read(temporary)
            }
            Ast::While(_) | Ast::ForLoop(_) => {
                self.into(expr, Dest::Discard);
                self.b().constant(Constant::Unit)
            }
            Ast::Path(_) | Ast::Field(_) | Ast::Index(_) => {
                let value = self.plain(expr);
                let span = self.spans.expr(expr);
                self.stored(value, failure, span)
            }
            _ => self.plain(expr),
        }
    }

    /// The value of a place that a raw pointer to change it by is made of.
    pub(crate) fn exposed(&mut self, place: &Ast, failure: Failure) -> ExprId {
        let value = self.fallible(place, failure);
        self.state.mark_exposed(value);
        value
    }

    /// Expressions without a failure of their own.
    fn plain(&mut self, expr: &Ast) -> ExprId {
        match expr {
            Ast::Lit(e) => self.literal(&e.lit),
            Ast::Path(e) => self.path_value(e),
            Ast::Field(e) => {
                let base = self.value(&e.base);
                self.member(base, &e.member)
            }
            Ast::Index(e) => self.index(e),
            Ast::Unary(e) => self.unary(e),
            Ast::Binary(e) if matches!(e.op, BinOp::And(_) | BinOp::Or(_)) => self.condition_value(expr),
            Ast::Binary(e) => self.binary_expr(e),
            Ast::Assign(e) => self.assign_expr(e),
            Ast::Range(e) => self.range(e),
            Ast::Tuple(e) if e.elems.is_empty() => self.b().constant(Constant::Unit),
            Ast::Tuple(e) => self.aggregate(Aggregate::Tuple, e.elems.iter()),
            Ast::Array(e) => self.aggregate(Aggregate::List, e.elems.iter()),
            Ast::Repeat(e) => {
                let parts = vec![self.value(&e.expr), self.value(&e.len)];
                self.opaque(parts)
            }
            Ast::Struct(e) => self.struct_value(e),
            Ast::Closure(e) => self.closure(e),
            Ast::Async(e) => self.async_block(e),
            Ast::Return(_) | Ast::Break(_) | Ast::Continue(_) | Ast::Yield(_) => self.jump(expr),
            _ => self.opaque(Vec::new()),
        }
    }

    fn jump(&mut self, expr: &Ast) -> ExprId {
        match expr {
            Ast::Break(e) => self.break_expr(e),
            Ast::Continue(e) => self.continue_expr(e),
            Ast::Return(e) => {
                let span = self.spans.expr(expr);
                match &e.expr {
                    Some(value) => self.return_expr(value),
                    None => self.b().end(unspin_ir::Terminator::Return(None), span),
                }
            }
            Ast::Yield(e) => {
                let span = self.spans.expr(expr);
                let value = e.expr.as_ref().map(|value| self.value(value));
                self.b().function.is_generator = true;
                self.b().push(StatementKind::Yield(value), span);
            }
            _ => {}
        }
        self.b().constant(Constant::Unit)
    }

    /// `x?`: a failure leaves the function or the `try` block. `failure` is what becomes of a second `Result` inside.
    fn try_expr(&mut self, expr: &syn::ExprTry, failure: Failure) -> ExprId {
        self.try_of(&expr.expr, expr, failure)
    }

    /// `x?`, where `inner` may stand for a name that holds its value.
    pub(crate) fn try_of(&mut self, inner: &Ast, expr: &syn::ExprTry, failure: Failure) -> ExprId {
        let unwind = self.state.try_unwind;
        let none_returns = self.state.returns == Returns::Option && unwind.is_none();
        let nested = match failure {
            Failure::Leaves(outer) => Some(Nested::new(outer.unwind)),
            Failure::Kept => None,
        };
        let leaving = Leaving { unwind, nested, none_returns, panics: false };
        let is_outer = matches!(failure, Failure::Leaves(_));
        if is_outer {
            self.nested_taken = false;
        }
        let value = self.fallible(inner, Failure::Leaves(leaving));
        let taken = is_outer && std::mem::take(&mut self.nested_taken);
        let again = matches!(failure, Failure::Leaves(outer) if outer.unwind == unwind && !outer.panics);
        if !is_outer || taken || again {
            return value;
        }
        let span = self.spans.token(expr.question_token.span);
        self.stored(value, failure, span)
    }

    /// A literal.
    pub(crate) fn literal(&mut self, literal: &Lit) -> ExprId {
        let constant = match literal {
            Lit::Str(text) => Constant::Text(name(&text.value())),
            Lit::ByteStr(bytes) => Constant::Bytes(bytes.value().into()),
            Lit::CStr(text) => Constant::Bytes(text.value().into_bytes().into()),
            Lit::Byte(byte) => Constant::Int(i64::from(byte.value())),
            Lit::Char(character) => Constant::Text(name(character.value().encode_utf8(&mut [0; 4]))),
            Lit::Int(number) => match number.base10_parse::<i64>() {
                Ok(number) => Constant::Int(number),
                Err(_) => return self.opaque(Vec::new()),
            },
            Lit::Float(number) => match number.base10_parse::<f64>() {
                Ok(number) => Constant::Float(number),
                Err(_) => return self.opaque(Vec::new()),
            },
            Lit::Bool(value) => Constant::Bool(value.value),
            _ => return self.opaque(Vec::new()),
        };
        self.b().constant(constant)
    }

    /// The variable that a path names, if it is one.
    pub(crate) fn local_of(&mut self, path: &ExprPath) -> Option<LocalId> {
        if path.qself.is_some() {
            return None;
        }
        let own = ident_name(path.path.get_ident()?);
        self.state.lookup(own)
    }

    /// The absolute path of something that is no variable; `<T as Trait>::f` is `Trait.f`, `<T>::f` is `T.f`.
    pub(crate) fn expr_path(&mut self, path: &ExprPath) -> Name {
        let Some(qself) = path.qself.as_ref().filter(|qself| qself.position == 0) else { return self.path_name(&path.path) };
        let base = self.nominal(&qself.ty).unwrap_or_else(|| name("?"));
        let rest = path.path.segments.iter().map(|segment| ident_name(&segment.ident));
        name(&rest.fold(base.to_string(), |text, segment| text + "." + &segment))
    }

    fn path_value(&mut self, path: &ExprPath) -> ExprId {
        if let Some(local) = self.local_of(path) {
            return self.b().read(local);
        }
        let last = path.path.segments.last().map(|last| ident_name(&last.ident));
        let outer = path.path.segments.iter().rev().nth(1).map(|outer| ident_name(&outer.ident));
        let in_type = |ty: &str| outer.is_none_or(|outer| outer.as_str() == ty);
        match last.as_deref() {
            Some("None") if in_type("Option") => return self.b().constant(Constant::None),
            Some("Pending") if outer.is_some_and(|outer| outer.as_str() == "Poll") => {
                return self.b().expr(Expr::variant(name("Pending"), [].into()));
            }
            _ => {}
        }
        let path = self.expr_path(path);
        self.b().global(path)
    }

    /// `base.member`.
    pub(crate) fn member(&mut self, base: ExprId, member: &Member) -> ExprId {
        match member {
            Member::Named(ident) => {
                let own = ident_name(ident);
                self.b().expr(Expr::Field(base, own))
            }
            Member::Unnamed(index) => {
                let at = self.b().constant(Constant::Int(i64::from(index.index)));
                self.b().expr(Expr::Index(base, at))
            }
        }
    }

    fn index(&mut self, expr: &ExprIndex) -> ExprId {
        let base = self.value(&expr.expr);
        if let Ast::Range(range) = &*expr.index {
            let low = range.start.as_ref().map(|low| self.value(low));
            let high = range.end.as_ref().map(|high| self.value(high));
            let high = match (high, &range.limits) {
                (Some(high), syn::RangeLimits::Closed(_)) => {
                    let one = self.b().constant(Constant::Int(1));
                    Some(self.binary(BinaryOp::Add, high, one))
                }
                (high, _) => high,
            };
            return self.b().expr(Expr::Slice(base, low, high));
        }
        let at = self.value(&expr.index);
        self.b().expr(Expr::Index(base, at))
    }

    fn range(&mut self, expr: &syn::ExprRange) -> ExprId {
        let low = expr.start.as_ref().map(|low| self.argument(low));
        let high = expr.end.as_ref().map(|high| self.value(high));
        match (low, high) {
            // The one range that never ends is visible as such.
            (Some(low), None) => {
                let span = expr.start.as_ref().map_or_else(Default::default, |start| self.spans.expr(start));
                self.emit(Callee::Path(name("std.ops.RangeFrom")), vec![low], false, Failure::Kept, span)
            }
            (low, high) => {
                let parts = low.map(|low| low.value).into_iter().chain(high).collect();
                self.opaque(parts)
            }
        }
    }

    fn unary(&mut self, expr: &syn::ExprUnary) -> ExprId {
        let value = self.value(&expr.expr);
        let is_number = matches!(self.b().function.expr(value), Expr::Constant(Constant::Int(_)));
        match expr.op {
            UnOp::Neg(_) => match *self.b().function.expr(value) {
                Expr::Constant(Constant::Int(number)) => self.b().constant(Constant::Int(number.wrapping_neg())),
                Expr::Constant(Constant::Float(number)) => self.b().constant(Constant::Float(-number)),
                _ => self.b().expr(Expr::Unary(UnaryOp::Negate, value)),
            },
            UnOp::Not(_) if is_number => self.b().expr(Expr::Unary(UnaryOp::Invert, value)),
            UnOp::Not(_) => match *self.b().function.expr(value) {
                Expr::Unary(UnaryOp::Not, inner) => inner,
                Expr::Constant(Constant::Bool(known)) => self.b().constant(Constant::Bool(!known)),
                _ => {
                    let truth = self.truth(value);
                    self.b().expr(Expr::Unary(UnaryOp::Not, truth))
                }
            },
            _ => value,
        }
    }

    /// The method around `self == other` where that is the one which the operator calls with what it was given itself.
    fn compares_itself(&self, expr: &ExprBinary, op: CompareOp, (left, right): (ExprId, ExprId)) -> Option<Name> {
        let function = &self.state.builder.function;
        let [receiver, other] = &function.parameters[..] else { return None };
        let is = |side: &Ast, value, own| matches!(side, Ast::Path(_)) && *function.expr(value) == Expr::Local(own);
        let is_method = match op {
            CompareOp::Eq => function.name == "eq",
            CompareOp::Ne => function.name == "ne",
            _ => false,
        };
        let is_behaviour = |name: Name| matches!(name.as_str(), "PartialEq" | "std.cmp.PartialEq" | "core.cmp.PartialEq");
        let is_own = is_method && function.has_receiver && function.implements.is_some_and(is_behaviour);
        (is_own && is(&expr.left, left, receiver.local) && is(&expr.right, right, other.local)).then_some(function.name)
    }

    fn binary_expr(&mut self, expr: &ExprBinary) -> ExprId {
        if let Some(op) = assigning(expr.op) {
            let value = self.value(&expr.right);
            let place = self.place(&expr.left);
            let is_integer = self.is_integer(place) || self.is_integer(value);
            let op = if op == BinaryOp::Divide && is_integer { BinaryOp::FloorDivide } else { op };
            let value = self.binary(op, place, value);
            let span = self.spans.between(crate::spans::first_token(&expr.left), crate::spans::last_token(&expr.right));
            self.b().assign(place, value, span);
            return self.b().constant(Constant::Unit);
        }
        let left = self.value(&expr.left);
        let right = self.value(&expr.right);
        if let Some(op) = comparing(expr.op) {
            if let Some(itself) = self.compares_itself(expr, op, (left, right)) {
                let span = self.spans.between(crate::spans::first_token(&expr.left), crate::spans::last_token(&expr.right));
                let argument = Argument { name: None, value: right, spread: false, mutable: false };
                return self.emit(Callee::Method(left, itself), vec![argument], false, Failure::Kept, span);
            }
            let is_none = |cx: &mut Self, id| matches!(cx.b().function.expr(id), Expr::Constant(Constant::None));
            let op = match op {
                CompareOp::Eq if is_none(self, right) => CompareOp::Is,
                CompareOp::Ne if is_none(self, right) => CompareOp::IsNot,
                op => op,
            };
            return self.b().expr(Expr::Compare(op, left, right));
        }
        match arithmetic(expr.op) {
            Some(BinaryOp::Divide) if self.is_integer(left) || self.is_integer(right) => {
                self.binary(BinaryOp::FloorDivide, left, right)
            }
            Some(op) => self.binary(op, left, right),
            None => self.opaque(vec![left, right]),
        }
    }

    /// A condition as a value: a temporary that is true on one way and false on the other.
    pub(crate) fn condition_value(&mut self, test: &Ast) -> ExprId {
        let span = self.spans.expr(test);
        let mark = self.state.bindings.len();
        let result = self.b().temporary();
        let holds = self.b().new_block(span);
        let fails = self.b().new_block(span);
        let join = self.b().new_block(span);
        self.condition(test, holds, fails);
        for (block, value) in [(holds, true), (fails, false)] {
            self.b().switch_to(block);
            let value = self.b().constant(Constant::Bool(value));
            self.b().assign_local(result, value, span);
            self.b().goto(join, span);
        }
        self.state.bindings.truncate(mark);
        self.b().switch_to(join);
        self.b().read(result)
    }

    /// Whether a value is known to be an integer; so are then both operands of an operator.
    fn is_integer(&self, value: ExprId) -> bool {
        let function = &self.state.builder.function;
        match *function.expr(value) {
            Expr::Constant(Constant::Int(_)) | Expr::Length(_) => true,
            Expr::Local(local) => function.declared_type(local).is_some_and(|ty| INTEGERS.contains(&ty.as_str())),
            Expr::Binary(_, left, right) => self.is_integer(left) || self.is_integer(right),
            _ => false,
        }
    }

    fn assign_expr(&mut self, expr: &syn::ExprAssign) -> ExprId {
        if matches!(&*expr.left, Ast::Infer(_)) {
            self.discard(&expr.right);
            return self.b().constant(Constant::Unit);
        }
        let value = self.value(&expr.right);
        let span = self.spans.between(crate::spans::first_token(&expr.left), crate::spans::last_token(&expr.right));
        let variable = match &*expr.left {
            Ast::Path(path) => self.local_of(path),
            _ => None,
        };
        match variable {
            Some(variable) => {
                self.state.mark_assigned(variable);
                self.assign_result(variable, value, span);
            }
            None => self.assign_to(&expr.left, value, span),
        }
        self.b().constant(Constant::Unit)
    }

    /// Assign to a place or to the parts of a tuple of places.
    fn assign_to(&mut self, place: &Ast, value: ExprId, span: unspin_span::Span) {
        match place {
            Ast::Infer(_) => {}
            Ast::Paren(inner) => self.assign_to(&inner.expr, value, span),
            Ast::Tuple(tuple) => {
                // All values are read before any place is written.
                let temporary = self.b().temporary();
                self.b().assign_local(temporary, value, span);
                for (index, element) in tuple.elems.iter().enumerate() {
                    let whole = self.b().read(temporary);
                    let at = self.b().constant(Constant::Int(crate::patterns::count_of(index)));
                    let part = self.b().expr(Expr::Index(whole, at));
                    self.assign_to(element, part, span);
                }
            }
            place => {
                let place = self.place(place);
                self.b().assign(place, value, span);
            }
        }
    }

    /// A place that is assigned to.
    fn place(&mut self, place: &Ast) -> ExprId {
        let value = self.value(place);
        if let Expr::Local(local) = *self.b().function.expr(value) {
            self.state.mark_assigned(local);
        }
        value
    }

    /// A tuple, list or text of some values.
    pub(crate) fn aggregate<'e>(&mut self, kind: Aggregate, parts: impl ExactSizeIterator<Item = &'e Ast>) -> ExprId {
        if parts.len() > MAX_ELEMENTS {
            return self.opaque(Vec::new());
        }
        let parts: Vec<ExprId> = parts.map(|part| self.value(part)).collect();
        self.b().expr(Expr::Aggregate(kind, parts.into()))
    }

    /// A struct literal: its fields in order; an enum variant keeps its name.
    fn struct_value(&mut self, expr: &syn::ExprStruct) -> ExprId {
        let mut parts: Vec<ExprId> = expr.fields.iter().map(|field| self.value(&field.expr)).collect();
        if let Some(rest) = &expr.rest {
            parts.push(self.value(rest));
        }
        let mut upper = expr.path.segments.iter().rev().take(2).map(|segment| crate::blocks::is_path_like(&segment.ident));
        let is_variant = expr.path.segments.len() > 1 && upper.all(|upper| upper);
        if is_variant {
            let path = self.path_name(&expr.path);
            return self.b().expr(Expr::variant(path, parts.into()));
        }
        self.b().expr(Expr::Aggregate(Aggregate::Tuple, parts.into()))
    }
}

fn assigning(op: BinOp) -> Option<BinaryOp> {
    Some(match op {
        BinOp::AddAssign(_) => BinaryOp::Add,
        BinOp::SubAssign(_) => BinaryOp::Subtract,
        BinOp::MulAssign(_) => BinaryOp::Multiply,
        BinOp::DivAssign(_) => BinaryOp::Divide,
        BinOp::RemAssign(_) => BinaryOp::Remainder,
        BinOp::BitXorAssign(_) => BinaryOp::BitXor,
        BinOp::BitAndAssign(_) => BinaryOp::BitAnd,
        BinOp::BitOrAssign(_) => BinaryOp::BitOr,
        BinOp::ShlAssign(_) => BinaryOp::ShiftLeft,
        BinOp::ShrAssign(_) => BinaryOp::ShiftRight,
        _ => return None,
    })
}

fn comparing(op: BinOp) -> Option<CompareOp> {
    Some(match op {
        BinOp::Eq(_) => CompareOp::Eq,
        BinOp::Ne(_) => CompareOp::Ne,
        BinOp::Lt(_) => CompareOp::Lt,
        BinOp::Le(_) => CompareOp::Le,
        BinOp::Gt(_) => CompareOp::Gt,
        BinOp::Ge(_) => CompareOp::Ge,
        _ => return None,
    })
}

fn arithmetic(op: BinOp) -> Option<BinaryOp> {
    Some(match op {
        BinOp::Add(_) => BinaryOp::Add,
        BinOp::Sub(_) => BinaryOp::Subtract,
        BinOp::Mul(_) => BinaryOp::Multiply,
        BinOp::Div(_) => BinaryOp::Divide,
        BinOp::Rem(_) => BinaryOp::Remainder,
        BinOp::BitXor(_) => BinaryOp::BitXor,
        BinOp::BitAnd(_) => BinaryOp::BitAnd,
        BinOp::BitOr(_) => BinaryOp::BitOr,
        BinOp::Shl(_) => BinaryOp::ShiftLeft,
        BinOp::Shr(_) => BinaryOp::ShiftRight,
        _ => return None,
    })
}
