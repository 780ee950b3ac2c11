//! Format strings: what they put in by name, and whether a value is put into its own text.

use syn::Expr as Ast;
use unspin_ir::Name;

use crate::paths::name;

/// What stands between braces in a format string, up to the end of it where no brace closes.
fn placeholders(format: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = format;
    while let Some(at) = rest.find('{') {
        rest = &rest[at + 1..];
        if let Some(escaped) = rest.strip_prefix('{') {
            rest = escaped;
            continue;
        }
        found.push(&rest[..rest.find('}').unwrap_or(rest.len())]);
    }
    found
}

/// Names captured in a format string: `{name}`, `{name:?}`.
pub(crate) fn captures(format: &str) -> Vec<Name> {
    let named = placeholders(format).into_iter().filter_map(|inside| {
        let length = inside.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(inside.len());
        let own = &inside[..length];
        own.starts_with(|c: char| c.is_alphabetic() || c == '_').then(|| name(own))
    });
    named.collect()
}

/// Whether a formatting macro is given `self` to be written plainly as a trait does it: `{}` for `Display`, `{:?}` for
/// `Debug`.
pub(crate) fn writes_itself(form: &str, given: &[Ast]) -> bool {
    let form = match form {
        "std.fmt.Display" | "core.fmt.Display" => "",
        "std.fmt.Debug" | "core.fmt.Debug" => ":?",
        _ => return false,
    };
    let Some((format, values)) = format_and_values(given) else { return false };
    let mut values = values.iter();
    placeholders(&format).into_iter().any(|inside| {
        let is_next = inside.is_empty() || inside.starts_with(':');
        let value = if is_next { values.next() } else { None };
        inside == form && value.is_some_and(is_self) || inside.strip_prefix("self") == Some(form)
    })
}

/// The format string among the arguments of a macro, and those behind it.
fn format_and_values(given: &[Ast]) -> Option<(String, &[Ast])> {
    let text = |argument: &Ast| match argument {
        Ast::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    };
    given.iter().enumerate().find_map(|(index, argument)| Some((text(argument)?, &given[index + 1..])))
}

fn is_self(value: &Ast) -> bool {
    matches!(value, Ast::Path(path) if path.path.is_ident("self"))
}
