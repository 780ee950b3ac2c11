//! Calls, method calls and `.await`, and what a chain of `Result` methods means.
//!
//! In `f().map_err(..)?` it is `f` that fails: methods that only touch the error (`map_err`, `context`) are seen through,
//! and those that go on with the value (`map`, `and_then`) are calls on it. A closure given to an error method is lowered
//! only when it has a body in braces; the call that then holds it runs after the success in the graph, which is
//! harmless, because it keeps its failure. `ok_or(e)?` is a test for `None` that raises.

use syn::{Expr as Ast, ExprAwait, ExprCall, ExprMethodCall};
use unspin_ir::{Argument, Call, Callee, CompareOp, Constant, Expr, ExprId, Name, StatementKind, Terminator, UnaryOp};
use unspin_span::Span;

use crate::lowering::{Failure, Leaving, Lowering, Nested};
use crate::paths::{ident_name, name};
use crate::patterns::{Known, known_constructor};

/// Functions that are seen through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrapper {
    Ok,
    Err,
    Some,
    Ready,
    /// `Box::new`, `Pin::new`, `Arc::clone`.
    Pointer,
}

/// Types whose constructors are seen through.
const POINTERS: [&str; 10] = ["Box", "Pin", "Arc", "Rc", "Mutex", "RwLock", "RefCell", "Cell", "Cow", "Some"];
/// Methods that give a view of the receiver.
const VIEWS: [&str; 12] = [
    "as_ref",
    "as_mut",
    "as_deref",
    "as_deref_mut",
    "by_ref",
    "borrow",
    "borrow_mut",
    "get_mut",
    "get_ref",
    "as_pin_mut",
    "as_slice",
    "as_mut_slice",
];
/// Those that let the callee change it.
const MUTABLE_VIEWS: [&str; 7] = ["as_mut", "as_deref_mut", "by_ref", "borrow_mut", "get_mut", "as_pin_mut", "as_mut_slice"];
/// Methods of futures that change nothing about what is awaited.
const FUTURE_ADAPTERS: [&str; 8] = [
    "instrument",
    "in_current_span",
    "boxed",
    "boxed_local",
    "fuse",
    "into_future",
    "with_subscriber",
    "with_current_subscriber",
];
/// Methods of results that only touch the error.
const ERROR_ADAPTERS: [&str; 14] = [
    "map_err",
    "context",
    "with_context",
    "inspect_err",
    "wrap_err",
    "wrap_err_with",
    "change_context",
    "attach",
    "attach_printable",
    "attach_with",
    "or_context",
    "into_report",
    "err_into",
    "erase_err",
];

/// What a callee is known to be.
pub(crate) fn wrapper(callee: &Ast) -> Option<Wrapper> {
    let Ast::Path(path) = callee else { return None };
    match known_constructor(&path.path) {
        Some(Known::Ok) => return Some(Wrapper::Ok),
        Some(Known::Err) => return Some(Wrapper::Err),
        Some(Known::Some) => return Some(Wrapper::Some),
        Some(Known::Ready) => return Some(Wrapper::Ready),
        None => {}
    }
    let segments = &path.path.segments;
    let last = &segments.last()?.ident;
    let outer = &segments.get(segments.len().checked_sub(2)?)?.ident;
    let makes = last == "new" || last == "pin" || last == "new_unchecked" || last == "clone" || last == "as_ref";
    (makes && POINTERS.iter().any(|pointer| outer == pointer)).then_some(Wrapper::Pointer)
}

/// Whether a callee is a tuple struct or variant: its last part begins with a capital.
pub(crate) fn is_constructor(callee: &Ast) -> bool {
    match callee {
        Ast::Path(path) => path.path.segments.last().is_some_and(|last| crate::blocks::is_path_like(&last.ident)),
        _ => false,
    }
}

/// `Process32Next(snapshot, &mut entry)`: functions of the system are written with a capital, too, and are handed what they
/// fill.
fn is_lent_by_name(call: &ExprCall) -> bool {
    let is_lent = |argument: &Ast| matches!(argument, Ast::Reference(lent) if lent.mutability.is_some());
    call.args.len() > 1
        && matches!(&*call.func, Ast::Path(path) if path.path.segments.len() == 1)
        && call.args.iter().any(is_lent)
}

