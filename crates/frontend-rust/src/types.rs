//! Types of the source to nominal types.
//!
//! A nominal type is the path of the one type that methods are looked up on: references, smart pointers, locks, cells,
//! `Option`, `Result` and `Poll` are seen through, `impl T` and `dyn T` are `T`, and a generic parameter is its first
//! bound. Tuples, slices, arrays, functions and what is inferred have none.

use syn::{GenericArgument, GenericParam, Generics, Item, PathArguments, ReturnType, Type, TypeParamBound, WherePredicate};
use unspin_ir::Name;

use crate::lowering::{Lowering, Returns};
use crate::paths::{ident_name, joined};

/// Types that are seen through, by their last segment.
const TRANSPARENT: [&str; 17] = [
    "Box",
    "Arc",
    "Rc",
    "Pin",
    "Mutex",
    "RwLock",
    "RefCell",
    "Cell",
    "Option",
    "Result",
    "Poll",
    "OnceCell",
    "OnceLock",
    "ManuallyDrop",
    "MaybeUninit",
    "MutexGuard",
    "Cow",
];

/// What a name is among the generic parameters in scope.
pub(crate) enum Generic {
    /// None of them.
    No,
    /// One, with its first bound.
    Parameter(Option<Name>),
}

impl Lowering<'_> {
    /// The nominal type.
    pub(crate) fn nominal(&mut self, ty: &Type) -> Option<Name> {
        let mut ty = ty;
        loop {
            ty = match ty {
                Type::Reference(t) => &t.elem,
                Type::Ptr(t) => &t.elem,
                Type::Paren(t) => &t.elem,
                Type::Group(t) => &t.elem,
                Type::ImplTrait(t) => return self.first_bound(t.bounds.iter()),
                Type::TraitObject(t) => return self.first_bound(t.bounds.iter()),
                Type::Path(t) => {
                    let last = t.path.segments.last()?;
                    if TRANSPARENT.iter().any(|known| last.ident == known) || self.is_result(&t.path) {
                        first_type(&last.arguments)?
                    } else {
                        return self.nominal_path(t);
                    }
                }
                _ => return None,
            };
        }
    }

    fn nominal_path(&mut self, ty: &syn::TypePath) -> Option<Name> {
        if ty.qself.is_some() {
            return None;
        }
        let first = ident_name(&ty.path.segments.first()?.ident);
        if let Generic::Parameter(bound) = self.generic(first) {
            return if ty.path.segments.len() == 1 { bound } else { None };
        }
        if first.as_str() == "Self" {
            return if ty.path.segments.len() == 1 { self.self_type } else { None };
        }
        let path = self.path_name(&ty.path);
        Some(self.aliases.get(&path).copied().unwrap_or(path))
    }

    /// Make the type aliases among these items known.
    pub(crate) fn collect_aliases(&mut self, items: &[Item]) {
        for item in items {
            let Item::Type(item) = item else { continue };
            let own = joined(self.paths.within_file(), &ident_name(&item.ident));
            let mark = self.add_generics(&item.generics);
            match self.kind_of(&item.ty) {
                Returns::Result => {
                    self.result_aliases.insert(own);
                }
                _ => {
                    if let Some(ty) = self.nominal(&item.ty) {
                        self.aliases.insert(own, ty);
                    }
                }
            }
            self.forget_generics(mark);
        }
    }

    /// Whether a type is a `Result` by another name: an alias of the file, or from elsewhere with a name that says so
    /// and a type parameter.
    fn is_result(&mut self, path: &syn::Path) -> bool {
        let Some(last) = path.segments.last() else { return false };
        let says_so = last.ident.to_string().ends_with("Result") && first_type(&last.arguments).is_some();
        says_so
            || !self.result_aliases.is_empty() && {
                let path = self.path_name(path);
                self.result_aliases.contains(&path)
            }
    }

    /// The first bound that names a trait.
    pub(crate) fn first_bound<'b>(&mut self, bounds: impl Iterator<Item = &'b TypeParamBound>) -> Option<Name> {
        for bound in bounds {
            if let TypeParamBound::Trait(bound) = bound
                && bound.maybe.is_none()
                && bound.path.segments.last().is_some_and(|last| last.ident != "Send" && last.ident != "Sync")
            {
                return Some(self.path_name(&bound.path));
            }
        }
        None
    }

    /// Make generic parameters known, with the first bound of each; what is returned is to be given to
    /// [`Self::forget_generics`].
    pub(crate) fn add_generics(&mut self, generics: &Generics) -> usize {
        let mark = self.generics.len();
        for parameter in &generics.params {
            if let GenericParam::Type(parameter) = parameter {
                let own = ident_name(&parameter.ident);
                self.generics.push((own, None));
                let bound = self.first_bound(parameter.bounds.iter());
                if let Some(last) = self.generics.last_mut() {
                    last.1 = bound;
                }
            }
        }
        let predicates = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
        for predicate in predicates {
            if let WherePredicate::Type(predicate) = predicate
                && let Type::Path(bounded) = &predicate.bounded_ty
                && let Some(own) = bounded.path.get_ident().map(ident_name)
                && let Some(bound) = self.first_bound(predicate.bounds.iter())
                && let Some(known) = self.generics[mark..].iter_mut().find(|(known, _)| *known == own)
            {
                known.1.get_or_insert(bound);
            }
        }
        mark
    }

    /// Forget generic parameters.
    pub(crate) fn forget_generics(&mut self, mark: usize) {
        self.generics.truncate(mark);
    }

    /// Whether the name is a generic parameter, and its bound.
    pub(crate) fn generic(&self, own: Name) -> Generic {
        match self.generics.iter().rev().find(|(known, _)| *known == own) {
            Some((_, bound)) => Generic::Parameter(*bound),
            None => Generic::No,
        }
    }

    /// The nominal return type, and what kind of value a function with this signature gives back.
    pub(crate) fn returned(&mut self, output: &ReturnType) -> (Option<Name>, Returns) {
        let ReturnType::Type(_, ty) = output else { return (None, Returns::Unit) };
        (self.nominal(ty), self.kind_of(ty))
    }

    /// What kind of value a declared return type is.
    fn kind_of(&mut self, ty: &Type) -> Returns {
        match ty {
            Type::Never(_) => Returns::Never,
            Type::Tuple(tuple) if tuple.elems.is_empty() => Returns::Unit,
            Type::Paren(inner) => self.kind_of(&inner.elem),
            Type::Group(inner) => self.kind_of(&inner.elem),
            Type::Path(path) => match path.path.segments.last() {
                Some(last) if last.ident == "Option" => Returns::Option,
                Some(last) if last.ident == "Poll" => match first_type(&last.arguments).map(|inner| self.kind_of(inner)) {
                    Some(Returns::Result) => Returns::Result,
                    _ => Returns::Value,
                },
                Some(last) if last.ident == "Result" || self.is_result(&path.path) => Returns::Result,
                _ => Returns::Value,
            },
            _ => Returns::Value,
        }
    }
}

/// The first type among the arguments of a path.
pub(crate) fn first_type(arguments: &PathArguments) -> Option<&Type> {
    types_of(arguments).next()
}

/// The types among the arguments of a path.
pub(crate) fn types_of(arguments: &PathArguments) -> impl Iterator<Item = &Type> {
    let arguments = match arguments {
        PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
        _ => None,
    };
    arguments.into_iter().flatten().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}
