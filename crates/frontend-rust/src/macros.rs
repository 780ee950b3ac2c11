//! Macro calls: those of the standard library and of well-known crates by what they mean, all others by what their
//! input parses as.
//!
//! Macros by example that the file defines itself are expanded where they make items or leave by themselves.
//! Input that is a list of expressions gives the arguments of a call with the path `name!`; statements are lowered in
//! place after such a call, items in place; the rest is a call without arguments. Quoting macros are never looked into.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Arm, Block, Expr as Ast, Macro, Pat, Stmt, Token};
use unspin_ir::{Aggregate, Argument, Callee, CompareOp, Constant, Expr, ExprId, Name, Terminator};
use unspin_span::Span;

use crate::expand::Rules;
use crate::formats::{captures, writes_itself};
use crate::lowering::{Dest, Failure, Leaving, Lowering, Returns};
use crate::paths::{ident_name, name};

/// How many macros of the file may stand in each other's results.
const MAX_EXPANDING: u32 = 16;

/// Macros whose input is no code of this function.
const QUOTING: [&str; 22] = [
    "quote",
    "quote_spanned",
    "parse_quote",
    "parse_quote_spanned",
    "stringify",
    "concat",
    "include",
    "include_str",
    "include_bytes",
    "env",
    "option_env",
    "cfg",
    "line",
    "file",
    "column",
    "module_path",
    "macro_rules",
    "compile_error",
    "json",
    "html",
    "sql",
    "concat_idents",
];
/// Macros with a format string and values.
const FORMATTING: [&str; 20] = [
    "print",
    "println",
    "eprint",
    "eprintln",
    "write",
    "writeln",
    "trace",
    "debug",
    "info",
    "warn",
    "error",
    "log",
    "event",
    "trace_span",
    "debug_span",
    "info_span",
    "warn_span",
    "error_span",
    "span",
    "anyhow",
];

/// Whether the value of a macro call may be a `Result` that comes from a call.
pub(crate) fn may_fail(mac: &Macro) -> bool {
    let last = last_name(mac);
    let pure = [
        "vec",
        "format",
        "matches",
        "panic",
        "unreachable",
        "todo",
        "assert",
        "select",
        "concat",
        "json",
        "format_args",
        "anyhow",
    ];
    !pure.contains(&last.as_str()) && !QUOTING.contains(&last.as_str())
}

fn last_name(mac: &Macro) -> Name {
    mac.path.segments.last().map_or_else(|| name(""), |last| ident_name(&last.ident))
}

/// The input as a list of expressions.
fn expressions(tokens: &TokenStream) -> Option<Vec<Ast>> {
    let parsed = Punctuated::<Ast, Token![,]>::parse_terminated.parse2(tokens.clone()).ok()?;
    Some(parsed.into_iter().collect())
}

/// The arguments of a logging macro: `target: "x"`, `%value`, `?value`, `key = %value`.
fn logged(tokens: &TokenStream) -> Vec<Ast> {
    let mut parts: Vec<TokenStream> = vec![TokenStream::new()];
    let mut at_start = true;
    for token in tokens.clone() {
        match &token {
            TokenTree::Punct(punct) if matches!(punct.as_char(), ',' | ';') => {
                parts.push(TokenStream::new());
                at_start = true;
                continue;
            }
            TokenTree::Punct(punct) if at_start && matches!(punct.as_char(), '%' | '?') => continue,
            TokenTree::Punct(punct) if matches!(punct.as_char(), '=' | ':') => {
                // What stood before is the name of the field; a path or comparison does not parse in the end.
                at_start = true;
            }
            _ => at_start = false,
        }
        if let Some(last) = parts.last_mut() {
            last.extend([token]);
        }
    }
    parts.into_iter().filter_map(|part| syn::parse2::<Ast>(part).ok()).collect()
}

