//! The loop IR: what both frontends lower to and every analysis reads. It knows no language.
//!
//! # Glossary
//!
//! - A [`Module`] is one source file: its functions (the body of the module is the first), classes and the comments
//!   that speak to this tool.
//! - A [`Function`] is anything with its own control flow: function, method, lambda, closure, async block, module body.
//! - A [`BasicBlock`] is a run of [`Statement`]s with one [`Terminator`]. Pure expressions are trees in an arena
//!   ([`Expr`], [`ExprId`]); whatever may run foreign code is a statement of its own ([`Call`]), its result a local.
//! - **Failure is flow.** A call that may fail leaves its block to [`BasicBlock::unwind`]. Python exceptions and Rust's
//!   `?`, `match` on `Result`, `if let Err(..)` and `unwrap()` all lower to that one form: the unwind block ends in a
//!   [`Terminator::Dispatch`] whose [`Handler`]s name what they catch; what nobody catches leaves the function.
//! - `Ok(x)`, `Some(x)` and `Poll::Ready(x)` are transparent: the value is `x`. `None` is [`Constant::None`];
//!   `Err(e)` that is returned is a [`Terminator::Raise`], and a stored one an [`Expr::Variant`] named `Err`.
//! - A [`Loop`] says what the source called a loop; the graph itself (back edges, latches, exits) is `flow`'s.
//!
//! # Guarantees
//!
//! Lowering never fails: what is not understood is [`Expr::Opaque`] over everything it reads, or a call of an unknown
//! callee. Every [`BlockId`], [`ExprId`] and [`LocalId`] is valid within its function. Expressions form trees no deeper
//! than [`MAX_DEPTH`], so recursion over them is safe on every thread that the driver starts.
//!
//! The shape follows rustc's MIR (<https://rustc-dev-guide.rust-lang.org/mir/>), with structured expressions instead of
//! operands, because constant folding and value numbering want them whole.

mod answers;
mod builder;
mod call;
mod comment;
mod constant;
mod dump;
mod expr;
mod function;
mod id;
mod module;
mod name;

pub use answers::see_through_answers;
pub use builder::FunctionBuilder;
pub use call::{Argument, Call, Callee};
pub use comment::Comment;
pub use constant::Constant;
pub use dump::dump;
pub use expr::{Aggregate, BinaryOp, CompareOp, Expr, MAX_DEPTH, UnaryOp, Variant};
pub use function::{
    BasicBlock, Function, FunctionKind, Handler, Local, LocalKind, Loop, LoopKind, Parameter, Scope, Statement, StatementKind,
    Terminator,
};
pub use id::{BlockId, ExprId, FunctionId, LocalId, ScopeId};
pub use module::{Class, Field, Module, Problem, Source};
pub use name::{Name, last_part, name, parent_path};
