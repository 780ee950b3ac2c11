//! Expands macros that the file itself defines by example (`macro_rules!`).
//!
//! What is put in keeps its place in the source; what the macro adds stands where it is called. Approximations: names are
//! not hygienic, and the first arm that matches is taken even where the compiler would refuse to look at it.
//! Source: The Rust Reference, "Macros By Example".

use proc_macro2::{Delimiter, Group, Ident, Span as TokenSpan, TokenStream, TokenTree};
use rustc_hash::FxHashMap;
use syn::parse::discouraged::Speculative as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Expr as Ast, Pat, Token};

/// How many tokens the calls of a file may become together, besides as many as it has bytes: macros that call each other
/// may double with each.
pub(crate) const MAX_TOKENS: usize = 20_000;

/// How often one repetition is matched.
const MAX_REPETITIONS: usize = 1_000;

/// A macro of the file.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    /// What is matched, and what it becomes.
    arms: Vec<(Vec<Part>, Vec<Part>)>,
}

/// A part of what is matched, or of what it becomes.
#[derive(Clone, Debug)]
enum Part {
    /// `$name:kind`, and `$name` where it is put in.
    Fragment { name: String, kind: String },
    /// `$( .. ) separator operator`
    Repetition { parts: Vec<Part>, separator: Option<TokenTree>, operator: char },
    /// Brackets of a kind.
    Group(Delimiter, Vec<Part>),
    /// Any other token.
    Token(TokenTree),
}

/// What a name was bound to.
#[derive(Clone, Debug)]
enum Bound {
    One(TokenStream),
    Many(Vec<Bound>),
}

type Bindings = FxHashMap<String, Bound>;

impl Rules {
    /// The arms of a definition, as far as they are understood.
    pub(crate) fn new(definition: TokenStream) -> Self {
        let mut arms = Vec::new();
        let mut tokens = definition.into_iter();
        while let Some(TokenTree::Group(pattern)) = tokens.next() {
            // `=>`
            tokens.nth(1);
            let Some(TokenTree::Group(body)) = tokens.next() else { break };
            arms.push((parts(pattern.stream()), parts(body.stream())));
            // `;`
            tokens.next();
        }
        Self { arms }
    }

    /// Whether what the macro becomes leaves the function or a loop around the call, has no loop of its own, and gives the
    /// code around it no variable.
    pub(crate) fn is_way_out(&self) -> bool {
        let is_one_of = |words: &'static [&'static str]| move |token: &TokenTree| words.contains(&token.to_string().as_str());
        self.arms.iter().any(|(_, body)| any_token(body, &is_one_of(&["return", "?", "break", "continue"])))
            && !self.arms.iter().any(|(_, body)| any_token(body, &is_one_of(&["loop", "while", "for"])) || declares(body))
    }

    /// What a call with this input becomes, of which what the macro adds stands at `place`, while there are tokens left.
    pub(crate) fn expand(&self, input: &TokenStream, place: TokenSpan, left: &mut usize) -> Option<TokenStream> {
        self.arms.iter().find_map(|(pattern, body)| {
            let matched = |input: ParseStream| {
                let mut bindings = Bindings::default();
                matches_all(pattern, input, &mut bindings)?;
                Ok(bindings)
            };
            let bindings = matched.parse2(input.clone()).ok()?;
            transcribe(body, &bindings, place, left)
        })
    }
}

fn any_token(parts: &[Part], is_wanted: &dyn Fn(&TokenTree) -> bool) -> bool {
    parts.iter().any(|part| match part {
        Part::Fragment { .. } => false,
        Part::Repetition { parts, .. } | Part::Group(_, parts) => any_token(parts, is_wanted),
        Part::Token(token) => is_wanted(token),
    })
}

/// Whether a variable is declared whose name the macro was given: `let $name = ..`
fn declares(body: &[Part]) -> bool {
    let is_let = |part: &Part| matches!(part, Part::Token(token) if token.to_string() == "let");
    let is_given = |part: &Part| !matches!(part, Part::Token(_));
    body.windows(3).any(|parts| is_let(&parts[0]) && (is_given(&parts[1]) || is_given(&parts[2])))
}