impl Lowering<'_> {
    fn macro_span(&self, mac: &Macro) -> Span {
        self.spans.path(&mac.path).to(self.spans.token(mac.delimiter.span().close()))
    }

    /// A macro call whose value goes to `dest`.
    pub(crate) fn macro_into(&mut self, mac: &Macro, dest: Dest) {
        let last = last_name(mac);
        if matches!(last.as_str(), "select" | "select_biased") && self.select(mac, dest) {
            return;
        }
        let span = self.macro_span(mac);
        match dest {
            Dest::Discard => {
                let value = self.macro_value(mac, Failure::Kept, false);
                self.drop_result(value);
            }
            Dest::Store(local, failure) => {
                let value = self.macro_value(mac, failure, false);
                if self.state.builder.is_open() {
                    self.b().assign_local(local, value, span);
                }
            }
            Dest::Return => {
                let hands_on = self.state.returns == Returns::Result && self.state.try_unwind.is_none() && may_fail(mac);
                let failure = if hands_on { Failure::Leaves(Leaving::default()) } else { Failure::Kept };
                let value = self.macro_value(mac, failure, false);
                self.return_value(value, span);
            }
        }
    }

    /// The value of a macro call.
    pub(crate) fn macro_value(&mut self, mac: &Macro, failure: Failure, awaited: bool) -> ExprId {
        self.deeper_value(|cx| cx.macro_value_here(mac, failure, awaited))
    }

    fn macro_value_here(&mut self, mac: &Macro, failure: Failure, awaited: bool) -> ExprId {
        let last = last_name(mac);
        let span = self.macro_span(mac);
        match last.as_str() {
            "select" | "select_biased" => {
                let temporary = self.b().temporary();
                if self.select(mac, Dest::Store(temporary, failure)) {
                    return self.b().read(temporary);
                }
                self.unknown_macro(mac, failure, awaited)
            }
            "panic" | "unreachable" | "todo" | "unimplemented" => {
                self.formatted(&mac.tokens);
                self.b().end(Terminator::Raise { class: None, value: None, assertion: false, panics: true }, span);
                self.b().constant(Constant::Unit)
            }
            "assert" | "debug_assert" | "ensure" | "assert_eq" | "debug_assert_eq" | "assert_ne" | "debug_assert_ne" => {
                self.assertion(&last, &mac.tokens, span);
                self.b().constant(Constant::Unit)
            }
            "bail" => {
                self.bail(&mac.tokens, span);
                self.b().constant(Constant::Unit)
            }
            "matches" => self.matches_value(mac),
            "format" | "format_args" => {
                let parts: Vec<ExprId> = self.formatted(&mac.tokens).into_iter().map(|argument| argument.value).collect();
                self.text(&parts)
            }
            "vec" => self.vec(&mac.tokens),
            "ready" => self.ready(&mac.tokens, failure, span),
            "try" => match syn::parse2::<Ast>(mac.tokens.clone()) {
                Ok(inner) => {
                    self.fallible(&inner, Failure::Leaves(Leaving { unwind: self.state.try_unwind, ..Leaving::default() }))
                }
                Err(_) => self.unknown_macro(mac, failure, awaited),
            },
            "dbg" | "pin" if let Some([only]) = expressions(&mac.tokens).as_deref() => {
                if awaited {
                    self.awaited(only, failure)
                } else {
                    self.fallible(only, failure)
                }
            }
            "addr_of_mut" if let Some([only]) = expressions(&mac.tokens).as_deref() => self.exposed(only, failure),
            "join" | "try_join" => self.join(mac, failure, span),
            "pin_mut" => self.b().constant(Constant::Unit),
            "stream" | "try_stream" | "gen" => self.stream(mac, span),
            other if QUOTING.contains(&other) => self.opaque(Vec::new()),
            other if FORMATTING.contains(&other) => {
                let mut arguments = self.formatted(&mac.tokens);
                if let (true, Some(first)) = (other.starts_with("write"), arguments.first_mut()) {
                    first.mutable = true;
                    self.write_itself(mac);
                }
                self.macro_call(mac, arguments, failure, awaited, span)
            }
            _ => self.unknown_macro(mac, failure, awaited),
        }
    }

    fn macro_call(&mut self, mac: &Macro, arguments: Vec<Argument>, failure: Failure, awaited: bool, span: Span) -> ExprId {
        let path = self.path_name(&mac.path);
        self.emit(Callee::Path(name(&format!("{path}!"))), arguments, awaited, failure, span)
    }

    /// Remember a macro that the file defines.
    pub(crate) fn define_macro(&mut self, own: Name, mac: &Macro) {
        if mac.path.is_ident("macro_rules") {
            self.macros.insert(own, Rules::new(mac.tokens.clone()));
        }
    }

    /// What a macro of the file becomes.
    fn expanded(&mut self, mac: &Macro, is_wanted: impl Fn(&Rules) -> bool) -> Option<TokenStream> {
        let rules = self.macros.get(&last_name(mac)).filter(|rules| self.expanding < MAX_EXPANDING && is_wanted(rules))?;
        let first = mac.path.segments.first()?.ident.span();
        let last = mac.delimiter.span().close();
        rules.expand(&mac.tokens, first.join(last).unwrap_or(first), &mut self.expandable)
    }

    /// A macro of the file that leaves by itself, as `?` does: what it becomes is lowered in its place.
    fn way_out_macro(&mut self, mac: &Macro, failure: Failure) -> Option<ExprId> {
        let tokens = self.expanded(mac, Rules::is_way_out)?;
        let statements = Block::parse_within.parse2(tokens).ok()?;
        // Its name may say more than its body: `check_recursion!()`.
        let span = self.macro_span(mac);
        let named = self.macro_call(mac, Vec::new(), Failure::Kept, false, span);
        self.drop_result(named);
        Some(self.within_expansion(|cx| cx.statements_value(&statements, failure)))
    }

    /// Lower what a macro of the file became.
    fn within_expansion<R>(&mut self, f: impl FnOnce(&mut Self) -> R) -> R {
        self.expanding += 1;
        let result = f(self);
        self.expanding -= 1;
        result
    }

    fn unknown_macro(&mut self, mac: &Macro, failure: Failure, awaited: bool) -> ExprId {
        let span = self.macro_span(mac);
        if let Some(value) = self.way_out_macro(mac, failure) {
            return value;
        }
        if let Some(parsed) = expressions(&mac.tokens) {
            let arguments = parsed.iter().map(|argument| self.macro_argument(argument)).collect();
            return self.macro_call(mac, arguments, failure, awaited, span);
        }
        if let Some(value) = self.arms_macro(mac, failure, span) {
            return value;
        }
        if let Ok(statements) = Block::parse_within.parse2(mac.tokens.clone()) {
            // What the macro adds to its statements is not seen; its name may say it (`check_recursion! { .. }`).
            let added = self.macro_call(mac, Vec::new(), Failure::Kept, false, span);
            self.drop_result(added);
            return self.statements_value(&statements, failure);
        }
        if let Ok(file) = syn::parse2::<syn::File>(mac.tokens.clone()) {
            self.items(&file.items);
            return self.b().constant(Constant::Unit);
        }
        self.macro_call(mac, Vec::new(), failure, awaited, span)
    }

    /// `dispatch! { kind; b'[' => list, _ => word }`: a `match` of what the macro makes of the expression in front.
    fn arms_macro(&mut self, mac: &Macro, failure: Failure, span: Span) -> Option<ExprId> {
        let parser = |input: ParseStream| {
            let value: Ast = input.parse()?;
            input.parse::<Token![;]>()?;
            let mut arms = vec![input.parse::<Arm>()?];
            while !input.is_empty() {
                arms.push(input.parse()?);
            }
            Ok((value, arms))
        };
        let (value, arms) = parser.parse2(mac.tokens.clone()).ok()?;
        let argument = self.argument(&value);
        let value = self.macro_call(mac, vec![argument], Failure::Kept, false, span);
        let result = self.b().temporary();
        self.arms(value, &arms, span, Dest::Store(result, failure));
        Some(self.b().read(result))
    }

    /// `join!(f(), g())` awaits each of its arguments; that it does so at once is not modelled.
    fn join(&mut self, mac: &Macro, failure: Failure, span: Span) -> ExprId {
        let Some(parsed) = expressions(&mac.tokens) else { return self.unknown_macro(mac, failure, true) };
        let inner = if last_name(mac).as_str() == "join" { Failure::Kept } else { failure };
        let mut arguments = Vec::with_capacity(parsed.len());
        for argument in &parsed {
            let value = self.awaited(argument, inner);
            arguments.push(Argument { name: None, value, spread: false, mutable: false });
        }
        self.macro_call(mac, arguments, Failure::Kept, true, span)
    }

    /// `name = value` is an argument by keyword.
    fn macro_argument(&mut self, argument: &Ast) -> Argument {
        if let Ast::Assign(assign) = argument
            && let Ast::Path(own) = &*assign.left
        {
            let keyword = own.path.segments.last().map(|last| ident_name(&last.ident));
            return Argument { name: keyword, ..self.argument(&assign.right) };
        }
        self.argument(argument)
    }

    /// The arguments of a formatting or logging macro, names captured in the format string included.
    fn formatted(&mut self, tokens: &TokenStream) -> Vec<Argument> {
        let parsed = expressions(tokens).unwrap_or_else(|| logged(tokens));
        let mut arguments = Vec::with_capacity(parsed.len());
        for argument in &parsed {
            let literal = match argument {
                Ast::Lit(literal) => match &literal.lit {
                    syn::Lit::Str(text) => Some(text.value()),
                    _ => None,
                },
                _ => None,
            };
            let captured = literal.map_or_else(Vec::new, |text| captures(&text));
            let locals: Vec<_> = captured.into_iter().filter_map(|own| self.state.lookup(own)).collect();
            if locals.is_empty() {
                arguments.push(self.macro_argument(argument));
                continue;
            }
            let parts: Vec<ExprId> = locals.into_iter().map(|local| self.state.builder.read(local)).collect();
            let value = self.b().expr(Expr::Aggregate(Aggregate::Text, parts.into()));
            arguments.push(Argument { name: None, value, spread: false, mutable: false });
        }
        arguments
    }

    /// `write!(f, "{}", self)` in the method that writes the receiver in that form: a call of it.
    fn write_itself(&mut self, mac: &Macro) {
        let function = &self.state.builder.function;
        let (Some(form), [receiver, formatter]) = (function.implements, &function.parameters[..]) else { return };
        let is_own = function.name == "fmt" && function.has_receiver;
        if !is_own || !expressions(&mac.tokens).is_some_and(|given| writes_itself(form.as_str(), &given)) {
            return;
        }
        let (method, receiver, formatter) = (function.name, receiver.local, formatter.local);
        let (receiver, value) = (self.b().read(receiver), self.b().read(formatter));
        let argument = Argument { name: None, value, spread: false, mutable: true };
        let span = self.spans.path(&mac.path);
        let written = self.emit(Callee::Method(receiver, method), vec![argument], false, Failure::Kept, span);
        self.drop_result(written);
    }

    /// The text that `format!` makes: its constant when nothing is put in, else what it is put together from.
    fn text(&mut self, parts: &[ExprId]) -> ExprId {
        let function = &self.state.builder.function;
        let is_text = |id: ExprId| matches!(function.expr(id), Expr::Constant(Constant::Text(_)));
        if let [only] = *parts
            && is_text(only)
        {
            return only;
        }
        let mut values = Vec::with_capacity(parts.len());
        for (index, &part) in parts.iter().enumerate() {
            match function.expr(part) {
                Expr::Constant(Constant::Text(_)) if index == 0 => {}
                Expr::Aggregate(Aggregate::Text, captured) if index == 0 => values.extend(captured.iter().copied()),
                _ => values.push(part),
            }
        }
        self.b().expr(Expr::Aggregate(Aggregate::Text, values.into()))
    }

    fn assertion(&mut self, own: &str, tokens: &TokenStream, span: Span) {
        let Some(parsed) = expressions(tokens) else { return };
        let holds = self.b().new_block(span);
        let fails = self.b().new_block(span);
        match (&parsed[..], own.ends_with("_eq"), own.ends_with("_ne")) {
            ([left, right, ..], is_eq, is_ne) if is_eq || is_ne => {
                let left = self.value(left);
                let right = self.value(right);
                let op = if is_eq { CompareOp::Eq } else { CompareOp::Ne };
                let test = self.b().expr(Expr::Compare(op, left, right));
                self.b().branch(test, holds, fails, span);
            }
            ([test, ..], _, _) => self.condition(test, holds, fails),
            ([], _, _) => return,
        }
        self.b().switch_to(fails);
        if own == "ensure" {
            match parsed.get(1) {
                Some(error) => self.raise(error, self.state.try_unwind, span),
                None => self.raise_value(None, None, self.state.try_unwind, span),
            }
        } else {
            self.b().end(Terminator::Raise { class: None, value: None, assertion: true, panics: true }, span);
        }
        self.b().switch_to(holds);
    }

    fn bail(&mut self, tokens: &TokenStream, span: Span) {
        let unwind = self.state.try_unwind;
        match expressions(tokens).as_deref() {
            Some([only]) if !matches!(only, Ast::Lit(_)) => self.raise(only, unwind, span),
            _ => {
                let parts: Vec<ExprId> = self.formatted(tokens).into_iter().map(|argument| argument.value).collect();
                let value = self.text(&parts);
                self.raise_value(None, Some(value), unwind, span);
            }
        }
    }

    /// `matches!(value, pattern if guard)` as a test.
    pub(crate) fn matches_condition(&mut self, mac: &Macro, then: unspin_ir::BlockId, otherwise: unspin_ir::BlockId) {
        let parser = |input: ParseStream| {
            let value: Ast = input.parse()?;
            input.parse::<Token![,]>()?;
            let pattern = Pat::parse_multi_with_leading_vert(input)?;
            let guard: Option<Ast> = if input.parse::<Option<Token![if]>>()?.is_some() { Some(input.parse()?) } else { None };
            input.parse::<Option<Token![,]>>()?;
            Ok((value, pattern, guard))
        };
        let span = self.macro_span(mac);
        let Ok((value, pattern, guard)) = parser.parse2(mac.tokens.clone()) else {
            let unknown = self.opaque(Vec::new());
            return self.b().branch(unknown, then, otherwise, span);
        };
        let (pattern, own_guard) = crate::control::split_guard(&pattern);
        match guard.as_ref().or(own_guard) {
            Some(guard) => {
                let matched = self.b().new_block(span);
                self.let_condition(pattern, &value, matched, otherwise);
                self.b().switch_to(matched);
                self.condition(guard, then, otherwise);
            }
            None => self.let_condition(pattern, &value, then, otherwise),
        }
    }

    fn matches_value(&mut self, mac: &Macro) -> ExprId {
        let test = Ast::Macro(syn::ExprMacro { attrs: Vec::new(), mac: mac.clone() });
        self.condition_value(&test)
    }

    fn vec(&mut self, tokens: &TokenStream) -> ExprId {
        if let Some(parts) = expressions(tokens) {
            return self.aggregate(Aggregate::List, parts.iter());
        }
        let parser = |input: ParseStream| {
            let value: Ast = input.parse()?;
            input.parse::<Token![;]>()?;
            Ok((value, input.parse::<Ast>()?))
        };
        let parts = match parser.parse2(tokens.clone()) {
            Ok((value, count)) => vec![self.value(&value), self.value(&count)],
            Err(_) => Vec::new(),
        };
        self.opaque(parts)
    }

    /// `ready!(f())`: leaves with `Pending`, else its value.
    fn ready(&mut self, tokens: &TokenStream, failure: Failure, span: Span) -> ExprId {
        let Ok(inner) = syn::parse2::<Ast>(tokens.clone()) else { return self.opaque(Vec::new()) };
        let value = self.fallible(&inner, failure);
        self.last_call = None;
        let pending = self.b().expr(Expr::HasVariant(value, name("Pending")));
        let leave = self.b().new_block(span);
        let go_on = self.b().new_block(span);
        self.b().branch(pending, leave, go_on, span);
        self.b().switch_to(leave);
        let result = self.b().expr(Expr::variant(name("Pending"), [].into()));
        self.b().end(Terminator::Return(Some(result)), span);
        self.b().switch_to(go_on);
        value
    }

    /// `stream! { .. yield x; .. }`: a generator.
    fn stream(&mut self, mac: &Macro, span: Span) -> ExprId {
        let Ok(statements) = Block::parse_within.parse2(mac.tokens.clone()) else {
            return self.unknown_macro(mac, Failure::Kept, false);
        };
        let name_span = self.spans.path(&mac.path);
        self.statements_function(&statements, span, name_span)
    }

    /// A macro call in the place of an item: what it wraps may be items.
    pub(crate) fn item_macro(&mut self, mac: &Macro) {
        if QUOTING.contains(&last_name(mac).as_str()) {
            return;
        }
        if let Some(tokens) = self.expanded(mac, |_| true)
            && let Ok(file) = syn::parse2::<syn::File>(tokens)
        {
            self.within_expansion(|cx| cx.wrapped_items(&file));
            return;
        }
        if let Ok(file) = syn::parse2::<syn::File>(without_ref(mac.tokens.clone())) {
            self.wrapped_items(&file);
            return;
        }
        // `cfg_if! { if #[cfg(..)] { items } else { items } }`
        for token in mac.tokens.clone() {
            if let TokenTree::Group(group) = token
                && group.delimiter() == Delimiter::Brace
                && let Ok(file) = syn::parse2::<syn::File>(group.stream())
            {
                self.wrapped_items(&file);
            }
        }
    }

    /// A macro call among the items of an `impl`.
    pub(crate) fn impl_macro(&mut self, mac: &Macro, owner: Name, implements: Option<Name>) {
        let parser = |input: ParseStream| {
            let mut items = Vec::new();
            while !input.is_empty() {
                items.push(input.parse::<syn::ImplItem>()?);
            }
            Ok(items)
        };
        let items = self.expanded(mac, |_| true).and_then(|tokens| parser.parse2(tokens).ok());
        let Some(items) = items else { return self.item_macro(mac) };
        self.within_expansion(|cx| {
            for item in &items {
                cx.deeper(|cx| cx.impl_item(item, owner, implements));
            }
        });
    }

    fn wrapped_items(&mut self, file: &syn::File) {
        self.deeper(|cx| {
            cx.paths.collect(&file.items);
            cx.items(&file.items);
        });
    }
}

/// `static ref NAME: Type = value;` of `lazy_static!` as a static of its own.
fn without_ref(tokens: TokenStream) -> TokenStream {
    let is = |token: Option<&TokenTree>, word: &str| matches!(token, Some(TokenTree::Ident(ident)) if ident == word);
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_ref = |index: usize| index > 0 && is(tokens.get(index), "ref") && is(tokens.get(index - 1), "static");
    tokens.iter().enumerate().filter(|(index, _)| !is_ref(*index)).map(|(_, token)| token.clone()).collect()
}

/// The statements of a block expression, or none.
pub(crate) fn block_statements(expr: &Ast) -> Option<&[Stmt]> {
    match expr {
        Ast::Block(block) if block.label.is_none() => Some(&block.block.stmts),
        _ => None,
    }
}
