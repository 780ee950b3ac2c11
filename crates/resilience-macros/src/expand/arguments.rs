//! Expressions in the arguments of macros that are known to evaluate them where they stand, in the same task.
//!
//! Of any other macro nobody knows what becomes of its tokens: `quote!` prints them, `stream!` runs them in a task that is not
//! watched. Those keep theirs.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    Expr, ExprBlock, Ident, Macro, Pat, Result, Token,
    parse::{Parse, ParseStream, Parser},
    punctuated::Punctuated,
};

/// Macros that take arms as `tokio::select!`.
const SELECTS: [&str; 2] = ["select", "select_biased"];

/// Macros that take expressions with commas between them.
const LISTS: [&str; 20] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "dbg",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "eprint",
    "eprintln",
    "format",
    "join",
    "panic",
    "pin",
    "print",
    "println",
    "try_join",
    "unreachable",
    "vec",
    "write",
    "writeln",
];

/// Calls `visit` for each expression in a macro, if there may be a loop within; answers whether they could be read.
pub(super) fn visit(mac: &mut Macro, mut visit: impl FnMut(&mut Expr)) -> bool {
    let Some(name) = mac.path.segments.last().map(|segment| segment.ident.to_string()) else { return false };
    if !mentions_loop(&mac.tokens) {
        return true;
    }
    let tokens = mac.tokens.clone();
    if SELECTS.contains(&name.as_str()) {
        let Ok(mut select) = Select::parse.parse2(tokens) else { return false };
        select.arms.iter_mut().flat_map(Arm::expressions).for_each(visit);
        mac.tokens = select.into_token_stream();
        return true;
    }
    if !LISTS.contains(&name.as_str()) {
        return false;
    }
    let Ok(mut list) = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(tokens) else { return false };
    list.iter_mut().for_each(&mut visit);
    mac.tokens = list.into_token_stream();
    true
}

fn mentions_loop(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|tree| match tree {
        TokenTree::Ident(word) => word == "loop" || word == "while" || word == "for" || word == "progress",
        TokenTree::Group(group) => mentions_loop(&group.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// `biased;` and arms.
struct Select {
    order: Option<Ident>,
    arms: Vec<Arm>,
}

struct Arm {
    head: Head,
    handler: Expr,
}

enum Head {
    /// `pattern = future`, with `, if condition` or without.
    Wait { pattern: Box<Pat>, future: Box<Expr>, condition: Option<Box<Expr>> },
    /// `else`, or `complete` and `default` of `futures`.
    Otherwise(Ident),
}

impl Parse for Select {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut order = None;
        if input.peek(Ident) && input.peek2(Token![;]) {
            order = Some(input.parse()?);
            input.parse::<Token![;]>()?;
        }
        let mut arms = Vec::new();
        while !input.is_empty() {
            let arm: Arm = input.parse()?;
            let is_block = matches!(arm.handler, Expr::Block(_));
            arms.push(arm);
            if input.is_empty() {
                break;
            }
            if !is_block || input.peek(Token![,]) {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(Self { order, arms })
    }
}

impl Parse for Arm {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let head = if input.peek2(Token![=>]) && (input.peek(Token![else]) || input.peek(Ident)) {
            Head::Otherwise(input.call(syn::ext::IdentExt::parse_any)?)
        } else {
            Head::parse_wait(input)?
        };
        input.parse::<Token![=>]>()?;
        // As `tokio` reads it, a block ends where it closes.
        let handler = if input.peek(syn::token::Brace) {
            Expr::Block(ExprBlock { attrs: Vec::new(), label: None, block: input.parse()? })
        } else {
            input.parse()?
        };
        Ok(Self { head, handler })
    }
}

impl Head {
    fn parse_wait(input: ParseStream<'_>) -> Result<Self> {
        let pattern = Box::new(Pat::parse_multi_with_leading_vert(input)?);
        input.parse::<Token![=]>()?;
        let future = input.parse()?;
        let mut condition = None;
        if input.peek(Token![,]) {
            input.parse::<Token![,]>()?;
            input.parse::<Token![if]>()?;
            condition = Some(input.parse()?);
        }
        Ok(Self::Wait { pattern, future, condition })
    }
}

impl Arm {
    /// In the order in which they are evaluated.
    fn expressions(&mut self) -> impl Iterator<Item = &mut Expr> {
        let (future, condition) = match &mut self.head {
            Head::Wait { future, condition, .. } => (Some(&mut **future), condition.as_deref_mut()),
            Head::Otherwise(_) => (None, None),
        };
        condition.into_iter().chain(future).chain([&mut self.handler])
    }
}

impl ToTokens for Select {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        if let Some(order) = &self.order {
            tokens.extend(quote!(#order;));
        }
        for Arm { head, handler } in &self.arms {
            tokens.extend(match head {
                Head::Wait { pattern, future, condition: None } => quote!(#pattern = #future => #handler,),
                Head::Wait { pattern, future, condition: Some(condition) } => {
                    quote!(#pattern = #future, if #condition => #handler,)
                }
                Head::Otherwise(name) => quote!(#name => #handler,),
            });
        }
    }
}
