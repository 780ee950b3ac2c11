//! Functions, methods and lambdas.

use ruff_python_ast::{self as ast, AnyParameterRef, Expr as Syntax, Stmt};
use unspin_ir::{Constant, Expr, ExprId, FunctionBuilder, FunctionId, FunctionKind, LocalKind, Name, Parameter, Terminator};

use super::definition::is_abstract_mark;
use super::resolve::Resolved;
use super::{Frame, LARGEST_SPARE, Lowerer, literal};
use crate::scopes::{Collector, Slot};
use crate::{span, span_of};

/// Lambdas inside each other deeper than any block may be are not entered.
const MOST_FUNCTIONS: usize = 150;

impl<'a> Lowerer<'a> {
    pub(super) fn function_definition(&mut self, def: &'a ast::StmtFunctionDef) {
        let (decorators, applied) = self.decorators(&def.decorator_list);
        let is_local = self.frame.classes.is_empty() && !self.in_module();
        let id = match self.known_copy(span_of(def).start) {
            Some(id) => id,
            None => self.function(def, decorators),
        };
        if !is_local && applied.is_empty() {
            return;
        }
        let value = self.function_value(id);
        let value = self.decorated(value, applied, span(def.name.range));
        if is_local {
            self.assign_name(&def.name, value);
        }
    }

    /// Bodies of `finally` are lowered several times, the functions in them once.
    fn known_copy(&self, start: u32) -> Option<FunctionId> {
        if self.copies.is_empty() { None } else { self.copies.get(&start).copied() }
    }

    fn function(&mut self, def: &'a ast::StmtFunctionDef, decorators: Vec<Name>) -> FunctionId {
        self.type_parameters(def.type_params.as_deref());
        let is_method = !self.frame.classes.is_empty();
        let kind = if is_method { FunctionKind::Method } else { FunctionKind::Function };
        let name = unspin_ir::name(def.name.as_str());
        let id = self.open(kind, name, span_of(def), &def.parameters);
        let owner = self.outer.last().and_then(|outer| outer.classes.last()).map(|class| (class.qualified, class.index));
        let is_test = self.outer.last().is_some_and(|_| def.name.starts_with("test_")) || self.frame.is_test;
        self.frame.is_test = is_test;
        let saved = self.class;
        if let Some((qualified, index)) = owner {
            self.class = Some(index);
            self.frame.owner = Some(qualified);
        }
        let is_static = decorators.iter().any(|path| path.as_str() == "staticmethod");
        let is_class_method = decorators.iter().any(|path| path.as_str() == "classmethod")
            || (is_method && matches!(def.name.as_str(), "__new__" | "__init_subclass__" | "__class_getitem__"));
        let returns = def.returns.as_deref().and_then(|annotation| self.nominal(annotation));
        let never_returns = def.returns.as_deref().is_some_and(|annotation| self.is_never(annotation));
        let has_receiver = is_method && !is_static && !self.frame.builder.function.parameters.is_empty();
        if has_receiver && is_class_method {
            let function = &self.frame.builder.function;
            self.frame.class_receiver = function.parameters.first().map(|first| function.local(first.local).name);
        }
        let function = &mut self.frame.builder.function;
        function.name_span = span(def.name.range);
        function.owner = owner.map(|(qualified, _)| qualified);
        function.is_async = def.is_async;
        function.is_test = is_test;
        function.never_returns = never_returns;
        function.is_abstract = def.decorator_list.iter().any(is_abstract_mark) || is_stub(&def.body);
        function.decorators = decorators.into();
        function.has_receiver = has_receiver;
        function.returns = returns.filter(|_| !never_returns);
        let (source, has_walrus) = (self.source, self.has_walrus);
        Collector { names: &mut self.names, source, has_walrus, slots: &mut self.frame.slots }.body(&def.body);
        self.body(&def.body);
        self.class = saved;
        self.close(id);
        id
    }

    pub(super) fn lambda(&mut self, lambda: &'a ast::ExprLambda) -> ExprId {
        let place = span_of(lambda);
        if let Some(id) = self.known_copy(place.start) {
            return self.function_value(id);
        }
        if self.outer.len() > MOST_FUNCTIONS {
            return self.opaque(Vec::new());
        }
        let word = self.names.words.lambda;
        let id = match lambda.parameters.as_deref() {
            Some(parameters) => self.open(FunctionKind::Closure, word, place, parameters),
            None => self.open_bare(FunctionKind::Closure, word, place),
        };
        let (source, has_walrus) = (self.source, self.has_walrus);
        Collector { names: &mut self.names, source, has_walrus, slots: &mut self.frame.slots }.expression(&lambda.body);
        let value = self.value(&lambda.body);
        self.builder().end(Terminator::Return(Some(value)), span_of(&*lambda.body));
        self.close(id);
        self.function_value(id)
    }

