//! Parsing that survives an item which does not parse: templates, old editions, syntax of tomorrow.
//!
//! The parser gives a whole file or nothing. When it gives nothing, items are tried one by one; where one fails, the
//! tokens up to the next `;` or closing brace are passed over and its error is kept.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, Error, File, Item};

/// Errors that are kept of one file; a file that is no Rust at all has one a line.
const MAX_ERRORS: usize = 8;

/// What could be parsed of a file.
#[derive(Default)]
pub(crate) struct Parsed {
    /// Attributes of the file.
    pub(crate) attributes: Vec<Attribute>,
    /// Items that parse.
    pub(crate) items: Vec<Item>,
    /// Why others do not, in order.
    pub(crate) errors: Vec<Error>,
}

/// Parse a file, or what parses of it.
pub(crate) fn parse(code: &str) -> Parsed {
    let tokens: TokenStream = match code.parse() {
        Ok(tokens) => tokens,
        Err(error) => return Parsed { errors: vec![Error::from(error)], ..Parsed::default() },
    };
    match syn::parse2::<File>(tokens.clone()) {
        Ok(file) => Parsed { attributes: file.attrs, items: file.items, errors: Vec::new() },
        Err(error) => {
            let mut parsed = item_by_item.parse2(tokens).unwrap_or_default();
            if parsed.errors.is_empty() {
                parsed.errors.push(error);
            }
            parsed
        }
    }
}

fn item_by_item(input: ParseStream) -> syn::Result<Parsed> {
    let mut parsed = Parsed { attributes: Attribute::parse_inner(input).unwrap_or_default(), ..Parsed::default() };
    while !input.is_empty() {
        let ahead = input.fork();
        match ahead.parse::<Item>() {
            Ok(item) => {
                syn::parse::discouraged::Speculative::advance_to(input, &ahead);
                parsed.items.push(item);
            }
            Err(error) => {
                if parsed.errors.len() < MAX_ERRORS {
                    parsed.errors.push(error);
                }
                pass_over(input)?;
            }
        }
    }
    Ok(parsed)
}

/// Pass over one item, as far as its tokens show where it ends.
fn pass_over(input: ParseStream) -> syn::Result<()> {
    while !input.is_empty() {
        match input.parse::<TokenTree>()? {
            TokenTree::Punct(punct) if punct.as_char() == ';' => break,
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => break,
            _ => {}
        }
    }
    Ok(())
}
