//! The arguments of `#[monitored]`, found sound when they are read.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{
    Error, Expr, LitInt, LitStr, Result, Token,
    ext::IdentExt,
    parenthesized,
    parse::{Parse, ParseStream},
};

/// What a loop may do, as source of a `Limits`, and the token that is cancelled when it does more.
#[derive(Clone)]
pub(crate) struct Args {
    pub(crate) limits: TokenStream,
    pub(crate) trip: Trip,
}

/// What happens besides the report.
#[derive(Clone)]
pub(crate) enum Trip {
    Report,
    Yield,
    Cancel(Box<Expr>),
    Panic,
}

impl Default for Args {
    fn default() -> Self {
        Self { limits: quote!(::unspin_resilience::monitor::Limits::observed()), trip: Trip::Report }
    }
}

impl Parse for Args {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut args = Self::default();
        let mut seen: Vec<String> = Vec::new();
        // What is common is set on the kind, whatever comes first.
        let (mut kind, mut common) = (args.limits.clone(), TokenStream::new());
        while !input.is_empty() {
            let name = input.call(Ident::parse_any)?;
            let slot = match name.to_string().as_str() {
                "bounded" | "service" => "kind".to_owned(),
                other => other.to_owned(),
            };
            if seen.contains(&slot) {
                return Err(Error::new(name.span(), format!("`{slot}` is given twice")));
            }
            seen.push(slot);
            match name.to_string().as_str() {
                "bounded" => kind = bounded(input, name.span())?,
                "service" => kind = service(input)?,
                "stuck" => common.extend(time_or_off(input, &name)?),
                "yields" => common.extend(time_or_off(input, &name)?),
                "trip" => args.trip = trip(input)?,
                other => {
                    let expected = "`bounded(…)`, `service`, `service(…)`, `stuck`, `yields` or `trip`";
                    return Err(Error::new(name.span(), format!("`{other}` is no argument; expected {expected}")));
                }
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        let action = match args.trip {
            Trip::Report => quote!(Report),
            Trip::Yield => quote!(Yield),
            Trip::Cancel(_) => quote!(Cancel),
            Trip::Panic => quote!(Panic),
        };
        args.limits = quote!(#kind #common .action(::unspin_resilience::monitor::Action::#action));
        Ok(args)
    }
}

fn bounded(input: ParseStream<'_>, span: Span) -> Result<TokenStream> {
    let mut limits = quote!(::unspin_resilience::monitor::Limits::bounded());
    let mut count = 0;
    if input.peek(syn::token::Paren) {
        let content;
        parenthesized!(content in input);
        while !content.is_empty() {
            let name: Ident = content.parse()?;
            limits.extend(match name.to_string().as_str() {
                "iterations" => number(&content, &name)?,
                "time" => time(&content, &name)?,
                other => {
                    return Err(Error::new(name.span(), format!("`{other}` is no bound; expected `iterations` or `time`")));
                }
            });
            count += 1;
            if !content.is_empty() {
                content.parse::<Token![,]>()?;
            }
        }
    }
    if count == 0 {
        return Err(Error::new(span, "a bounded loop needs a bound: `bounded(iterations = 1000)` or `bounded(time = \"2s\")`"));
    }
    Ok(limits)
}

fn service(input: ParseStream<'_>) -> Result<TokenStream> {
    let mut limits = quote!(::unspin_resilience::monitor::Limits::service());
    if !input.peek(syn::token::Paren) {
        return Ok(limits);
    }
    let content;
    parenthesized!(content in input);
    while !content.is_empty() {
        let name: Ident = content.parse()?;
        limits.extend(match name.to_string().as_str() {
            "rate" => number(&content, &name)?,
            "progress" => time(&content, &name)?,
            other => {
                return Err(Error::new(
                    name.span(),
                    format!("`{other}` says nothing of a service; expected `rate` or `progress`"),
                ));
            }
        });
        if !content.is_empty() {
            content.parse::<Token![,]>()?;
        }
    }
    Ok(limits)
}

fn number(input: ParseStream<'_>, name: &Ident) -> Result<TokenStream> {
    input.parse::<Token![=]>()?;
    let literal: LitInt = input.parse()?;
    let number: u64 = literal.base10_parse()?;
    if number == 0 {
        return Err(Error::new(literal.span(), format!("`{name}` is at least 1")));
    }
    Ok(quote!(.#name(#number)))
}

fn time(input: ParseStream<'_>, name: &Ident) -> Result<TokenStream> {
    input.parse::<Token![=]>()?;
    let nanos = nanos(&input.parse()?)?;
    Ok(quote!(.#name(::core::time::Duration::from_nanos(#nanos))))
}

fn time_or_off(input: ParseStream<'_>, name: &Ident) -> Result<TokenStream> {
    input.parse::<Token![=]>()?;
    let literal: LitStr = input.parse()?;
    if literal.value() == "off" {
        return Ok(quote!(.#name(::core::option::Option::None)));
    }
    let nanos = nanos(&literal)?;
    Ok(quote!(.#name(::core::option::Option::Some(::core::time::Duration::from_nanos(#nanos)))))
}

fn nanos(literal: &LitStr) -> Result<u64> {
    let text = literal.value();
    let digits = text.len() - text.trim_start_matches(|digit: char| digit.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let factor = match unit {
        "ns" => 1,
        "us" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        _ => 0,
    };
    match number.parse::<u64>().ok().and_then(|number| number.checked_mul(factor)) {
        Some(nanos) if nanos > 0 => Ok(nanos),
        _ => {
            let expected = "a whole number above zero with `ns`, `us`, `ms`, `s` or `m`, such as `500ms`";
            Err(Error::new(literal.span(), format!("`{text}` is no time; expected {expected}")))
        }
    }
}

fn trip(input: ParseStream<'_>) -> Result<Trip> {
    input.parse::<Token![=]>()?;
    let name = input.call(Ident::parse_any)?;
    Ok(match name.to_string().as_str() {
        "report" => Trip::Report,
        "yield" => Trip::Yield,
        "panic" => Trip::Panic,
        "cancel" => {
            let content;
            parenthesized!(content in input);
            Trip::Cancel(Box::new(content.parse()?))
        }
        other => {
            let expected = "`report`, `yield`, `cancel(token)` or `panic`";
            return Err(Error::new(name.span(), format!("`{other}` is no action; expected {expected}")));
        }
    })
}
