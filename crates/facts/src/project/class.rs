//! Classes across files: methods through bases, overrides, subclasses.
//!
//! The method resolution order is the depth-first order of the bases, which agrees with Python's where no class is
//! inherited twice, and with Rust's for a type and the default methods of its traits.

use rustc_hash::{FxHashMap, FxHashSet};
use unspin_ir::Name;

use super::{FunctionRef, Project};
use crate::model::FailureKind;

/// A class of the project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClassRef(pub(crate) u32);

impl Project {
    /// Every class of the files.
    pub(crate) fn classes(&self) -> impl Iterator<Item = ClassRef> + use<> {
        (0..self.index.classes.len() as u32).map(ClassRef)
    }

    /// Methods that the class itself defines, in the order of the source.
    pub fn methods_of(&self, class: ClassRef) -> impl Iterator<Item = FunctionRef> + '_ {
        self.index.class(class).methods.iter().copied()
    }

    /// Whether a class only adds methods to a type that the project does not define, so that it has others as well.
    pub fn is_foreign(&self, class: ClassRef) -> bool {
        self.index.class(class).is_foreign
    }

    /// A class and its bases in the project, nearest first.
    pub fn linearized(&self, class: ClassRef) -> &[ClassRef] {
        self.index.class(class).linearized.get_or_init(|| {
            let mut order = Vec::new();
            let mut pending = vec![class];
            while let Some(next) = pending.pop() {
                if order.len() < MAX_BASES && !order.contains(&next) {
                    order.push(next);
                    pending.extend(self.index.class(next).bases.iter().rev());
                }
            }
            order.into()
        })
    }

    /// The method that a class has by this name, its own or inherited. Several when a Rust type implements several
    /// traits with such a method.
    pub fn method(&self, class: ClassRef, name: Name) -> &[FunctionRef] {
        let own = self.own_method(class, name);
        if own.is_empty() { self.inherited_method(class, name) } else { own }
    }

    /// The method that the nearest base with one of this name gives a class.
    pub(crate) fn inherited_method(&self, class: ClassRef, name: Name) -> &[FunctionRef] {
        let bases = self.linearized(class).iter().skip(1);
        bases.map(|&base| self.own_method(base, name)).find(|found| !found.is_empty()).unwrap_or_default()
    }

    /// The method that a class itself defines by this name. An inherent method hides those of traits; of several
    /// definitions of one name outside of traits the last one counts, if they are in one file.
    pub fn own_method(&self, class: ClassRef, name: Name) -> &[FunctionRef] {
        let Some(found) = self.index.class(class).by_name.get(&name) else { return &[] };
        if found.len() < 2 {
            return found;
        }
        let mut inherent = found.iter().filter(|&&method| self.function(method).implements.is_none());
        let last = inherent.next_back();
        // Two files cannot both have the last word: a macro makes something else of one of them.
        last.filter(|last| inherent.all(|other| other.file == last.file)).map_or(found, std::slice::from_ref)
    }

    /// Classes of the project that inherit from this one or implement it, near ones first.
    pub fn subclasses(&self, class: ClassRef) -> Vec<ClassRef> {
        let mut found = vec![class];
        let mut next = 0;
        while next < found.len() {
            for &subclass in &self.index.class(found[next]).subclasses {
                if !found.contains(&subclass) {
                    found.push(subclass);
                }
            }
            next += 1;
            if found.len() > MAX_SUBCLASSES {
                break;
            }
        }
        found.remove(0);
        found
    }

    /// Whether a method gives its class what a base declares without a body.
    pub(crate) fn implements_abstract(&self, method: FunctionRef) -> bool {
        self.declared_by(method).iter().any(|&declared| self.function(declared).is_abstract)
    }

    /// The methods of the same name in the bases of a method's class.
    pub(crate) fn declared_by(&self, method: FunctionRef) -> Vec<FunctionRef> {
        let Some(class) = self.owner(method) else { return Vec::new() };
        let name = self.function(method).name;
        self.linearized(class).iter().skip(1).flat_map(|&base| self.own_method(base, name)).copied().collect()
    }

    /// Methods of subclasses that stand for this one when it is called on an unknown instance of its class.
    pub fn overrides(&self, method: FunctionRef) -> &[FunctionRef] {
        let Some(class) = self.owner(method) else { return &[] };
        self.overrides_in(class, self.function(method).name)
    }

    /// Definitions of a method in the subclasses of a class.
    pub(crate) fn overrides_in(&self, class: ClassRef, name: Name) -> &[FunctionRef] {
        let entry = self.index.class(class);
        if entry.subclasses.is_empty() {
            return &[];
        }
        let all = entry.overrides.get_or_init(|| {
            let mut all: FxHashMap<Name, Vec<FunctionRef>> = FxHashMap::default();
            for subclass in self.subclasses(class) {
                let mut seen = FxHashSet::default();
                for &method in &self.index.class(subclass).methods {
                    let name = self.function(method).name;
                    if seen.insert(name) {
                        all.entry(name).or_default().extend(self.own_method(subclass, name));
                    }
                }
            }
            all
        });
        all.get(&name).map_or(&[], Vec::as_slice)
    }

    /// Bases of a class and its bases that the project does not define, by the name their file gives them.
    pub fn foreign_bases(&self, class: ClassRef) -> impl Iterator<Item = Name> + '_ {
        self.linearized(class).iter().flat_map(|&class| self.index.class(class).foreign_bases.iter().copied())
    }

    /// Whether a type is another or inherits from it, in the project or in what is known of libraries. Both absolute.
    pub fn is_subclass(&self, name: Name, base: Name) -> bool {
        if name == base {
            return true;
        }
        let base_class = self.class(base);
        let wanted = self.models.canonical_type(base);
        let Some(class) = self.class(name) else { return self.models.bases_of(name).any(|base| base == wanted) };
        self.linearized(class).iter().any(|&class| Some(class) == base_class)
            || self.foreign_bases(class).any(|foreign| self.models.bases_of(foreign).any(|base| base == wanted))
    }

    /// What a class of failures that a file names means: by its own name, else by that of a base.
    pub fn failure_kind(&self, file: u32, name: Name) -> Option<FailureKind> {
        let Some(class) = self.class_in(file, name) else { return self.models.failure_kind(name) };
        let own = self.linearized(class).iter().find_map(|&class| self.models.failure_kind(self.class_name(class)));
        own.or_else(|| self.foreign_bases(class).find_map(|base| self.models.failure_kind(base)))
    }
}

/// How many bases of a class are looked at.
const MAX_BASES: usize = 256;

/// How many subclasses are looked at; a base of more than that says nothing about the method that is called.
const MAX_SUBCLASSES: usize = 400;
