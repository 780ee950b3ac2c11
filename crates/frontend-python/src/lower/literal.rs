//! Literals as constants.
//!
//! Names live as long as the process, so long texts are cut: what analyses ask of a text is whether it is empty and
//! whether two are the same. Integers beyond 64 bits and complex numbers are not understood.

use ruff_python_ast::{Expr as Syntax, Number};
use unspin_ir::{Constant, Name, name};

const LONGEST: usize = 200;

/// The constant that a literal is.
pub(super) fn constant(expr: &Syntax) -> Option<Constant> {
    Some(match expr {
        Syntax::NoneLiteral(_) => Constant::None,
        Syntax::BooleanLiteral(literal) => Constant::Bool(literal.value),
        Syntax::NumberLiteral(literal) => match &literal.value {
            Number::Int(value) => Constant::Int(value.as_i64()?),
            Number::Float(value) => Constant::Float(*value),
            Number::Complex { .. } => return None,
        },
        Syntax::StringLiteral(literal) => {
            let text = literal.value.to_str();
            Constant::Text(if text.len() > LONGEST { shortened(text) } else { unspin_ir::name(text) })
        }
        Syntax::BytesLiteral(literal) => Constant::Bytes(literal.value.bytes().take(LONGEST).collect()),
        _ => return None,
    })
}

/// A text cut to the length that is kept.
pub(super) fn shortened(text: &str) -> Name {
    name(&text[..text.floor_char_boundary(LONGEST)])
}

/// Whether a literal is true in a test; `None` for what is no literal.
pub(super) fn truth(expr: &Syntax) -> Option<bool> {
    match expr {
        Syntax::BooleanLiteral(literal) => Some(literal.value),
        Syntax::NoneLiteral(_) => Some(false),
        Syntax::NumberLiteral(literal) => match &literal.value {
            Number::Int(value) => Some(value.as_u64() != Some(0)),
            Number::Float(value) => Some(*value != 0.0),
            Number::Complex { .. } => None,
        },
        Syntax::StringLiteral(literal) => Some(!literal.value.is_empty()),
        Syntax::BytesLiteral(literal) => Some(!literal.value.is_empty()),
        Syntax::EllipsisLiteral(_) => Some(true),
        _ => None,
    }
}
