//! `select!` of tokio, futures and crossbeam.
//!
//! Each arm is a block that begins with the call it awaits; a refutable pattern that fails switches its arm off: the
//! selection waits for another one, or comes to `else` where all of them may fail. A precondition (`, if ready`) is evaluated
//! before the selection and tested in a block of its own before the arm; where it does not hold, that way ends, because the
//! selection does not choose it.

use syn::parse::{ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Expr as Ast, ExprAwait, ExprMethodCall, Ident, Macro, Pat, Stmt, Token};
use unspin_ir::{BlockId, Call, Callee, LocalId, StatementKind, Terminator};
use unspin_span::Span;

use crate::fallible::{fallible_call, takes_result_apart};
use crate::lowering::{Dest, Lowering};
use crate::macros::block_statements;
use crate::sides::is_result_pattern;
use crate::uses;

/// One arm.
struct SelectArm {
    /// What is awaited, and the pattern for its result; `else`, `default` and `complete` await nothing.
    awaits: Option<(Pat, Ast)>,
    precondition: Option<Ast>,
    is_else: bool,
    /// `complete`, which the selection of the futures crates alone has.
    is_complete: bool,
    body: Ast,
}

fn parse_arms(input: ParseStream) -> syn::Result<Vec<SelectArm>> {
    let mut arms = Vec::new();
    while !input.is_empty() {
        if input.peek(Ident) && input.peek2(Token![;]) {
            input.parse::<Ident>()?;
            input.parse::<Token![;]>()?;
            continue;
        }
        arms.push(parse_arm(input)?);
        input.parse::<Option<Token![,]>>()?;
    }
    Ok(arms)
}

fn parse_arm(input: ParseStream) -> syn::Result<SelectArm> {
    let mut arm = SelectArm { awaits: None, precondition: None, is_else: false, is_complete: false, body: Ast::PLACEHOLDER };
    if input.parse::<Option<Token![else]>>()?.is_some() {
        arm.is_else = true;
    } else if input.peek(Ident) && input.peek2(Token![=>]) {
        arm.is_complete = input.parse::<Ident>()? == "complete";
    } else if input.peek(Ident) && input.peek2(syn::token::Paren) && is_channel_arm(input) {
        arm.awaits = parse_channel_arm(input)?;
    } else {
        let pattern = Pat::parse_multi_with_leading_vert(input)?;
        input.parse::<Token![=]>()?;
        let future: Ast = input.parse()?;
        if input.peek(Token![,]) && input.peek2(Token![if]) {
            input.parse::<Token![,]>()?;
            input.parse::<Token![if]>()?;
            arm.precondition = Some(input.parse()?);
        }
        let last = crate::spans::last_token(&future);
        let awaited = ExprAwait {
            attrs: Vec::new(),
            base: Box::new(future),
            dot_token: Token![.](last),
            await_token: Token![await](last),
        };
        arm.awaits = Some((pattern, Ast::Await(awaited)));
    }
    input.parse::<Token![=>]>()?;
    arm.body = Ast::parse_with_earlier_boundary_rule(input)?;
    Ok(arm)
}

/// `recv(receiver) -> message =>`, `default(timeout) =>`.
fn is_channel_arm(input: ParseStream) -> bool {
    let ahead = input.fork();
    let is_known = ahead.parse::<Ident>().is_ok_and(|own| own == "recv" || own == "send" || own == "default");
    is_known && ahead.parse::<proc_macro2::Group>().is_ok() && (ahead.peek(Token![->]) || ahead.peek(Token![=>]))
}

fn parse_channel_arm(input: ParseStream) -> syn::Result<Option<(Pat, Ast)>> {
    let method: Ident = input.parse()?;
    let content;
    let paren_token = syn::parenthesized!(content in input);
    let mut arguments = Punctuated::<Ast, Token![,]>::parse_terminated(&content)?.into_iter();
    if method == "default" {
        return Ok(None);
    }
    input.parse::<Token![->]>()?;
    let pattern = Pat::parse_multi_with_leading_vert(input)?;
    let Some(channel) = arguments.next() else { return Ok(None) };
    let call = ExprMethodCall {
        attrs: Vec::new(),
        receiver: Box::new(channel),
        dot_token: Token![.](method.span()),
        method,
        turbofish: None,
        paren_token,
        args: arguments.collect(),
    };
    Ok(Some((pattern, Ast::MethodCall(call))))
}

