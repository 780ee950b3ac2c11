//! Bounds of type parameters that a struct leaves to its `impl` blocks: `struct Lines<R> { input: R }` with
//! `impl<R: AsyncRead> Lines<R>`.
//!
//! Only inherent `impl` blocks among the same items are looked at, and where two of them disagree there is no bound. Nor is
//! there one where the trait is the crate's own: a wrapper of that kind calls whatever it wraps, not itself.

use rustc_hash::FxHashMap;
use syn::{Generics, Item, Type};
use unspin_ir::Name;

use crate::lowering::Lowering;
use crate::paths::ident_name;
use crate::types::{Generic, types_of};

/// The bound of each parameter of a struct by its position; `None` where `impl` blocks disagree.
pub(crate) type BoundsByPosition = FxHashMap<(Name, usize), Option<Name>>;

impl Lowering<'_> {
    /// Make known what the `impl` blocks among these items say of the parameters of their types.
    pub(crate) fn collect_bounds(&mut self, items: &[Item]) {
        for item in items {
            let Item::Impl(item) = item else { continue };
            let Type::Path(own) = &*item.self_ty else { continue };
            if item.trait_.is_some() || item.generics.params.is_empty() || own.qself.is_some() {
                continue;
            }
            let Some(last) = own.path.segments.last() else { continue };
            let mark = self.add_generics(&item.generics);
            let path = self.path_name(&own.path);
            for (position, ty) in types_of(&last.arguments).enumerate() {
                let Type::Path(parameter) = ty else { continue };
                let bound = parameter.path.get_ident().map(|ident| self.generic(ident_name(ident)));
                if let Some(Generic::Parameter(Some(bound))) = bound
                    && !self.is_of_crate(bound)
                {
                    let known = self.bounds.entry((path, position)).or_insert(Some(bound));
                    if *known != Some(bound) {
                        *known = None;
                    }
                }
            }
            self.forget_generics(mark);
        }
    }

    fn is_of_crate(&self, path: Name) -> bool {
        let first = |path: Name| path.as_str().split('.').next().unwrap_or_default();
        self.paths.is_own(path) || first(path) == first(self.source.name)
    }

    /// Give the parameters of a struct, which are in scope, the bounds that it does not say itself.
    pub(crate) fn bound_elsewhere(&mut self, path: Name, generics: &Generics, mark: usize) {
        for (position, parameter) in generics.type_params().enumerate() {
            let own = ident_name(&parameter.ident);
            let bound = self.bounds.get(&(path, position)).copied().flatten();
            if let Some(known) = self.generics[mark..].iter_mut().find(|(known, _)| *known == own) {
                known.1 = known.1.or(bound);
            }
        }
    }
}
