//! Annotations as nominal types, seen through optionals and wrappers.

use ruff_python_ast::{self as ast, Expr as Syntax};
use unspin_ir::Name;

use super::Lowerer;

/// Longer texts are no annotations.
const LONGEST_TEXT: usize = 200;

/// Wrappers whose first argument is the type.
const TRANSPARENT: [&str; 9] =
    ["Optional", "Annotated", "ClassVar", "Final", "Required", "NotRequired", "ReadOnly", "InitVar", "Unpack"];

impl<'a> Lowerer<'a> {
    /// The nominal type of an annotation; `None` where it is none or more than one.
    pub(super) fn nominal(&mut self, annotation: &'a Syntax) -> Option<Name> {
        match annotation {
            Syntax::Name(name) if self.type_variables.contains_key(name.id.as_str()) => {
                // Taken out while it is looked through: a bound may name its own variable.
                let bound = self.type_variables.remove(name.id.as_str()).flatten();
                let ty = bound.and_then(|bound| self.nominal(bound));
                self.type_variables.insert(name.id.as_str(), bound);
                ty
            }
            Syntax::Name(_) | Syntax::Attribute(_) => {
                let path = self.path(annotation)?;
                if last(path) == "Self"
                    && let Some(owner) = self.frame.owner
                {
                    return Some(owner);
                }
                Some(path)
            }
            Syntax::Subscript(subscript) => self.generic(subscript),
            Syntax::BinOp(union) if union.op == ast::Operator::BitOr => {
                let mut members = Vec::new();
                let mut rest = annotation;
                while let Syntax::BinOp(union) = rest {
                    members.push(&*union.right);
                    rest = &union.left;
                }
                members.push(rest);
                self.only(members.into_iter())
            }
            Syntax::StringLiteral(text) => self.text(text.value.to_str()),
            _ => None,
        }
    }

    fn generic(&mut self, subscript: &'a ast::ExprSubscript) -> Option<Name> {
        let base = self.path(&subscript.value)?;
        let arguments = match &*subscript.slice {
            Syntax::Tuple(tuple) => tuple.elts.as_slice(),
            single => std::slice::from_ref(single),
        };
        match last(base) {
            word if TRANSPARENT.contains(&word) => self.nominal(arguments.first()?),
            "Union" => self.only(arguments.iter()),
            "Literal" => None,
            _ => Some(base),
        }
    }

    /// The one member of a union that is not `None`.
    fn only(&mut self, members: impl Iterator<Item = &'a Syntax>) -> Option<Name> {
        let mut others = members.filter(|member| !is_none(member));
        let only = others.next()?;
        if others.next().is_some() { None } else { self.nominal(only) }
    }

    /// A forward reference: a path, alone or as the argument of a wrapper.
    fn text(&mut self, text: &'a str) -> Option<Name> {
        let text = text.trim();
        if text.len() > LONGEST_TEXT {
            return None;
        }
        if let Some((base, rest)) = text.split_once('[') {
            let arguments = rest.strip_suffix(']')?;
            let wrapper = last_of(base);
            if TRANSPARENT.contains(&wrapper) {
                let first = if wrapper == "Annotated" { arguments.split(',').next()? } else { arguments };
                return self.text(first);
            }
            return if arguments.contains('|') || wrapper == "Union" || wrapper == "Literal" { None } else { self.text(base) };
        }
        let mut members = text.split('|').map(str::trim).filter(|member| *member != "None");
        let only = members.next()?.trim_matches(['"', '\'']);
        let is_path = only.split('.').all(|part| part.starts_with(|c: char| c.is_alphabetic() || c == '_'));
        if members.next().is_some() || !is_path || !only.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.') {
            return None;
        }
        self.dotted(only)
    }

    fn dotted(&mut self, text: &'a str) -> Option<Name> {
        let mut parts = text.split('.');
        let first = unspin_ir::name(parts.next()?);
        if first.as_str() == "Self"
            && let Some(owner) = self.frame.owner
        {
            return Some(owner);
        }
        let super::resolve::Resolved::Path(mut path) = self.resolve(first) else { return None };
        for part in parts {
            let part = unspin_ir::name(part);
            path = self.names.join(path, part);
        }
        Some(path)
    }

    /// Whether a return annotation says that the function never returns.
    pub(super) fn is_never(&mut self, annotation: &'a Syntax) -> bool {
        self.nominal(annotation).is_some_and(|path| matches!(last(path), "NoReturn" | "Never"))
    }
}

fn is_none(annotation: &Syntax) -> bool {
    match annotation {
        Syntax::NoneLiteral(_) => true,
        Syntax::StringLiteral(text) => text.value.to_str() == "None",
        _ => false,
    }
}

fn last(path: Name) -> &'static str {
    last_of(path.as_str())
}

fn last_of(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path).trim()
}
