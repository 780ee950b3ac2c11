//! Names of a file: what is imported, what is defined, and how a path is made absolute.
//!
//! `use` trees at any depth, renames, groups and `self` feed one table a module; globs are not followed, but a name
//! that an inline module does not know is looked up in the module around it, which is what `use super::*` is for.
//! Paths of the file's own items stay relative to the file (`Client.connect`), all others are absolute.

use std::cell::RefCell;
use std::fmt::Write as _;

use rustc_hash::{FxHashMap, FxHashSet};
use syn::{Ident, Item, UseTree};
use unspin_ir::{Name, Source};

/// How many imports may refer to one another (`use std::io; use io::Read;`) before a name is taken as it is.
const MAX_HOPS: u32 = 8;

/// Names that one thread remembers; the table of all names is shared and large, and asking it shows in profiles.
const MAX_REMEMBERED: usize = 20_000;

/// Names that this thread has interned, and a buffer for the text of identifiers.
#[derive(Default)]
struct Remembered {
    names: FxHashMap<&'static str, Name>,
    text: String,
}

thread_local! {
    static REMEMBERED: RefCell<Remembered> = RefCell::default();
}

impl Remembered {
    fn name(names: &mut FxHashMap<&'static str, Name>, text: &str) -> Name {
        if let Some(&known) = names.get(text) {
            return known;
        }
        if names.len() >= MAX_REMEMBERED {
            names.clear();
        }
        let interned = unspin_ir::name(text);
        names.insert(interned.as_str(), interned);
        interned
    }
}

/// Intern a string.
pub(crate) fn name(text: &str) -> Name {
    REMEMBERED.with_borrow_mut(|remembered| Remembered::name(&mut remembered.names, text))
}

/// The text of an identifier without `r#`, interned.
pub(crate) fn ident_name(ident: &Ident) -> Name {
    REMEMBERED.with_borrow_mut(|Remembered { names, text }| {
        text.clear();
        // Writing to a string does not fail.
        let _ = write!(text, "{ident}");
        Remembered::name(names, text.strip_prefix("r#").unwrap_or(text))
    })
}

/// Join a prefix, which may be empty, and a name.
pub(crate) fn joined(prefix: &str, own: &str) -> Name {
    if prefix.is_empty() { name(own) } else { name(&format!("{prefix}.{own}")) }
}

/// What one module, inline or the file itself, calls by name.
#[derive(Debug, Default)]
struct ModuleNames {
    /// Path within the file: empty, `tests`.
    within_file: String,
    /// Names that it imports, as written.
    imports: FxHashMap<Name, Vec<Name>>,
    /// Items that it defines; the value is their path within the file.
    items: FxHashMap<Name, Name>,
    parent: Option<usize>,
}

/// All names of a file.
#[derive(Debug)]
pub(crate) struct Paths {
    /// Absolute path of the file's module.
    file: Name,
    /// The modules that the file declares.
    below: FxHashSet<Name>,
    modules: Vec<ModuleNames>,
    current: usize,
    /// `use` and items inside of function bodies, innermost last.
    local: Vec<(Name, Name)>,
}

impl Paths {
    /// The table of a file whose items are these.
    pub(crate) fn new(source: &Source, items: &[Item]) -> Self {
        let declared = items.iter().filter_map(|item| match item {
            Item::Mod(item) => Some(ident_name(&item.ident)),
            _ => None,
        });
        let below = declared.collect();
        let mut paths = Self { file: source.name, below, modules: vec![ModuleNames::default()], current: 0, local: Vec::new() };
        paths.collect(items);
        paths
    }

    /// Enter an inline module; what is returned is to be given to [`Self::leave`].
    pub(crate) fn enter(&mut self, own: Name, items: &[Item]) -> usize {
        let before = self.current;
        let within_file = joined(&self.modules[before].within_file, &own).to_string();
        self.modules.push(ModuleNames { within_file, parent: Some(before), ..ModuleNames::default() });
        self.current = self.modules.len() - 1;
        self.collect(items);
        before
    }