/// Whether a method gives a view of its receiver, or the value of it.
pub(crate) fn is_view(call: &ExprMethodCall) -> bool {
    call.args.is_empty() && VIEWS.iter().any(|view| call.method == view)
}

/// Whether an expression is a call of some `poll` or `poll_read`.
fn is_poll(expr: &Ast) -> bool {
    match crate::fallible::fallible_call(expr) {
        Some(Ast::MethodCall(call)) => call.method.to_string().starts_with("poll"),
        _ => false,
    }
}

/// Whether a name is one of a wrapper that runs its argument under a deadline.
fn is_deadline(own: &str) -> bool {
    own.contains("timeout") || own.contains("deadline")
}

impl Lowering<'_> {
    /// Add a call; its result is the value.
    pub(crate) fn emit(
        &mut self,
        callee: Callee,
        arguments: Vec<Argument>,
        awaited: bool,
        failure: Failure,
        span: Span,
    ) -> ExprId {
        let leaving = match failure {
            Failure::Kept => None,
            Failure::Leaves(leaving) => Some(leaving),
        };
        let result = self.b().temporary();
        let raises = leaving.is_some_and(|leaving| !leaving.none_returns);
        let panics = leaving.is_some_and(|leaving| leaving.panics);
        let call = Call { callee, arguments: arguments.into(), result: Some(result), awaited, raises, panics };
        let unwind = leaving.and_then(|leaving| leaving.unwind);
        if unwind.is_some() {
            self.b().unwind = unwind;
            self.b().start_block(span);
        }
        self.b().push(StatementKind::Call(Box::new(call)), span);
        let block = self.b().current();
        let index = self.b().statements(block).len() - 1;
        self.last_call = Some((block, index, result));
        if unwind.is_some() {
            self.b().unwind = None;
            self.b().start_block(span);
        }
        let value = self.b().read(result);
        if leaving.is_some_and(|leaving| leaving.none_returns) { self.none_returns(value, span) } else { value }
    }

    /// `?` on an `Option`: `None` is returned.
    fn none_returns(&mut self, value: ExprId, span: Span) -> ExprId {
        self.last_call = None;
        let none = self.b().constant(Constant::None);
        let test = self.b().expr(Expr::Compare(CompareOp::Is, value, none));
        let leave = self.b().new_block(span);
        let go_on = self.b().new_block(span);
        self.b().branch(test, leave, go_on, span);
        self.b().switch_to(leave);
        self.b().end(Terminator::Return(Some(none)), span);
        self.b().switch_to(go_on);
        value
    }

    /// Apply a failure to a value that is no call: a stored `Result` or `Option`.
    pub(crate) fn stored(&mut self, value: ExprId, failure: Failure, span: Span) -> ExprId {
        let Failure::Leaves(leaving) = failure else { return value };
        if !self.state.builder.is_open() || matches!(self.b().function.expr(value), Expr::Constant(_)) {
            return value;
        }
        if leaving.none_returns {
            return self.none_returns(value, span);
        }
        self.last_call = None;
        let go_on = self.b().new_block(span);
        let fails = self.b().new_block(span);
        if leaving.panics {
            let none = self.b().constant(Constant::None);
            let test = self.b().expr(Expr::Compare(CompareOp::Is, value, none));
            self.b().branch(test, fails, go_on, span);
            self.b().switch_to(fails);
            self.b().end(Terminator::Raise { class: None, value: None, assertion: false, panics: true }, span);
        } else {
            let test = self.b().expr(Expr::HasVariant(value, name("Err")));
            self.b().branch(test, fails, go_on, span);
            self.b().switch_to(fails);
            let error = self.b().expr(Expr::Payload(value, name("Err"), 0));
            self.raise_value(None, Some(error), leaving.unwind, span);
        }
        self.b().switch_to(go_on);
        value
    }

    /// Arguments in order.
    pub(crate) fn arguments<'e>(&mut self, arguments: impl Iterator<Item = &'e Ast>) -> Vec<Argument> {
        arguments.map(|argument| self.argument(argument)).collect()
    }

    /// One argument.
    pub(crate) fn argument(&mut self, argument: &Ast) -> Argument {
        let mutable = self.is_mutable_reference(argument);
        Argument { name: None, value: self.value(argument), spread: false, mutable }
    }

    /// Whether an expression is a `&mut` reference, as far as it is written in this function.
    pub(crate) fn is_mutable_reference(&mut self, expr: &Ast) -> bool {
        match expr {
            Ast::Reference(e) => e.mutability.is_some(),
            Ast::Paren(e) => self.is_mutable_reference(&e.expr),
            Ast::MethodCall(e) => e.args.is_empty() && MUTABLE_VIEWS.iter().any(|view| e.method == view),
            Ast::Path(e) => self.local_of(e).is_some_and(|local| self.state.is_mutable_reference(local)),
            _ => false,
        }
    }

    /// `f(..)`.
    pub(crate) fn call_expr(&mut self, call: &ExprCall, failure: Failure, awaited: bool) -> ExprId {
        match (wrapper(&call.func), call.args.first()) {
            (Some(Wrapper::Err), Some(error)) => return self.err_value(error, failure, call),
            (Some(Wrapper::Ok | Wrapper::Some), Some(inner)) if call.args.len() == 1 => return self.value(inner),
            (Some(_), Some(inner)) if call.args.len() == 1 => {
                return if awaited { self.awaited(inner, failure) } else { self.fallible(inner, failure) };
            }
            _ => {}
        }
        let span = self.spans.between(crate::spans::first_token(&call.func), call.paren_token.span.close());
        let callee = self.callee(&call.func);
        if let Callee::Path(path) = callee
            && is_constructor(&call.func)
            && !awaited
            && !is_lent_by_name(call)
        {
            let parts: Vec<ExprId> = call.args.iter().map(|argument| self.value(argument)).collect();
            return self.b().expr(Expr::variant(path, parts.into()));
        }
        let nested = match (callee, failure) {
            (Callee::Path(path), Failure::Leaves(Leaving { nested: Some(nested), .. }))
                if is_deadline(path.rsplit('.').next().unwrap_or_default()) =>
            {
                Some(nested)
            }
            _ => None,
        };
        let arguments = match nested {
            Some(nested) => self.wrapped_arguments(call, nested),
            None => self.arguments(call.args.iter()),
        };
        if nested.is_some() {
            self.nested_taken = true;
        }
        self.emit(callee, arguments, awaited, failure, span)
    }

    /// The arguments of `timeout(d, f())`, where the failure of `f()` is flow of its own.
    fn wrapped_arguments(&mut self, call: &ExprCall, nested: Nested) -> Vec<Argument> {
        let inner = call.args.iter().rposition(|argument| crate::fallible::fallible_call(argument).is_some());
        let mut arguments = Vec::with_capacity(call.args.len());
        for (index, argument) in call.args.iter().enumerate() {
            arguments.push(if Some(index) == inner {
                let failure = Failure::Leaves(Leaving { unwind: nested.unwind(), ..Leaving::default() });
                Argument { name: None, value: self.fallible(argument, failure), spread: false, mutable: false }
            } else {
                self.argument(argument)
            });
        }
        arguments
    }

    /// `Err(error)` as a value: stored, or, where its failure leaves, raised.
    fn err_value(&mut self, error: &Ast, failure: Failure, call: &ExprCall) -> ExprId {
        match failure {
            Failure::Leaves(leaving) => {
                let span = self.spans.between(crate::spans::first_token(&call.func), call.paren_token.span.close());
                self.raise(error, leaving.unwind, span);
                self.b().constant(Constant::Unit)
            }
            Failure::Kept => {
                let error = self.value(error);
                self.b().expr(Expr::variant(name("Err"), [error].into()))
            }
        }
    }

    fn callee(&mut self, callee: &Ast) -> Callee {
        match callee {
            Ast::Paren(inner) => self.callee(&inner.expr),
            Ast::Group(inner) => self.callee(&inner.expr),
            Ast::Path(path) => {
                if let Some(local) = self.local_of(path) {
                    return Callee::Value(self.b().read(local));
                }
                Callee::Path(self.expr_path(path))
            }
            other => Callee::Value(self.value(other)),
        }
    }

    /// `receiver.method(..)`.
    pub(crate) fn method_call(&mut self, call: &ExprMethodCall, failure: Failure, awaited: bool) -> ExprId {
        let method = ident_name(&call.method);
        if !awaited && let Some(value) = self.known_method(call, &method, failure) {
            return value;
        }
        let is_adapter = FUTURE_ADAPTERS.contains(&method.as_str());
        if is_adapter && awaited {
            self.arguments(call.args.iter());
            return self.awaited(&call.receiver, failure);
        }
        if let Failure::Leaves(leaving) = failure
            && let Some(value) = self.adapted(call, &method, leaving)
        {
            return value;
        }
        self.plain_method(call, method, failure, awaited)
    }

    fn plain_method(&mut self, call: &ExprMethodCall, method: Name, failure: Failure, awaited: bool) -> ExprId {
        let span = self.spans.between(crate::spans::first_token(&call.receiver), call.paren_token.span.close());
        // `receiver.recv_timeout(d)` waits itself; `read(..).timeout(d).await` is around a call.
        let wraps = awaited && is_deadline(&method) && crate::fallible::fallible_call(&call.receiver).is_some();
        let nested = match failure {
            Failure::Leaves(Leaving { nested: Some(nested), .. }) if wraps => Some(nested),
            _ => None,
        };
        let receiver = match nested {
            Some(nested) => {
                let inner = Failure::Leaves(Leaving { unwind: nested.unwind(), ..Leaving::default() });
                let receiver = self.fallible(&call.receiver, inner);
                self.nested_taken = true;
                receiver
            }
            None => self.value(&call.receiver),
        };
        let arguments = self.arguments(call.args.iter());
        self.emit(Callee::Method(receiver, method), arguments, awaited, failure, span)
    }

    /// Methods that are expressions of the IR, or nothing at all.
    fn known_method(&mut self, call: &ExprMethodCall, method: &str, failure: Failure) -> Option<ExprId> {
        if is_view(call) {
            return Some(self.fallible(&call.receiver, failure));
        }
        if method == "unwrap" && call.args.is_empty() || method == "expect" && call.args.len() == 1 {
            let leaving = Leaving { panics: true, ..Leaving::default() };
            return Some(self.fallible(&call.receiver, Failure::Leaves(leaving)));
        }
        if !call.args.is_empty() {
            return None;
        }
        match method {
            "len" | "is_empty" | "is_none" | "is_some" | "is_ok" | "is_err" => {}
            // Others have methods of these names as well.
            "is_pending" | "is_ready" if is_poll(&call.receiver) => {}
            _ => return None,
        }
        let value = self.value(&call.receiver);
        let none = self.b().constant(Constant::None);
        let builder = self.b();
        Some(match method {
            "len" => builder.expr(Expr::Length(value)),
            "is_empty" => {
                let truth = builder.expr(Expr::Truth(value));
                builder.expr(Expr::Unary(UnaryOp::Not, truth))
            }
            "is_none" => builder.expr(Expr::Compare(CompareOp::Is, value, none)),
            "is_some" => builder.expr(Expr::Compare(CompareOp::IsNot, value, none)),
            "is_err" => builder.expr(Expr::HasVariant(value, name("Err"))),
            "is_pending" => builder.expr(Expr::HasVariant(value, name("Pending"))),
            other => {
                let variant = name(if other == "is_ok" { "Err" } else { "Pending" });
                let has = builder.expr(Expr::HasVariant(value, variant));
                builder.expr(Expr::Unary(UnaryOp::Not, has))
            }
        })
    }

    /// A method of a `Result` or `Option` whose failure leaves.
    fn adapted(&mut self, call: &ExprMethodCall, method: &str, leaving: Leaving) -> Option<ExprId> {
        let failure = Failure::Leaves(leaving);
        let span = self.spans.between(crate::spans::first_token(&call.receiver), call.paren_token.span.close());
        if ERROR_ADAPTERS.contains(&method) && call.args.len() <= 1 {
            let value = self.fallible(&call.receiver, failure);
            if let Some(closure @ Ast::Closure(given)) = call.args.first()
                && matches!(&*given.body, Ast::Block(_))
            {
                let arguments = self.arguments(std::iter::once(closure));
                self.emit(Callee::Method(value, name(method)), arguments, false, Failure::Kept, span);
            }
            return Some(value);
        }
        match (method, call.args.len()) {
            ("ok_or" | "ok_or_else", 1) if !leaving.none_returns && !leaving.panics => {
                let value = self.value(&call.receiver);
                Some(self.none_raises(value, call.args.first(), leaving, span))
            }
            ("map" | "inspect" | "and_then" | "or_else" | "flatten" | "transpose" | "copied" | "cloned", 0 | 1)
                if !leaving.none_returns && crate::fallible::fallible_call(&call.receiver).is_some() =>
            {
                let value = self.fallible(&call.receiver, failure);
                let arguments = self.arguments(call.args.iter());
                let own = if method == "and_then" { failure } else { Failure::Kept };
                Some(self.emit(Callee::Method(value, name(method)), arguments, false, own, span))
            }
            _ => None,
        }
    }

    /// `option.ok_or(error)?`.
    fn none_raises(&mut self, value: ExprId, error: Option<&Ast>, leaving: Leaving, span: Span) -> ExprId {
        self.last_call = None;
        let none = self.b().constant(Constant::None);
        let test = self.b().expr(Expr::Compare(CompareOp::Is, value, none));
        let fails = self.b().new_block(span);
        let go_on = self.b().new_block(span);
        self.b().branch(test, fails, go_on, span);
        self.b().switch_to(fails);
        let error = match error {
            Some(Ast::Closure(closure)) => Some(&*closure.body),
            other => other,
        };
        match error {
            Some(error) if !matches!(error, Ast::Block(_)) => self.raise(error, leaving.unwind, span),
            _ => self.raise_value(None, None, leaving.unwind, span),
        }
        self.b().switch_to(go_on);
        value
    }

    /// `x.await`.
    pub(crate) fn await_expr(&mut self, expr: &ExprAwait, failure: Failure) -> ExprId {
        self.awaited(&expr.base, failure)
    }

    /// What is awaited: a call, or a value that is a future.
    pub(crate) fn awaited(&mut self, base: &Ast, failure: Failure) -> ExprId {
        match base {
            Ast::Paren(e) => self.awaited(&e.expr, failure),
            Ast::Group(e) => self.awaited(&e.expr, failure),
            Ast::Reference(e) => self.awaited(&e.expr, failure),
            Ast::Call(e) => self.call_expr(e, failure, true),
            Ast::MethodCall(e) if is_view(e) => self.awaited(&e.receiver, failure),
            Ast::MethodCall(e) => self.method_call(e, failure, true),
            Ast::Macro(e) => self.macro_value(&e.mac, failure, true),
            other => {
                let span = self.spans.expr(other);
                let value = self.value(other);
                self.emit(Callee::Value(value), Vec::new(), true, failure, span)
            }
        }
    }

    /// The class of an error value, as far as the expression says it.
    pub(crate) fn error_class(&mut self, error: &Ast) -> Option<Name> {
        match error {
            Ast::Paren(e) => self.error_class(&e.expr),
            Ast::MethodCall(e) if e.method == "into" || e.method == "context" => self.error_class(&e.receiver),
            Ast::Struct(e) => Some(self.path_name(&e.path)),
            Ast::Path(e) if self.local_of(e).is_none() => Some(self.expr_path(e)),
            Ast::Call(e) => match (&*e.func, wrapper(&e.func), e.args.first()) {
                (_, Some(_), Some(inner)) => self.error_class(inner),
                (Ast::Path(path), None, _) if is_constructor(&e.func) => Some(self.expr_path(path)),
                (Ast::Path(path), None, _) => {
                    let path = self.expr_path(path);
                    // The kind says more than the type that it is put into.
                    let is_io = matches!(path.as_str(), "std.io.Error.from" | "std.io.Error.new");
                    if let Some(kind) = e.args.first().filter(|_| is_io).and_then(|kind| self.error_class(kind)) {
                        return Some(kind);
                    }
                    let (ty, _) = path.rsplit_once('.')?;
                    let is_type = ty.rsplit('.').next()?.starts_with(char::is_uppercase);
                    is_type.then(|| name(ty))
                }
                _ => None,
            },
            _ => None,
        }
    }
}
