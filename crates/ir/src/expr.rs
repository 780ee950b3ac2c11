//! Pure expressions: evaluating one changes nothing and calls nothing.

use thin_vec::ThinVec;

use crate::{Constant, ExprId, FunctionId, LocalId, Name};

/// How deep an expression tree may get; builders replace what lies deeper by [`Expr::Opaque`].
pub const MAX_DEPTH: u32 = 200;

/// A pure expression. Programs have millions, so that their size shows: two words.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// A literal. `1024`, `b"\xff"`, `None`.
    Constant(&'static Constant),
    /// The value of a local: parameter, variable or the result of a call. `chunk`.
    Local(LocalId),
    /// Something from outside the function, its path resolved through the imports of the file: `socket.timeout` for
    /// `from socket import timeout as T; T`. A name of the file itself or a builtin stays as it is: `helper`, `len`.
    Global(Name),
    /// A field or attribute. `self.running`.
    Field(ExprId, Name),
    /// An element. `header[4]`, `page["/Next"]`.
    Index(ExprId, ExprId),
    /// A part of a sequence without a step. `buf[n:]`, `&buf[..n]`.
    Slice(ExprId, Option<ExprId>, Option<ExprId>),
    /// `not x`, `-x`, `~x`.
    Unary(UnaryOp, ExprId),
    /// Arithmetic and bits. Concatenation of text and sequences is [`BinaryOp::Add`].
    Binary(BinaryOp, ExprId, ExprId),
    /// A comparison of two values (chains are split).
    Compare(CompareOp, ExprId, ExprId),
    /// Whether a value is true in a test: not zero, not empty, not `None`. Rust's `!x.is_empty()` is `Truth(x)`.
    Truth(ExprId),
    /// `len(x)`, `x.len()`.
    Length(ExprId),
    /// A tuple, list, set, map or text put together from values.
    Aggregate(Aggregate, ThinVec<ExprId>),
    /// A value of an enum variant that is not transparent, with its payload. `Err(e)`, `Frame::Close(code)`.
    Variant(Box<Variant>),
    /// Whether a value is of the variant: `matches!(frame, Frame::Close(_))`, `Poll::Pending`, a stored `Err(..)`.
    HasVariant(ExprId, Name),
    /// The n-th part of a variant's payload.
    Payload(ExprId, Name, u16),
    /// Whether a value is of one of these types. `isinstance(x, (bytes, str))`.
    HasType(ExprId, ThinVec<Name>),
    /// A function value: lambda, closure, async block, nested function.
    Function(FunctionId),
    /// Not understood; depends on these.
    Opaque(ThinVec<ExprId>),
}

/// A value of an enum variant.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// Its path.
    pub name: Name,
    /// Its payload.
    pub parts: Box<[ExprId]>,
}

/// What an aggregate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Aggregate {
    /// `(a, b)`; also the fields of a struct literal.
    Tuple,
    /// `[a, b]`, `vec![a, b]`.
    List,
    /// `{a, b}`.
    Set,
    /// `{k: v}`: keys and values in turn.
    Map,
    /// `f"{a} {b}"`, `format!("{a} {b}")`: the text depends on the values.
    Text,
}

/// An operator with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// Of a truth value.
    Not,
    /// `-x`.
    Negate,
    /// `~x`, and Rust's `!x` of an integer constant.
    Invert,
}

/// An operator with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum BinaryOp {
    Add,
    Subtract,
    Multiply,
    /// `/`.
    Divide,
    /// `//`, and `/` of Rust's integers where the frontend knows them to be integers.
    FloorDivide,
    Remainder,
    Power,
    ShiftLeft,
    ShiftRight,
    BitAnd,
    BitOr,
    BitXor,
    MatrixMultiply,
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum CompareOp {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    /// Identity; `x is None` and Rust's `x.is_none()`, `None =>`.
    Is,
    IsNot,
    In,
    NotIn,
}

impl Expr {
    /// A literal.
    pub fn constant(constant: Constant) -> Self {
        Self::Constant(constant.interned())
    }

    /// A value of an enum variant.
    pub fn variant(name: Name, parts: Box<[ExprId]>) -> Self {
        Self::Variant(Box::new(Variant { name, parts }))
    }

    /// The path that is named: of a global or of a variant, with or without a payload.
    pub fn named(&self) -> Option<Name> {
        match self {
            Self::Global(path) => Some(*path),
            Self::Variant(variant) => Some(variant.name),
            _ => None,
        }
    }

    /// Call `f` with each direct operand.
    pub fn for_each_operand(&self, mut f: impl FnMut(ExprId)) {
        match self {
            Self::Constant(_) | Self::Local(_) | Self::Global(_) | Self::Function(_) => {}
            Self::Field(a, _)
            | Self::Unary(_, a)
            | Self::Truth(a)
            | Self::Length(a)
            | Self::HasVariant(a, _)
            | Self::Payload(a, _, _)
            | Self::HasType(a, _) => f(*a),
            Self::Index(a, b) | Self::Binary(_, a, b) | Self::Compare(_, a, b) => {
                f(*a);
                f(*b);
            }
            Self::Slice(a, low, high) => {
                f(*a);
                low.iter().chain(high).for_each(|&b| f(b));
            }
            Self::Aggregate(_, parts) | Self::Opaque(parts) => parts.iter().for_each(|&a| f(a)),
            Self::Variant(variant) => variant.parts.iter().for_each(|&a| f(a)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_takes_two_words() {
        assert_eq!(size_of::<Expr>(), 2 * size_of::<u64>());
    }
}