    /// Leave an inline module.
    pub(crate) fn leave(&mut self, before: usize) {
        self.current = before;
    }

    /// Path within the file of the current module.
    pub(crate) fn within_file(&self) -> &str {
        &self.modules[self.current].within_file
    }

    /// How many names of function bodies are known; to be given to [`Self::forget_local`].
    pub(crate) fn local_mark(&self) -> usize {
        self.local.len()
    }

    /// Forget the names of a function body.
    pub(crate) fn forget_local(&mut self, mark: usize) {
        self.local.truncate(mark);
    }

    /// Make an item of a function body known.
    pub(crate) fn add_local(&mut self, own: Name, path: Name) {
        self.local.push((own, path));
    }

    /// Whether a path is one of an item of this file.
    pub(crate) fn is_own(&self, path: Name) -> bool {
        let first = name(path.split('.').next().unwrap_or_default());
        self.modules[0].items.contains_key(&first) || self.local.iter().any(|(_, known)| *known == path)
    }

    /// What a `pub use` of the file gives on: names, with the absolute paths that they stand for.
    pub(crate) fn exported(&self, tree: &UseTree) -> Vec<(Name, Name)> {
        let mut exported = Vec::new();
        flatten(tree, &mut Vec::new(), &mut exported);
        let absolute = |segments: Vec<Name>| {
            let is_below = segments.first().is_some_and(|first| self.below.contains(first));
            if is_below { joined(&self.file, &joined_segments(&segments)) } else { self.resolve(&segments) }
        };
        exported.into_iter().map(|(own, segments)| (own, absolute(segments))).collect()
    }

    /// Make the names of a `use` in a function body known.
    pub(crate) fn add_local_use(&mut self, tree: &UseTree) {
        let mut imports = Vec::new();
        flatten(tree, &mut Vec::new(), &mut imports);
        for (alias, segments) in imports {
            let path = self.resolve(&segments);
            self.local.push((alias, path));
        }
    }

    /// Make the names of items that a macro wraps known in the current module.
    pub(crate) fn collect(&mut self, items: &[Item]) {
        let mut imports = Vec::new();
        let module = &mut self.modules[self.current];
        for item in items {
            let own = match item {
                Item::Const(i) => &i.ident,
                Item::Enum(i) => &i.ident,
                Item::Fn(i) => &i.sig.ident,
                Item::Mod(i) if i.content.is_some() => &i.ident,
                Item::Static(i) => &i.ident,
                Item::Struct(i) => &i.ident,
                Item::Trait(i) => &i.ident,
                Item::Type(i) => &i.ident,
                Item::Union(i) => &i.ident,
                Item::Use(i) => {
                    flatten(&i.tree, &mut Vec::new(), &mut imports);
                    continue;
                }
                Item::ExternCrate(i) => {
                    if let Some((_, rename)) = &i.rename {
                        imports.push((ident_name(rename), vec![ident_name(&i.ident)]));
                    }
                    continue;
                }
                _ => continue,
            };
            let own = ident_name(own);
            let path = joined(&module.within_file, &own);
            module.items.insert(own, path);
        }
        module.imports.extend(imports);
    }

    /// The path that these segments mean here.
    pub(crate) fn resolve(&self, segments: &[Name]) -> Name {
        self.resolve_in(self.current, segments, MAX_HOPS, true)
    }

