//! Puts a monitor around every loop of a function.

mod arguments;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{
    Attribute, Block, Error, Expr, ExprAsync, ExprClosure, ExprMacro, Item, ItemFn, Lifetime, Macro, Meta, ReturnType, Stmt,
    TraitItemFn, Type, parse_quote, parse2,
    spanned::Spanned,
    visit_mut::{self, VisitMut},
};

use crate::{
    args::{Args, Trip},
    strip,
};

/// The function with its loops watched, or as it is where `is_on` is false or the function cannot be read.
pub(crate) fn monitored(args: TokenStream, item: TokenStream, is_on: bool) -> TokenStream {
    let args = match parse2::<Args>(args) {
        Ok(args) => args,
        Err(error) => return beside(&error, item),
    };
    let Ok(mut function) = parse2::<ItemFn>(item.clone()) else {
        return not_a_function(item);
    };
    if let Some(constness) = &function.sig.constness {
        let error = Error::new(constness.span(), "a `const fn` cannot be watched: it may run in the compiler");
        return beside(&error, item);
    }
    let mut rewrite = Rewrite { args, context: Context::default(), errors: Vec::new() };
    rewrite.function(&mut function);
    if let Some(error) = rewrite.errors.into_iter().reduce(|mut all, next| {
        all.combine(next);
        all
    }) {
        return beside(&error, item);
    }
    if is_on { function.into_token_stream() } else { strip::loop_arguments(item) }
}

/// The error and the function, so that the one mistake does not become many.
fn beside(error: &Error, item: TokenStream) -> TokenStream {
    let mut tokens = error.to_compile_error();
    tokens.extend(strip::loop_arguments(item));
    tokens
}

/// What is no function is an error; what cannot be read at all is left to the compiler.
fn not_a_function(item: TokenStream) -> TokenStream {
    let is_signature = parse2::<TraitItemFn>(item.clone()).is_ok_and(|function| function.default.is_none());
    let message = match parse2::<Item>(item.clone()) {
        _ if is_signature => "this function has no body to watch",
        Ok(Item::Verbatim(_)) | Err(_) => return strip::loop_arguments(item),
        Ok(_) => "`#[monitored]` is for functions and for loops within them",
    };
    beside(&Error::new(item.span(), message), item)
}

/// Where in the function the rewriting is.
#[derive(Default)]
struct Context {
    /// In a task: loops may yield with `.await`.
    is_async: bool,
    /// Whether the innermost task has a loop of its own.
    has_loop: bool,
    /// The loops around, innermost last: their labels and monitors.
    loops: Vec<(Option<Ident>, Ident)>,
}

struct Rewrite {
    args: Args,
    context: Context,
    errors: Vec<Error>,
}