fn is_punct(token: Option<&TokenTree>, wanted: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

/// Tokens of an arm with its fragments and repetitions.
fn parts(tokens: TokenStream) -> Vec<Part> {
    let mut found = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let is_variable = is_punct(Some(&token), '$');
        match (token, tokens.peek()) {
            (_, Some(TokenTree::Group(_))) if is_variable => {
                let Some(TokenTree::Group(inner)) = tokens.next() else { break };
                let mut separator = None;
                let mut operator = tokens.next();
                if !['*', '+', '?'].into_iter().any(|wanted| is_punct(operator.as_ref(), wanted)) {
                    separator = operator;
                    operator = tokens.next();
                }
                let Some(TokenTree::Punct(operator)) = operator else { break };
                found.push(Part::Repetition { parts: parts(inner.stream()), separator, operator: operator.as_char() });
            }
            (_, Some(TokenTree::Ident(_))) if is_variable => {
                let Some(TokenTree::Ident(name)) = tokens.next() else { break };
                let mut kind = String::new();
                let mut ahead = tokens.clone();
                if is_punct(ahead.next().as_ref(), ':')
                    && let Some(TokenTree::Ident(own)) = ahead.next()
                {
                    kind = own.to_string();
                    tokens = ahead;
                }
                found.push(Part::Fragment { name: name.to_string(), kind });
            }
            (TokenTree::Group(group), _) => found.push(Part::Group(group.delimiter(), parts(group.stream()))),
            (token, _) => found.push(Part::Token(token)),
        }
    }
    found
}

fn matches_all(pattern: &[Part], input: ParseStream, bindings: &mut Bindings) -> syn::Result<()> {
    for part in pattern {
        match part {
            Part::Fragment { name, kind } => {
                bindings.insert(name.clone(), Bound::One(fragment(kind, input)?));
            }
            Part::Repetition { parts, separator, operator } => {
                repetition(parts, separator.as_ref(), *operator, input, bindings)?;
            }
            Part::Group(delimiter, inner) => {
                let group: Group = input.parse()?;
                if group.delimiter() != *delimiter {
                    return Err(input.error("other brackets"));
                }
                let matched = |input: ParseStream| matches_all(inner, input, bindings);
                matched.parse2(group.stream())?;
            }
            Part::Token(token) => same_token(token, input)?,
        }
    }
    Ok(())
}

fn same_token(wanted: &TokenTree, input: ParseStream) -> syn::Result<()> {
    let token: TokenTree = input.parse()?;
    let is_same = match (wanted, &token) {
        (TokenTree::Punct(wanted), TokenTree::Punct(found)) => wanted.as_char() == found.as_char(),
        (wanted, found) => wanted.to_string() == found.to_string(),
    };
    if is_same { Ok(()) } else { Err(input.error("another token")) }
}

fn repetition(
    parts: &[Part],
    separator: Option<&TokenTree>,
    operator: char,
    input: ParseStream,
    bindings: &mut Bindings,
) -> syn::Result<()> {
    let mut found: Vec<Bindings> = Vec::new();
    let most = if operator == '?' { 1 } else { MAX_REPETITIONS };
    while !input.is_empty() && found.len() < most {
        let ahead = input.fork();
        let mut inner = Bindings::default();
        let is_separated = |separator: &TokenTree| found.is_empty() || same_token(separator, &ahead).is_ok();
        if !separator.is_none_or(is_separated) || matches_all(parts, &ahead, &mut inner).is_err() {
            break;
        }
        // What matches nothing would match for ever.
        if ahead.cursor() == input.cursor() {
            break;
        }
        input.advance_to(&ahead);
        found.push(inner);
    }
    if operator == '+' && found.is_empty() {
        return Err(input.error("nothing to repeat"));
    }
    for name in names(parts) {
        let bound = found.iter_mut().filter_map(|inner| inner.remove(&name)).collect();
        bindings.insert(name, Bound::Many(bound));
    }
    Ok(())
}

/// The names that parts bind, or put in.
fn names(parts: &[Part]) -> Vec<String> {
    let mut found = Vec::new();
    for part in parts {
        match part {
            Part::Fragment { name, .. } => found.push(name.clone()),
            Part::Repetition { parts, .. } | Part::Group(_, parts) => found.extend(names(parts)),
            Part::Token(_) => {}
        }
    }
    found
}