    fn resolve_in(&self, module: usize, segments: &[Name], hops: u32, with_local: bool) -> Name {
        let Some((first, rest)) = segments.split_first() else { return name("?") };
        match first.as_str() {
            "crate" => {
                let krate = self.file.split('.').next().unwrap_or_default();
                return self.relative_to_file(&with_rest(krate, rest));
            }
            "self" if !rest.is_empty() => return self.relative_to_file(&with_rest(&self.absolute(module), rest)),
            "super" => return self.super_path(module, rest),
            _ => {}
        }
        if with_local && let Some((_, path)) = self.local.iter().rev().find(|(own, _)| own == first) {
            return name(&with_rest(path, rest));
        }
        let mut at = Some(module);
        while let Some(index) = at {
            let names = &self.modules[index];
            if let Some(item) = names.items.get(first) {
                return name(&with_rest(item, rest));
            }
            if let Some(target) = names.imports.get(first).filter(|target| !is_primitive(target)) {
                let is_itself = target.first() == Some(first);
                if hops == 0 || is_itself {
                    return name(&with_rest(&joined_segments(target), rest));
                }
                let target = self.resolve_in(index, target, hops - 1, false);
                return name(&with_rest(&target, rest));
            }
            at = names.parent;
        }
        name(&joined_segments(segments))
    }

    fn absolute(&self, module: usize) -> String {
        joined(&self.file, &self.modules[module].within_file).trim_end_matches('.').to_owned()
    }

    fn super_path(&self, module: usize, rest: &[Name]) -> Name {
        let mut base = self.absolute(module);
        let mut rest = rest;
        base.truncate(base.rfind('.').unwrap_or(base.len()));
        while let Some((first, others)) = rest.split_first()
            && first.as_str() == "super"
        {
            base.truncate(base.rfind('.').unwrap_or(base.len()));
            rest = others;
        }
        self.relative_to_file(&with_rest(&base, rest))
    }

    /// An absolute path of an item of this file is given relative to the file, like every other use of it.
    fn relative_to_file(&self, absolute: &str) -> Name {
        let within = absolute.strip_prefix(self.file.as_str()).and_then(|rest| rest.strip_prefix('.'));
        if let Some(within) = within {
            let first = within.split('.').next().unwrap_or_default();
            let root = &self.modules[0];
            if root.items.contains_key(&name(first)) {
                return name(within);
            }
        }
        name(absolute)
    }
}

/// `use std::u32;`: the module has the name of the type, and it is the type that is meant.
fn is_primitive(target: &[Name]) -> bool {
    let [library, module] = target else { return false };
    matches!(library.as_str(), "std" | "core")
        && matches!(
            module.as_str(),
            "u8" | "u16"
                | "u32"
                | "u64"
                | "u128"
                | "usize"
                | "i8"
                | "i16"
                | "i32"
                | "i64"
                | "i128"
                | "isize"
                | "f32"
                | "f64"
                | "char"
                | "str"
        )
}

/// Segments with dots between them.
pub(crate) fn joined_segments(segments: &[Name]) -> String {
    let mut text = String::new();
    for segment in segments {
        if !text.is_empty() {
            text.push('.');
        }
        text.push_str(segment);
    }
    text
}

fn with_rest(base: &str, rest: &[Name]) -> String {
    let mut text = base.to_owned();
    for segment in rest {
        text.push('.');
        text.push_str(segment);
    }
    text
}

/// Every name that a `use` tree brings, with the path as written.
fn flatten(tree: &UseTree, prefix: &mut Vec<Name>, found: &mut Vec<(Name, Vec<Name>)>) {
    match tree {
        UseTree::Path(path) => {
            prefix.push(ident_name(&path.ident));
            flatten(&path.tree, prefix, found);
            prefix.pop();
        }
        UseTree::Name(own) if own.ident == "self" => {
            if let Some(&last) = prefix.last() {
                found.push((last, prefix.clone()));
            }
        }
        UseTree::Name(own) => add_import(ident_name(&own.ident), &own.ident, prefix, found),
        UseTree::Rename(rename) if rename.ident == "self" => found.push((ident_name(&rename.rename), prefix.clone())),
        UseTree::Rename(rename) => add_import(ident_name(&rename.rename), &rename.ident, prefix, found),
        UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, prefix, found)),
        UseTree::Glob(_) => {}
    }
}

fn add_import(alias: Name, ident: &Ident, prefix: &[Name], found: &mut Vec<(Name, Vec<Name>)>) {
    let mut segments = prefix.to_vec();
    segments.push(ident_name(ident));
    found.push((alias, segments));
}
