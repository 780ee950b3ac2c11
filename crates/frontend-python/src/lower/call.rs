//! Calls.

use ruff_python_ast::{self as ast, ArgOrKeyword, Expr as Syntax};
use unspin_ir::{Argument, Call, Callee, Expr, ExprId, LocalId, Name, StatementKind};

use super::Lowerer;
use super::resolve::Resolved;
use crate::span_of;

/// A handler that names more classes keeps these; tables of classes may name each other without end.
const MOST_CLASSES: usize = 64;
const DEEPEST_TABLE: u8 = 8;

/// Where the result of a call goes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Destination {
    Nowhere,
    Local(LocalId),
    Temporary,
}

impl<'a> Lowerer<'a> {
    /// A call or `await` as a value.
    pub(super) fn call_value(&mut self, expr: &'a Syntax) -> ExprId {
        match self.call_into(expr, Destination::Temporary) {
            Some(value) => value,
            None => self.opaque(Vec::new()),
        }
    }

    /// A call or `await`, its result sent to `destination`; the value, if it is to be had as an expression.
    pub(super) fn call_into(&mut self, expr: &'a Syntax, destination: Destination) -> Option<ExprId> {
        let (inner, awaited) = match expr {
            Syntax::Await(inner) => (&*inner.value, true),
            _ => (expr, false),
        };
        let span = span_of(expr);
        let Syntax::Call(call) = inner else {
            let value = self.value(inner);
            return self.emit(Callee::Value(value), Vec::new(), awaited, destination, span);
        };
        if !awaited && let Some(value) = self.pure_call(call) {
            if let Destination::Local(local) = destination {
                self.builder().assign_local(local, value, span);
            }
            return Some(value);
        }
        let callee = self.callee(&call.func);
        let arguments = self.arguments(&call.arguments);
        self.emit(callee, arguments, awaited, destination, span)
    }

    pub(super) fn emit(
        &mut self,
        callee: Callee,
        arguments: Vec<Argument>,
        awaited: bool,
        destination: Destination,
        span: unspin_span::Span,
    ) -> Option<ExprId> {
        let result = match destination {
            Destination::Nowhere => None,
            Destination::Local(local) => Some(local),
            Destination::Temporary => Some(self.builder().temporary()),
        };
        let call = Call { callee, arguments: arguments.into(), result, awaited, raises: true, panics: false };
        self.builder().push(StatementKind::Call(Box::new(call)), span);
        result.map(|local| self.builder().read(local))
    }

    /// Builtins that are expressions of the IR.
    fn pure_call(&mut self, call: &'a ast::ExprCall) -> Option<ExprId> {
        let Syntax::Name(name) = &*call.func else { return None };
        let words = self.names.words;
        let name = unspin_ir::name(name.id.as_str());
        let count = if call.arguments.keywords.is_empty() { call.arguments.args.len() } else { 0 };
        let is_known =
            (count == 1 && (name == words.length || name == words.truth)) || (count == 2 && name == words.is_instance);
        if !is_known
            || call.arguments.args[0].is_starred_expr()
            || !matches!(self.resolve(name), Resolved::Path(path) if path == name)
        {
            return None;
        }
        let first = &call.arguments.args[0];
        if name == words.truth {
            return Some(self.condition(first));
        }
        if name == words.length {
            let value = self.value(first);
            return Some(self.builder().expr(Expr::Length(value)));
        }
        let mut types = Vec::new();
        self.class_paths(&call.arguments.args[1], &mut types);
        let value = self.value(first);
        Some(self.builder().expr(Expr::HasType(value, types.into())))
    }

    pub(super) fn is_super(&self, call: &ast::ExprCall) -> bool {
        matches!(&*call.func, Syntax::Name(name) if name.id.as_str() == self.names.words.super_.as_str())
    }

    pub(super) fn arguments(&mut self, arguments: &'a ast::Arguments) -> Vec<Argument> {
        let mut lowered = Vec::with_capacity(arguments.len());
        // Positional arguments after keywords are only possible behind a star.
        for argument in arguments.iter_source_order() {
            let argument = match argument {
                ArgOrKeyword::Arg(Syntax::Starred(starred)) => self.argument(None, &starred.value, true),
                ArgOrKeyword::Arg(value) => self.argument(None, value, false),
                ArgOrKeyword::Keyword(keyword) => {
                    let name = keyword.arg.as_ref().map(|name| unspin_ir::name(name.as_str()));
                    self.argument(name, &keyword.value, name.is_none())
                }
            };
            lowered.push(argument);
        }
        lowered
    }

    fn argument(&mut self, name: Option<Name>, value: &'a Syntax, spread: bool) -> Argument {
        Argument { name, value: self.value(value), spread, mutable: false }
    }

    /// The classes that an expression names: a path, a tuple or sum of paths, or a table of the module. What cannot be
    /// named is its own path, or `?`.
    pub(super) fn class_paths(&mut self, expr: &'a Syntax, classes: &mut Vec<Name>) {
        if classes.len() >= MOST_CLASSES {
            return;
        }
        match expr {
            Syntax::Tuple(tuple) => tuple.elts.iter().for_each(|part| self.class_paths(part, classes)),
            Syntax::List(list) => list.elts.iter().for_each(|part| self.class_paths(part, classes)),
            Syntax::Starred(starred) => self.class_paths(&starred.value, classes),
            Syntax::BinOp(binary) if matches!(binary.op, ast::Operator::Add | ast::Operator::BitOr) => {
                self.class_paths(&binary.left, classes);
                self.class_paths(&binary.right, classes);
            }
            Syntax::Name(name) if self.table_depth < DEEPEST_TABLE && self.is_table(name.id.as_str()) => {
                if let Some(&table) = self.tables.get(name.id.as_str()) {
                    self.table_depth += 1;
                    self.class_paths(table, classes);
                    self.table_depth -= 1;
                }
            }
            _ => {
                let path = self.path(expr).or_else(|| match expr {
                    Syntax::Name(_) | Syntax::Attribute(_) => {
                        let value = self.value(expr);
                        self.frame.builder.function.path(value).map(|path| unspin_ir::name(&path))
                    }
                    _ => None,
                });
                classes.push(path.unwrap_or_else(|| unspin_ir::name("?")));
            }
        }
    }

    fn is_table(&mut self, text: &'a str) -> bool {
        if !self.tables.contains_key(text) {
            return false;
        }
        let name = unspin_ir::name(text);
        match self.resolve(name) {
            Resolved::Global(global) => global == name,
            Resolved::Local(_) => self.in_module(),
            Resolved::Path(_) => false,
        }
    }
}
