//! Closures and async blocks: functions of their own inside of a function.

use crate::paths::name;
use syn::{Expr as Ast, ExprAsync, ExprClosure, Pat, Stmt};
use unspin_ir::{Expr, ExprId, FunctionBuilder, FunctionKind, LocalId, Name, Terminator};
use unspin_span::Span;

use crate::lowering::{Dest, FunctionState, Lowering, Returns};

impl Lowering<'_> {
    /// `|x| ..`, also `async |x| ..`.
    pub(crate) fn closure(&mut self, expr: &ExprClosure) -> ExprId {
        let first = expr.asyncness.as_ref().map_or(expr.inputs_begin.span, |token| token.span);
        let span = self.spans.between(first, crate::spans::last_token(&expr.body));
        let name_span = self.spans.between(first, expr.inputs_end.span);
        let (returned, returns) = match &expr.output {
            syn::ReturnType::Default => (None, Returns::Unknown),
            declared @ syn::ReturnType::Type(..) => self.returned(declared),
        };
        let mut builder = self.anonymous(FunctionKind::Closure, name("<closure>"), span, name_span);
        builder.function.returns = returned;
        builder.function.is_async = expr.asyncness.is_some();
        let id = self.reserve();
        let mut state = FunctionState::new(builder, id, returns);
        state.sees_parent = true;
        self.build(state, |cx| {
            cx.closure_parameters(expr);
            cx.returned_body(&expr.body, span);
        });
        self.b().expr(Expr::Function(id))
    }

    fn closure_parameters(&mut self, expr: &ExprClosure) {
        let mut patterns: Vec<(&Pat, LocalId)> = Vec::new();
        for input in &expr.inputs {
            let (pattern, ty) = match input {
                Pat::Type(typed) => (&*typed.pat, self.nominal(&typed.ty)),
                other => (other, None),
            };
            patterns.extend(self.pattern_parameter(pattern, ty));
        }
        for (pattern, local) in patterns {
            let value = self.b().read(local);
            self.bind(pattern, value);
        }
    }

    fn returned_body(&mut self, body: &Ast, span: Span) {
        match (self.state.returns, body) {
            (Returns::Unit | Returns::Never, body) => self.discard(body),
            (_, body) => self.into(body, Dest::Return),
        }
        self.b().end(Terminator::Return(None), span);
    }

    /// `async { .. }`.
    pub(crate) fn async_block(&mut self, expr: &ExprAsync) -> ExprId {
        let brace = expr.block.brace_token.span;
        let span = self.spans.between(expr.async_token.span, brace.close());
        let name_span = self.spans.token(expr.async_token.span);
        self.statements_function(&expr.block.stmts, span, name_span)
    }

    /// Statements that run as an async block.
    pub(crate) fn statements_function(&mut self, statements: &[Stmt], span: Span, name_span: Span) -> ExprId {
        let mut builder = self.anonymous(FunctionKind::AsyncBlock, name("<async>"), span, name_span);
        builder.function.is_async = true;
        let id = self.reserve();
        let mut state = FunctionState::new(builder, id, Returns::Unknown);
        state.sees_parent = true;
        self.build(state, |cx| {
            cx.statements_into(statements, Dest::Return);
            cx.b().end(Terminator::Return(None), span);
        });
        self.b().expr(Expr::Function(id))
    }

    fn anonymous(&mut self, kind: FunctionKind, own: Name, span: Span, name_span: Span) -> FunctionBuilder {
        let within = self.state.builder.function.qualified();
        let mut builder = FunctionBuilder::new(kind, own, within, span);
        let function = &mut builder.function;
        function.parent = Some(self.state.id);
        function.is_test = self.is_test;
        function.name_span = name_span;
        builder
    }
}
