//! Classes, and what runs where a function or class is defined: decorators and bases.

use ruff_python_ast::{self as ast, Expr as Syntax, Stmt};
use unspin_ir::{Argument, Callee, Class, Expr, ExprId, Name};
use unspin_span::Span;

use super::call::Destination;
use super::{ClassScope, Lowerer};
use crate::scopes::{Collector, Slots};
use crate::span_of;

impl<'a> Lowerer<'a> {
    pub(super) fn class_definition(&mut self, class: &'a ast::StmtClassDef) {
        for decorator in &class.decorator_list {
            if decorator.expression.is_call_expr() {
                self.value(&decorator.expression);
            }
        }
        self.type_parameters(class.type_params.as_deref());
        // `class Mixed(mixins.pop(), Base)`
        for base in class.bases().iter().filter(|base| base.is_call_expr()) {
            self.value(base);
        }
        let name = unspin_ir::name(class.name.as_str());
        let within = self.within();
        let qualified = self.names.join(within, name);
        let bases = self.bases(class);
        let is_abstract = is_abstract(class, &bases);
        let is_test = self.frame.is_test
            || class.name.starts_with("Test")
            || bases.iter().any(|base| base.as_str().ends_with("TestCase"));
        let index = self.module.classes.len();
        self.module.classes.push(Class { name: qualified, bases, is_abstract, span: span_of(class), ..Class::default() });
        let mut slots = Slots::default();
        let (source, has_walrus) = (self.source, self.has_walrus);
        Collector { names: &mut self.names, source, has_walrus, slots: &mut slots }.body(&class.body);
        self.frame.classes.push(ClassScope { qualified, index, slots, is_test });
        self.body(&class.body);
        self.frame.classes.pop();
    }

    /// Bases by their paths; a base that is computed is `?`, one that is made by a known function that function's path.
    fn bases(&mut self, class: &'a ast::StmtClassDef) -> Vec<Name> {
        let mut bases = Vec::new();
        for base in class.bases() {
            match base {
                Syntax::Subscript(subscript) => bases.extend(self.path(&subscript.value)),
                // `with_metaclass(Meta, Base)` stands for its arguments.
                Syntax::Call(call) => {
                    bases.extend(self.path(&call.func));
                    for argument in &call.arguments.args {
                        bases.extend(self.path(argument));
                    }
                }
                _ => bases.push(self.path(base).unwrap_or_else(|| unspin_ir::name("?"))),
            }
        }
        bases
    }

    /// Paths of decorators; those with arguments run where the function is defined.
    pub(super) fn decorators(&mut self, decorators: &'a [ast::Decorator]) -> (Vec<Name>, Vec<ExprId>) {
        let mut paths = Vec::with_capacity(decorators.len());
        let mut applied = Vec::new();
        for decorator in decorators {
            let expression = &decorator.expression;
            let named = if let Syntax::Call(call) = expression { &*call.func } else { expression };
            if let Some(path) = self.decorator_path(named) {
                paths.push(path);
            }
            if expression.is_call_expr() {
                applied.push(self.value(expression));
            }
        }
        (paths, applied)
    }

    fn decorator_path(&mut self, named: &'a Syntax) -> Option<Name> {
        if let Some(path) = self.path(named) {
            return Some(path);
        }
        if !matches!(named, Syntax::Name(_) | Syntax::Attribute(_)) {
            return None;
        }
        let value = self.value(named);
        self.frame.builder.function.path(value).map(|path| unspin_ir::name(&path))
    }

    /// The function handed to its decorators, the nearest first.
    pub(super) fn decorated(&mut self, mut value: ExprId, applied: Vec<ExprId>, place: Span) -> ExprId {
        for decorator in applied.into_iter().rev() {
            let argument = Argument { name: None, value, spread: false, mutable: false };
            let result = self.emit(Callee::Value(decorator), vec![argument], false, Destination::Temporary, place);
            value = result.unwrap_or(value);
        }
        value
    }

    /// `[T: Bound]` of a function or class.
    pub(super) fn type_parameters(&mut self, parameters: Option<&'a ast::TypeParams>) {
        for parameter in parameters.into_iter().flat_map(|parameters| &parameters.type_params) {
            if let ast::TypeParam::TypeVar(variable) = parameter {
                self.type_variables.insert(variable.name.as_str(), variable.bound.as_deref());
            }
        }
    }

    /// Whether the current class or the code around is a test.
    pub(super) fn is_in_test(&self) -> bool {
        self.frame.classes.last().map_or(self.frame.is_test, |class| class.is_test)
    }

    /// The value of a function that was just lowered.
    pub(super) fn function_value(&mut self, id: unspin_ir::FunctionId) -> ExprId {
        self.builder().expr(Expr::Function(id))
    }
}

/// Abstract base classes, protocols and classes with an abstract method.
fn is_abstract(class: &ast::StmtClassDef, bases: &[Name]) -> bool {
    let by_base = bases.iter().any(|base| matches!(last(base.as_str()), "ABC" | "Protocol" | "ABCMeta"));
    by_base
        || class.keywords().iter().any(|keyword| last_part(&keyword.value) == Some("ABCMeta"))
        || class.body.iter().any(|statement| match statement {
            Stmt::FunctionDef(def) => def.decorator_list.iter().any(is_abstract_mark),
            _ => false,
        })
}

/// `@abstractmethod` and its kind.
pub(super) fn is_abstract_mark(decorator: &ast::Decorator) -> bool {
    let marks = ["abstractmethod", "abstractproperty", "abstractclassmethod", "abstractstaticmethod"];
    last_part(&decorator.expression).is_some_and(|name| marks.contains(&name))
}

/// The name, or the last attribute of a chain.
pub(super) fn last_part(expr: &Syntax) -> Option<&str> {
    match expr {
        Syntax::Name(name) => Some(name.id.as_str()),
        Syntax::Attribute(attribute) => Some(attribute.attr.as_str()),
        _ => None,
    }
}

fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}
