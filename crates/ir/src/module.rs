//! One source file.

use unspin_span::Span;

use crate::{Comment, Function, Name};

/// One source file, lowered. Its functions keep the order of the source; the first is the body of the module.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// Dotted name by which other files of the project know it: `package.module`, `my_crate.net.client`.
    pub name: Name,
    /// Whether the file as a whole is test code.
    pub is_test: bool,
    /// Whether objects are shared by reference, so that a call may change what its arguments refer to and other tasks
    /// may change attributes during an `await`. Where it is not set, only [`crate::Argument::mutable`] says so.
    pub shares_objects: bool,
    /// Every function; index 0 is the module body.
    pub functions: Vec<Function>,
    /// Classes, structs, enums and traits.
    pub classes: Vec<Class>,
    /// What the file gives on of other modules, `pub use client::Connection`: the name, and the absolute path that it stands for.
    pub exports: Vec<(Name, Name)>,
    /// Comments that speak to this tool or say that code is a draft.
    pub comments: Vec<Comment>,
    /// What the parser could not read; the rest was lowered.
    pub problems: Vec<Problem>,
    /// Lines of the file.
    pub lines: u32,
}

/// What a frontend is told of a file besides its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// Dotted name of the module: `package.module`; for Rust the crate's name comes first (`my_crate.net.client`).
    pub name: Name,
    /// Whether the file speaks for its folder (`__init__.py`, `mod.rs`, `lib.rs`), which decides what `.` and `super`
    /// mean.
    pub is_package: bool,
    /// Whether the path says that it is test code.
    pub is_test: bool,
}

/// A class, struct, enum or trait, with everything that the file says of it (several `impl` blocks are one class).
#[derive(Clone, Debug, Default)]
pub struct Class {
    /// Name qualified within the file: `Outer.Inner`.
    pub name: Name,
    /// Bases, implemented traits or supertraits, resolved through the imports of the file.
    pub bases: Vec<Name>,
    /// Fields with a declared type (annotations and struct fields).
    pub fields: Vec<Field>,
    /// What the variants of an enum hold, each part under its variant and number: `Plain.0`.
    pub payloads: Vec<Field>,
    /// The type that is defined elsewhere and gets methods here: `impl Source for TcpStream`. It is among the bases, too.
    pub extends: Option<Name>,
    /// Whether it declares behaviour without implementing it: trait, protocol, abstract base class.
    pub is_abstract: bool,
    /// The whole definition.
    pub span: Span,
}

/// A field with its declared type.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Name of the field.
    pub name: Name,
    /// The nominal type, seen through references, smart pointers, locks and optionals: `Arc<Mutex<Option<TcpStream>>>`
    /// is `tokio.net.TcpStream`.
    pub ty: Name,
}

/// A syntax error that was survived.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Where.
    pub span: Span,
    /// What the parser says.
    pub message: String,
}