impl Rewrite {
    fn function(&mut self, function: &mut ItemFn) {
        self.context.is_async = function.sig.asyncness.is_some();
        self.visit_block_mut(&mut function.block);
        if self.context.is_async && self.context.has_loop {
            let edge = return_edge(&function.sig.output);
            let block = &function.block;
            *function.block = parse_quote!({
                ::unspin_resilience::monitor::watched(async move { #edge #block }).await
            });
        }
    }

    /// Visits what has a control flow of its own; answers whether it has a loop.
    fn within(&mut self, is_async: bool, visit: impl FnOnce(&mut Self)) -> bool {
        let inner = Context { is_async, ..Context::default() };
        let outer = std::mem::replace(&mut self.context, inner);
        visit(self);
        std::mem::replace(&mut self.context, outer).has_loop
    }

    /// Takes the arguments off a loop, or those of the function for an outermost one.
    fn arguments(&mut self, attributes: &mut Vec<Attribute>) -> Args {
        let is_ours =
            |attribute: &mut Attribute| attribute.path().segments.last().is_some_and(|segment| segment.ident == "monitored");
        let mut own = attributes.extract_if(.., is_ours);
        let given = match own.next().map(|attribute| attribute.meta) {
            None if self.context.loops.is_empty() => return self.args.clone(),
            None | Some(Meta::Path(_)) => Ok(Args::default()),
            Some(Meta::List(list)) => list.parse_args::<Args>(),
            Some(Meta::NameValue(value)) => Err(Error::new(value.span(), "expected `#[monitored(…)]`")),
        };
        given.unwrap_or_else(|error| {
            self.errors.push(error);
            Args::default()
        })
    }

    fn watch(&mut self, expr: &mut Expr) {
        let Some((attributes, label, form, span)) = header(expr) else { return };
        let args = self.arguments(attributes);
        self.context.has_loop = true;
        let here = Span::mixed_site();
        let monitor = Ident::new(&format!("monitor_{}", self.context.loops.len()), here);
        let (site, left) = (Ident::new("SITE", here), Ident::new("left", here));
        self.context.loops.push((label, monitor.clone()));
        visit_mut::visit_expr_mut(self, expr);
        self.context.loops.pop();

        let Some(body) = body(expr) else { return };
        let act = self.act(&args.trip, &monitor);
        let count: Stmt = parse_quote! {
            { #left -= 1; if #left == 0 { #left = #monitor.check(); #act } }
        };
        body.stmts.insert(0, count);
        let (is_async, limits, line) = (self.context.is_async, &args.limits, span.start().line as u32);
        *expr = parse_quote!({
            static #site: ::unspin_resilience::monitor::Site =
                ::unspin_resilience::monitor::Site::new(::core::file!(), #line, #form, #is_async, #limits);
            let mut #monitor = ::unspin_resilience::monitor::LoopMonitor::enter(&#site);
            let mut #left: u32 = #monitor.first();
            #expr
        });
    }

    /// What the loop does itself when it trips.
    fn act(&self, trip: &Trip, monitor: &Ident) -> TokenStream {
        match trip {
            Trip::Yield if self.context.is_async => {
                quote!(if #monitor.is_tripped() { ::unspin_resilience::monitor::yield_now().await; })
            }
            Trip::Cancel(token) => quote! {
                if #monitor.is_tripped() { ::unspin_resilience::CancellationToken::cancel(&(#token)); }
            },
            Trip::Report | Trip::Yield | Trip::Panic => TokenStream::new(),
        }
    }

    /// The call that `progress!()` stands for; outside of loops it stays, and says itself that it is wrong.
    fn progress(&self, found: &Macro) -> Option<TokenStream> {
        let is_ours = found.path.segments.last().is_some_and(|segment| segment.ident == "progress");
        let label = parse2::<Option<Lifetime>>(found.tokens.clone()).ok().filter(|_| is_ours)?;
        let mut loops = self.context.loops.iter().rev();
        let (_, monitor) = match &label {
            None => loops.next(),
            Some(label) => loops.find(|(name, _)| name.as_ref() == Some(&label.ident)),
        }?;
        // Through the macro itself, so that its import is used.
        let path = &found.path;
        Some(quote_spanned!(found.span()=> #path!(@of #monitor)))
    }
}

impl VisitMut for Rewrite {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        match expr {
            Expr::Loop(_) | Expr::While(_) | Expr::ForLoop(_) => self.watch(expr),
            Expr::Async(ExprAsync { block, .. }) => {
                if self.within(true, |inner| inner.visit_block_mut(block)) {
                    *expr = parse_quote!(::unspin_resilience::monitor::watched(#expr));
                }
            }
            Expr::Closure(ExprClosure { asyncness, body, .. }) => {
                let is_async = asyncness.is_some();
                if self.within(is_async, |inner| inner.visit_expr_mut(body)) && is_async {
                    **body = parse_quote!({ ::unspin_resilience::monitor::watched(async { #body }).await });
                }
            }
            Expr::Macro(ExprMacro { mac, .. }) => match self.progress(mac) {
                Some(call) => *expr = Expr::Verbatim(call),
                None => self.visit_macro_mut(mac),
            },
            // These run in the compiler.
            Expr::Const(_) => {}
            Expr::Repeat(repeat) => self.visit_expr_mut(&mut repeat.expr),
            _ => visit_mut::visit_expr_mut(self, expr),
        }
    }

    fn visit_stmt_mut(&mut self, stmt: &mut Stmt) {
        if let Stmt::Macro(statement) = stmt {
            match self.progress(&statement.mac) {
                Some(call) => *stmt = Stmt::Expr(Expr::Verbatim(call), Some(syn::token::Semi::default())),
                None => self.visit_macro_mut(&mut statement.mac),
            }
            return;
        }
        visit_mut::visit_stmt_mut(self, stmt);
    }

    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        if !arguments::visit(mac, |expr| self.visit_expr_mut(expr)) {
            mac.tokens = strip::loop_arguments(mac.tokens.clone());
        }
    }

    /// An item within has its own attribute.
    fn visit_item_mut(&mut self, _: &mut Item) {}

    /// An expression in a type runs in the compiler.
    fn visit_type_mut(&mut self, _: &mut Type) {}

    fn visit_generic_argument_mut(&mut self, _: &mut syn::GenericArgument) {}
}

/// The attributes, label, form and place of a loop.
fn header(expr: &mut Expr) -> Option<(&mut Vec<Attribute>, Option<Ident>, &'static str, Span)> {
    let name = |label: &Option<syn::Label>| label.as_ref().map(|label| label.name.ident.clone());
    match expr {
        Expr::Loop(it) => Some((&mut it.attrs, name(&it.label), "loop", it.loop_token.span())),
        Expr::While(it) => Some((&mut it.attrs, name(&it.label), "while", it.while_token.span())),
        Expr::ForLoop(it) => Some((&mut it.attrs, name(&it.label), "for", it.for_token.span())),
        _ => None,
    }
}

fn body(expr: &mut Expr) -> Option<&mut Block> {
    match expr {
        Expr::Loop(it) => Some(&mut it.body),
        Expr::While(it) => Some(&mut it.body),
        Expr::ForLoop(it) => Some(&mut it.body),
        _ => None,
    }
}

/// A return that is never reached and tells the compiler the type of the block, as the function told it before.
fn return_edge(output: &ReturnType) -> TokenStream {
    struct Opaque(bool);
    impl VisitMut for Opaque {
        fn visit_type_mut(&mut self, found: &mut Type) {
            self.0 |= matches!(found, Type::ImplTrait(_) | Type::Never(_) | Type::Infer(_));
            visit_mut::visit_type_mut(self, found);
        }
    }
    let mut found: Type = match output {
        ReturnType::Default => parse_quote!(()),
        ReturnType::Type(_, found) => (**found).clone(),
    };
    let mut opaque = Opaque(false);
    opaque.visit_type_mut(&mut found);
    if opaque.0 {
        return TokenStream::new();
    }
    quote! {
        #[allow(unreachable_code, unused_variables, clippy::diverging_sub_expression, clippy::let_unit_value, clippy::unreachable)]
        if false {
            let never: #found = ::core::unreachable!();
            return never;
        }
    }
}

#[cfg(test)]
mod tests;
