//! Small modules built by hand, for tests.

use unspin_ir::{
    Argument, Call, Callee, Class, Expr, ExprId, Field, FunctionBuilder, FunctionKind, LocalId, LocalKind, Module, Name, name,
};
use unspin_span::Span;

use crate::{Models, Project, SourceFile};

/// A module with an empty body.
pub(crate) fn module(module_name: &str) -> Module {
    let body = FunctionBuilder::new(FunctionKind::Module, name(""), name(""), Span::default()).finish();
    Module { name: name(module_name), functions: vec![body], ..Module::default() }
}

/// A project of these modules with one model file.
pub(crate) fn project(modules: Vec<Module>, models: &str) -> Project {
    let models = Models::parse("test.toml", models).map_or_else(|error| panic!("{error}"), |file| Models::new(vec![file]));
    let files = modules.into_iter().map(|module| SourceFile::new(format!("{}.x", module.name), module)).collect();
    Project::new(files, std::sync::Arc::new(models))
}

/// A class with bases and fields.
pub(crate) fn class(class_name: &str, bases: &[&str], fields: &[(&str, &str)]) -> Class {
    let fields = fields.iter().map(|(field, ty)| Field { name: name(field), ty: name(ty) }).collect();
    Class { name: name(class_name), bases: bases.iter().map(|base| name(base)).collect(), fields, ..Class::default() }
}

/// A function under construction.
pub(crate) struct Draft(pub(crate) FunctionBuilder);

impl Draft {
    /// A function of a module.
    pub(crate) fn function(own_name: &str) -> Self {
        Self(FunctionBuilder::new(FunctionKind::Function, name(own_name), name(""), Span::default()))
    }

    /// A method whose first parameter is the receiver.
    pub(crate) fn method(owner: &str, own_name: &str) -> Self {
        let mut draft = Self(FunctionBuilder::new(FunctionKind::Method, name(own_name), name(owner), Span::default()));
        draft.0.function.owner = Some(name(owner));
        draft.0.function.has_receiver = true;
        draft.parameter("self", None);
        draft
    }

    /// Add a parameter.
    pub(crate) fn parameter(&mut self, own_name: &str, ty: Option<&str>) -> LocalId {
        let local = self.0.local(name(own_name), LocalKind::Parameter, ty.map(name));
        self.0.function.parameters.push(unspin_ir::Parameter { local, default: None, spread: false });
        local
    }

    /// Add a variable.
    pub(crate) fn variable(&mut self, own_name: &str) -> LocalId {
        self.0.local(name(own_name), LocalKind::Variable, None)
    }

    /// A field of a local.
    pub(crate) fn field(&mut self, base: LocalId, field: &str) -> ExprId {
        let base = self.0.read(base);
        self.0.expr(Expr::Field(base, name(field)))
    }

    /// A call; its result.
    pub(crate) fn call(&mut self, callee: Callee, arguments: &[ExprId]) -> ExprId {
        let arguments = arguments.iter().map(|&value| Argument { name: None, value, spread: false, mutable: false }).collect();
        let call = Call { callee, arguments, result: None, awaited: false, raises: true, panics: false };
        self.0.call(call, Span::default())
    }

    /// A call by path.
    pub(crate) fn call_path(&mut self, path: &str, arguments: &[ExprId]) -> ExprId {
        self.call(Callee::Path(name(path)), arguments)
    }

    /// A call of a method of an expression.
    pub(crate) fn call_method(&mut self, receiver: ExprId, method: &str, arguments: &[ExprId]) -> ExprId {
        self.call(Callee::Method(receiver, name(method)), arguments)
    }

    /// Add the function to a module.
    pub(crate) fn add_to(self, module: &mut Module) {
        module.functions.push(self.0.finish());
    }
}

/// The name of a function by its reference.
pub(crate) fn names(project: &Project, functions: &[crate::FunctionRef]) -> Vec<Name> {
    functions.iter().map(|&function| project.function(function).qualified()).collect()
}
