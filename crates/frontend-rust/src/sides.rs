//! What a pattern says of a `Result`: which side it is for, and what of it must be tested.
//!
//! `Poll::Ready(p)` counts as `p`. The answers are about the form of the pattern alone, so a constant in capitals may be
//! taken for a variant.

use syn::Pat;

use crate::blocks::is_path_like;
use crate::patterns::{Known, known_constructor};

/// What a pattern on a `Result` can match.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Only failures.
    Err,
    /// Only successes (or `Poll::Pending`).
    Ok,
    /// Either: `_`, a name.
    Both,
}

/// See through `&`, parentheses, guards and `Poll::Ready`.
pub(crate) fn strip(pattern: &Pat) -> &Pat {
    match pattern {
        Pat::Paren(p) => strip(&p.pat),
        Pat::Reference(p) => strip(&p.pat),
        Pat::Type(p) => strip(&p.pat),
        Pat::Guard(p) => strip(&p.pat),
        Pat::TupleStruct(p) if known_constructor(&p.path) == Some(Known::Ready) => match p.elems.first() {
            Some(inner) => strip(inner),
            None => pattern,
        },
        _ => pattern,
    }
}

/// The payload pattern of `Ok(p)` or `Err(p)`.
pub(crate) fn payload(pattern: &Pat) -> Option<(Known, Option<&Pat>)> {
    let Pat::TupleStruct(p) = strip(pattern) else { return None };
    let known = known_constructor(&p.path)?;
    matches!(known, Known::Ok | Known::Err).then(|| (known, p.elems.first()))
}

/// Whether a pattern says `Ok(..)` or `Err(..)`.
pub(crate) fn is_result_pattern(pattern: &Pat) -> bool {
    match strip(pattern) {
        Pat::Or(p) => p.cases.iter().any(is_result_pattern),
        Pat::Ident(p) => p.subpat.as_ref().is_some_and(|(_, inner)| is_result_pattern(inner)),
        other => payload(other).is_some(),
    }
}

/// What a pattern can match.
pub(crate) fn side(pattern: &Pat) -> Side {
    match strip(pattern) {
        Pat::Wild(_) => Side::Both,
        Pat::Ident(p) => match &p.subpat {
            Some((_, inner)) => side(inner),
            None if is_path_like(&p.ident) => Side::Ok,
            None => Side::Both,
        },
        Pat::Or(p) => {
            let mut sides = p.cases.iter().map(side);
            let first = sides.next().unwrap_or(Side::Both);
            if sides.all(|other| other == first) { first } else { Side::Both }
        }
        other => match payload(other) {
            Some((Known::Err, _)) => Side::Err,
            _ => Side::Ok,
        },
    }
}

/// Whether a pattern takes two results apart: `Ok(Ok(x))`, `Ok(Err(e))`.
pub(crate) fn is_nested(pattern: &Pat) -> bool {
    match strip(pattern) {
        Pat::Or(p) => p.cases.iter().any(is_nested),
        other => matches!(payload(other), Some((Known::Ok, Some(inner))) if is_result_pattern(inner)),
    }
}

/// The patterns for failures of an arm, one an alternative: `None` if it matches none, empty if it matches all.
pub(crate) fn failures_of(pattern: &Pat, level: u32) -> Option<Vec<&Pat>> {
    match strip(pattern) {
        Pat::Wild(_) => Some(Vec::new()),
        whole @ Pat::Ident(p) => match &p.subpat {
            Some((_, inner)) => failures_of(inner, level),
            None if is_path_like(&p.ident) => None,
            None => Some(vec![whole]),
        },
        Pat::Or(p) => {
            let found: Vec<_> = p.cases.iter().filter_map(|case| failures_of(case, level)).collect();
            let catches_all = found.iter().any(Vec::is_empty);
            (!found.is_empty()).then(|| if catches_all { Vec::new() } else { found.concat() })
        }
        other => match payload(other)? {
            (Known::Err, inner) if level == 1 => {
                Some(inner.into_iter().filter(|p| !matches!(p, Pat::Wild(_) | Pat::Rest(_))).collect())
            }
            (Known::Ok, Some(inner)) if level == 2 => failures_of(inner, 1),
            _ => None,
        },
    }
}

/// `name @ Error::Timeout`: the class says it all, and the name is for the whole.
pub(crate) fn named_class(pattern: &Pat) -> Option<&syn::PatIdent> {
    match strip(pattern) {
        Pat::Ident(ident) => {
            let (_, inner) = ident.subpat.as_ref()?;
            matches!(strip(inner), Pat::Path(_)).then_some(ident)
        }
        _ => None,
    }
}

/// Whether a pattern fits every success: `Ok(value)`, `_`, a name.
pub(crate) fn always_succeeds(pattern: &Pat) -> bool {
    match pattern {
        Pat::Paren(p) => always_succeeds(&p.pat),
        Pat::Reference(p) => always_succeeds(&p.pat),
        Pat::Or(p) => p.cases.iter().any(always_succeeds),
        Pat::TupleStruct(p) => {
            known_constructor(&p.path) == Some(Known::Ok) && p.elems.iter().all(|inner| !needs_tests(inner, false))
        }
        Pat::Ident(p) => p.subpat.is_none() && !is_path_like(&p.ident),
        other => matches!(other, Pat::Wild(_)),
    }
}

/// A pattern that is nothing but a new name.
pub(crate) fn bare_name(pattern: &Pat) -> Option<&syn::PatIdent> {
    match strip(pattern) {
        Pat::Ident(ident) if ident.subpat.is_none() && !is_path_like(&ident.ident) => Some(ident),
        _ => None,
    }
}

/// Whether an arm is a bare name for the whole result.
pub(crate) fn is_whole(pattern: Option<&Pat>) -> bool {
    pattern.is_some_and(|pattern| matches!(strip(pattern), Pat::Ident(_)))
}

/// Whether a pattern inside of `Err(..)` needs the value: to bind a part or to test one.
pub(crate) fn needs_value(pattern: &Pat) -> bool {
    match strip(pattern) {
        Pat::Wild(_) | Pat::Rest(_) | Pat::Path(_) => false,
        Pat::Ident(p) => p.subpat.is_some() || !is_path_like(&p.ident),
        Pat::TupleStruct(p) => p.elems.iter().any(|element| !matches!(element, Pat::Wild(_) | Pat::Rest(_))),
        Pat::Struct(p) => p.fields.iter().any(|field| !matches!(&*field.pat, Pat::Wild(_))),
        Pat::Or(p) => p.cases.iter().any(needs_value),
        Pat::Tuple(p) => p.elems.iter().any(needs_value),
        _ => true,
    }
}

/// Whether a pattern can fail, given that its class fits.
pub(crate) fn needs_tests(pattern: &Pat, class_known: bool) -> bool {
    match strip(pattern) {
        Pat::Wild(_) | Pat::Rest(_) => false,
        Pat::Ident(p) => match &p.subpat {
            Some((_, inner)) => needs_tests(inner, class_known),
            None => is_path_like(&p.ident) && !class_known,
        },
        Pat::Path(_) => !class_known,
        Pat::TupleStruct(p) => !class_known || p.elems.iter().any(|element| needs_tests(element, false)),
        Pat::Struct(p) => {
            (!class_known && p.path.segments.len() > 1) || p.fields.iter().any(|field| needs_tests(&field.pat, false))
        }
        Pat::Or(p) => p.cases.iter().all(|case| needs_tests(case, class_known)),
        Pat::Tuple(p) => p.elems.iter().any(|element| needs_tests(element, false)),
        _ => true,
    }
}