impl Lowering<'_> {
    /// Lower a `select!`; `false` when its input is of another form.
    pub(crate) fn select(&mut self, mac: &Macro, dest: Dest) -> bool {
        let Ok(mut arms) = parse_arms.parse2(mac.tokens.clone()) else { return false };
        if arms.is_empty() {
            return false;
        }
        if self.path_name(&mac.path).starts_with("futures") || arms.iter().any(|arm| arm.is_complete) {
            arms.iter_mut().for_each(pass_over_ended);
        }
        let span = self.spans.path(&mac.path).to(self.spans.token(mac.delimiter.span().close()));
        let start = self.b().start_block(span);
        let mut preconditions = Vec::with_capacity(arms.len());
        for arm in &arms {
            let precondition = arm.precondition.as_ref().map(|precondition| {
                let value = self.value(precondition);
                let temporary = self.b().temporary();
                let place = self.spans.expr(precondition);
                self.b().assign_local(temporary, value, place);
                (temporary, place)
            });
            preconditions.push(precondition);
        }
        let selection = self.b().current();
        let join = self.b().new_block(span);
        let blocks: Vec<BlockId> = arms.iter().map(|_| self.state.builder.new_block(span)).collect();
        let otherwise = arms.iter().position(|arm| arm.is_else).map(|index| blocks[index]);
        // An arm that cannot fail is waited for before `else` is.
        let otherwise = otherwise.filter(|_| arms.iter().all(|arm| arm.is_else || may_fail(arm)));
        self.b().end(Terminator::Select { arms: selected(&arms, &blocks).into() }, span);
        debug_assert!(selection >= start);
        for ((arm, &block), precondition) in arms.iter().zip(&blocks).zip(preconditions) {
            let fails = otherwise.unwrap_or_else(|| self.wait_for_others(arm, start, span));
            self.b().switch_to(block);
            if let Some((holds, place)) = precondition {
                self.chosen_if(holds, place);
            }
            let mark = self.state.bindings.len();
            self.select_arm(arm, fails, dest);
            self.state.bindings.truncate(mark);
            self.b().goto(join, span);
        }
        self.b().switch_to(join);
        true
    }

    /// Where an arm goes whose pattern fails: it is switched off, so that another one has to be ready first.
    fn wait_for_others(&mut self, arm: &SelectArm, start: BlockId, span: Span) -> BlockId {
        if !may_fail(arm) {
            return start;
        }
        let fails = self.b().new_block(span);
        self.b().switch_to(fails);
        let wait = Call {
            callee: Callee::Path(unspin_ir::name("tokio.select!")),
            arguments: Box::default(),
            result: None,
            awaited: true,
            raises: false,
            panics: false,
        };
        self.b().push(StatementKind::Call(Box::new(wait)), span);
        self.b().goto(start, span);
        fails
    }

    /// Go on only where a precondition holds.
    fn chosen_if(&mut self, holds: LocalId, place: Span) {
        let (then, otherwise) = (self.b().new_block(place), self.b().new_block(place));
        let test = self.b().read(holds);
        self.b().end(Terminator::Branch { test, then, otherwise }, place);
        self.b().switch_to(otherwise);
        self.b().end(Terminator::Unreachable, place);
        self.b().switch_to(then);
    }

    fn select_arm(&mut self, arm: &SelectArm, fails: BlockId, dest: Dest) {
        let Some((pattern, awaited)) = &arm.awaits else { return self.into(&arm.body, dest) };
        let span = self.spans.expr(awaited);
        if let Pat::Ident(ident) = pattern
            && fallible_call(awaited).is_some()
            && self.result_in_body(&ident.ident, awaited, &arm.body, dest)
        {
            return;
        }
        match pattern {
            Pat::Wild(_) => self.discard(awaited),
            _ if is_result_pattern(pattern) || is_refutable(pattern) => {
                let body = self.b().new_block(span);
                self.let_condition(pattern, awaited, body, fails);
                self.b().switch_to(body);
            }
            _ => {
                let value = self.value(awaited);
                self.bind(pattern, value);
            }
        }
        self.into(&arm.body, dest);
    }

    /// `result = f() => match result {..}`, also when that is the first statement of the body.
    fn result_in_body(&mut self, own: &Ident, awaited: &Ast, body: &Ast, dest: Dest) -> bool {
        if takes_result_apart(body, own) {
            let whole = [Stmt::Expr(body.clone(), None)];
            if uses::count(&whole, own) != 1 {
                return false;
            }
            self.with_scrutinee(body, Some(awaited), dest);
            return true;
        }
        let Some([first @ Stmt::Expr(statement, semicolon), rest @ ..]) = block_statements(body) else { return false };
        let is_only_use =
            takes_result_apart(statement, own) && uses::count(std::slice::from_ref(first), own) + uses::count(rest, own) == 1;
        if !is_only_use {
            return false;
        }
        let is_tail = rest.is_empty() && semicolon.is_none();
        self.with_scrutinee(statement, Some(awaited), if is_tail { dest } else { Dest::Discard });
        if !rest.is_empty() {
            self.statements_into(rest, dest);
        }
        true
    }
}

/// In the selection of the futures crates, a stream that has ended is passed over from then on: what `next` promises
/// there is what `select_next_some` does.
fn pass_over_ended(arm: &mut SelectArm) {
    if let Some((_, Ast::Await(awaited))) = &mut arm.awaits
        && let Ast::MethodCall(call) = &mut *awaited.base
        && call.method == "next"
        && call.args.is_empty()
    {
        call.method = Ident::new("select_next_some", call.method.span());
    }
}

/// The arms that can be selected; `else` only when nothing else leads there.
fn selected(arms: &[SelectArm], blocks: &[BlockId]) -> Vec<BlockId> {
    let all_fail = arms.iter().all(|arm| arm.is_else || may_fail(arm)) && arms.iter().any(may_fail);
    let chosen = arms.iter().zip(blocks).filter(|(arm, _)| !(arm.is_else && all_fail));
    chosen.map(|(_, &block)| block).collect()
}

/// Whether the pattern of an arm can fail.
fn may_fail(arm: &SelectArm) -> bool {
    arm.awaits.as_ref().is_some_and(|(pattern, _)| is_refutable(pattern))
}

/// Whether a pattern can fail.
fn is_refutable(pattern: &Pat) -> bool {
    match pattern {
        Pat::Wild(_) | Pat::Rest(_) => false,
        Pat::Ident(p) => {
            crate::blocks::is_path_like(&p.ident) || p.subpat.as_ref().is_some_and(|(_, inner)| is_refutable(inner))
        }
        Pat::Paren(p) => is_refutable(&p.pat),
        Pat::Reference(p) => is_refutable(&p.pat),
        Pat::Type(p) => is_refutable(&p.pat),
        Pat::Tuple(p) => p.elems.iter().any(is_refutable),
        Pat::Struct(p) => p.path.segments.len() > 1 || p.fields.iter().any(|field| is_refutable(&field.pat)),
        _ => true,
    }
}