/// The tokens of a fragment.
fn fragment(kind: &str, input: ParseStream) -> syn::Result<TokenStream> {
    let mut cursor = input.cursor();
    let mut is_closed = true;
    match kind {
        "ident" => drop(<syn::Ident as syn::ext::IdentExt>::parse_any(input)?),
        "expr" | "expr_2021" => is_closed = is_primary(&input.parse::<Ast>()?),
        "ty" => drop(input.parse::<syn::Type>()?),
        "pat" => drop(Pat::parse_multi_with_leading_vert(input)?),
        "pat_param" => drop(Pat::parse_single(input)?),
        "path" => drop(input.parse::<syn::Path>()?),
        "block" => drop(input.parse::<syn::Block>()?),
        "stmt" => drop(input.parse::<syn::Stmt>()?),
        "item" => drop(input.parse::<syn::Item>()?),
        "meta" => drop(input.parse::<syn::Meta>()?),
        "lifetime" => drop(input.parse::<syn::Lifetime>()?),
        "vis" => drop(input.parse::<syn::Visibility>()?),
        "literal" => {
            input.parse::<Option<Token![-]>>()?;
            drop(input.parse::<syn::Lit>()?);
        }
        "tt" => drop(input.parse::<TokenTree>()?),
        _ => return Err(input.error("unknown fragment")),
    }
    let end = input.cursor();
    let mut tokens = TokenStream::new();
    while cursor != end {
        let Some((token, next)) = cursor.token_tree() else { break };
        tokens.extend([token]);
        cursor = next;
    }
    Ok(if is_closed { tokens } else { TokenTree::from(Group::new(Delimiter::None, tokens)).into() })
}

/// Whether an expression stays one whatever stands beside it.
fn is_primary(expr: &Ast) -> bool {
    matches!(
        expr,
        Ast::Path(_)
            | Ast::Lit(_)
            | Ast::Call(_)
            | Ast::MethodCall(_)
            | Ast::Field(_)
            | Ast::Index(_)
            | Ast::Paren(_)
            | Ast::Tuple(_)
            | Ast::Array(_)
            | Ast::Macro(_)
            | Ast::Try(_)
            | Ast::Await(_)
    )
}

/// What parts become; `None` when that is too much.
fn transcribe(parts: &[Part], bindings: &Bindings, place: TokenSpan, left: &mut usize) -> Option<TokenStream> {
    let mut tokens = TokenStream::new();
    for part in parts {
        match part {
            Part::Fragment { name, .. } => match bindings.get(name) {
                Some(Bound::One(bound)) => {
                    *left = left.checked_sub(size(bound))?;
                    tokens.extend(bound.clone());
                }
                None if name == "crate" => tokens.extend([TokenTree::from(Ident::new(name, place))]),
                _ => return None,
            },
            Part::Repetition { parts, separator, .. } => {
                let used = names(parts);
                let count = used.iter().filter_map(|name| match bindings.get(name) {
                    Some(Bound::Many(all)) => Some(all.len()),
                    _ => None,
                });
                for index in 0..count.max()? {
                    if let Some(separator) = separator.as_ref().filter(|_| index > 0) {
                        tokens.extend([placed(separator.clone(), place)]);
                    }
                    tokens.extend(transcribe(parts, &nth(bindings, &used, index), place, left)?);
                }
            }
            Part::Group(delimiter, inner) => {
                let mut group = Group::new(*delimiter, transcribe(inner, bindings, place, left)?);
                group.set_span(place);
                tokens.extend([TokenTree::from(group)]);
            }
            Part::Token(token) => tokens.extend([placed(token.clone(), place)]),
        }
        *left = left.checked_sub(1)?;
    }
    Some(tokens)
}

/// How many tokens there are, those in brackets among them.
fn size(tokens: &TokenStream) -> usize {
    let of = |token: TokenTree| match token {
        TokenTree::Group(group) => 1 + size(&group.stream()),
        _ => 1,
    };
    tokens.clone().into_iter().map(of).sum()
}

/// The bindings in one round of a repetition.
fn nth(bindings: &Bindings, used: &[String], index: usize) -> Bindings {
    let mut round = bindings.clone();
    for name in used {
        if let Some(Bound::Many(all)) = bindings.get(name)
            && let Some(bound) = all.get(index)
        {
            round.insert(name.clone(), bound.clone());
        }
    }
    round
}

fn placed(mut token: TokenTree, place: TokenSpan) -> TokenTree {
    token.set_span(place);
    token
}