    /// Start a function with these parameters; defaults run in the function around it.
    fn open(
        &mut self,
        kind: FunctionKind,
        name: Name,
        place: unspin_span::Span,
        parameters: &'a ast::Parameters,
    ) -> FunctionId {
        let id = self.reserve();
        let defaults: Vec<_> =
            parameters.iter().map(|parameter| parameter.default().map(|default| self.default_value(default))).collect();
        self.enter(id, kind, name, place);
        self.builder().function.parameters.reserve_exact(defaults.len());
        for (parameter, default) in parameters.into_iter().zip(defaults) {
            let default = default.map(|simple| match simple {
                Some(expr) => self.builder().expr(expr),
                None => self.opaque(Vec::new()),
            });
            self.parameter(parameter, default);
        }
        id
    }

    fn open_bare(&mut self, kind: FunctionKind, name: Name, place: unspin_span::Span) -> FunctionId {
        let id = self.reserve();
        self.enter(id, kind, name, place);
        id
    }

    fn enter(&mut self, id: FunctionId, kind: FunctionKind, name: Name, place: unspin_span::Span) {
        if self.frame.copy_depth > 0 {
            self.copies.insert(place.start, id);
        }
        let within = self.within();
        let mut builder = FunctionBuilder::new(kind, name, within, place);
        let is_top = self.in_module() && kind != FunctionKind::Closure;
        builder.function.parent = (!is_top).then_some(self.frame.id);
        let is_test = self.is_in_test();
        builder.function.is_test = is_test;
        let mut frame = Frame::new(id, builder);
        frame.is_test = is_test;
        frame.slots = self.spare_slots.pop().unwrap_or_default();
        self.outer.push(std::mem::replace(&mut self.frame, frame));
    }

    fn close(&mut self, id: FunctionId) {
        if let Some(outer) = self.outer.pop() {
            let mut frame = std::mem::replace(&mut self.frame, outer);
            if frame.slots.capacity() <= LARGEST_SPARE {
                frame.slots.clear();
                self.spare_slots.push(frame.slots);
            }
            self.functions[id.index()] = Some(frame.builder.finish());
        }
    }

    fn parameter(&mut self, parameter: AnyParameterRef<'a>, default: Option<ExprId>) {
        let name = unspin_ir::name(parameter.name().as_str());
        let ty = parameter.annotation().and_then(|annotation| self.nominal(annotation));
        let local = self.builder().local(name, LocalKind::Parameter, ty);
        self.frame.slots.insert(name, Slot::Local(local));
        let spread = matches!(parameter, AnyParameterRef::Variadic(_));
        self.builder().function.parameters.push(Parameter { local, default, spread });
    }

    /// A default as an expression of the function that has it; what is more than a constant or path is evaluated in the
    /// function around it and not known inside.
    fn default_value(&mut self, default: &'a Syntax) -> Option<Expr> {
        if let Some(constant) = literal::constant(default) {
            return Some(Expr::constant(constant));
        }
        if let Syntax::Name(name) = default {
            let name = unspin_ir::name(name.id.as_str());
            return match self.resolve(name) {
                Resolved::Path(path) | Resolved::Global(path) => Some(Expr::Global(path)),
                Resolved::Local(_) => None,
            };
        }
        if let Syntax::Attribute(_) = default {
            return self.path(default).map(Expr::Global);
        }
        let value = self.value(default);
        match self.frame.builder.function.expr(value) {
            same @ (Expr::Constant(Constant::Int(_)) | Expr::Function(_)) => Some(same.clone()),
            Expr::Aggregate(kind, parts) if parts.is_empty() => Some(Expr::Aggregate(*kind, [].into())),
            _ => None,
        }
    }
}

/// A body that says only that there is none.
fn is_stub(body: &[Stmt]) -> bool {
    body.iter().all(|statement| match statement {
        Stmt::Pass(_) => true,
        Stmt::Expr(inner) => inner.value.is_string_literal_expr() || inner.value.is_ellipsis_literal_expr(),
        Stmt::Raise(raise) => raise.exc.as_deref().is_some_and(|raised| {
            let named = if let Syntax::Call(call) = raised { &*call.func } else { raised };
            matches!(named, Syntax::Name(name) if name.id.as_str() == "NotImplementedError")
        }),
        _ => false,
    })
}
