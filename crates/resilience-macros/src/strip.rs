//! Takes the arguments of loops out of a function that is not watched.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// The same tokens without `#[monitored…]` before a loop. Where there is none the very same stream comes back.
pub(crate) fn loop_arguments(tokens: TokenStream) -> TokenStream {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    if !has_argument(&trees) {
        return tokens;
    }
    let mut kept = Vec::with_capacity(trees.len());
    let mut at = 0;
    while let Some(tree) = trees.get(at) {
        if is_argument(&trees[at..]) && is_loop(&trees[at + 2..]) {
            at += 2;
            continue;
        }
        kept.push(match tree {
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), loop_arguments(group.stream()));
                inner.set_span(group.span());
                TokenTree::Group(inner)
            }
            other => other.clone(),
        });
        at += 1;
    }
    kept.into_iter().collect()
}

fn has_argument(trees: &[TokenTree]) -> bool {
    let here = (0..trees.len()).any(|at| is_argument(&trees[at..]) && is_loop(&trees[at + 2..]));
    let within = |tree: &TokenTree| match tree {
        TokenTree::Group(group) => has_argument(&group.stream().into_iter().collect::<Vec<_>>()),
        _ => false,
    };
    here || trees.iter().any(within)
}

/// Whether the tokens begin with `#[monitored…]`.
fn is_argument(trees: &[TokenTree]) -> bool {
    let [TokenTree::Punct(hash), TokenTree::Group(group), ..] = trees else { return false };
    let names_it = |tree: TokenTree| matches!(tree, TokenTree::Ident(name) if name == "monitored");
    // The last name of a path counts.
    let mut path = group.stream().into_iter().take_while(|tree| !matches!(tree, TokenTree::Group(_)));
    hash.as_char() == '#' && group.delimiter() == Delimiter::Bracket && path.any(names_it)
}

/// Whether the tokens begin with a loop, its other attributes and label first.
fn is_loop(mut trees: &[TokenTree]) -> bool {
    while let [TokenTree::Punct(hash), TokenTree::Group(_), rest @ ..] = trees {
        if hash.as_char() != '#' {
            return false;
        }
        trees = rest;
    }
    if let [TokenTree::Punct(quote), TokenTree::Ident(_), TokenTree::Punct(colon), rest @ ..] = trees
        && quote.as_char() == '\''
        && colon.as_char() == ':'
    {
        trees = rest;
    }
    matches!(trees.first(), Some(TokenTree::Ident(word)) if word == "loop" || word == "while" || word == "for")
}
