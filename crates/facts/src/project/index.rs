//! Tables from names to functions and classes, built once for a run in time linear in the number of definitions.

use std::sync::OnceLock;

use rustc_hash::{FxHashMap, FxHashSet};
use unspin_ir::{FunctionId, FunctionKind, Name};

use super::{ClassRef, FunctionRef, SourceFile, Symbol};

/// How many modules give a name on to each other.
const MAX_EXPORTS: u32 = 4;

/// Tables from names to functions and classes.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// What each file defines, by the name within the file.
    local: FxHashMap<(u32, Name), Symbol>,
    /// What all files define, by absolute name.
    pub(super) global: FxHashMap<Name, Symbol>,
    /// Absolute names by their last part, to follow re-exports.
    by_last: FxHashMap<Name, Vec<(Name, Symbol)>>,
    /// Functions defined in the body of another one.
    nested: FxHashMap<(u32, FunctionId, Name), FunctionRef>,
    nested_names: FxHashSet<Name>,
    pub(super) methods_named: FxHashMap<Name, Vec<FunctionRef>>,
    pub(crate) classes: Vec<ClassEntry>,
    /// The class of each method.
    pub(super) owners: Vec<Vec<Option<ClassRef>>>,
    pub(crate) modules: FxHashMap<Name, u32>,
    /// What modules give on of others, by absolute name; `None` where two say so, as two releases of one crate do.
    exports: FxHashMap<Name, Option<Name>>,
    /// Names below which there are modules.
    packages: FxHashSet<Name>,
    /// Python files that lie in no package, so that a library may have their name.
    outside: FxHashSet<u32>,
}

/// A class with what other files say of it.
#[derive(Debug)]
pub(crate) struct ClassEntry {
    pub(super) file: u32,
    pub(super) class: u32,
    pub(super) name: Name,
    pub(super) bases: Vec<ClassRef>,
    pub(super) foreign_bases: Vec<Name>,
    pub(super) subclasses: Vec<ClassRef>,
    /// In the order of the source.
    pub(super) methods: Vec<FunctionRef>,
    pub(crate) by_name: FxHashMap<Name, Vec<FunctionRef>>,
    /// It and its bases in the project, once they were asked for.
    pub(super) linearized: OnceLock<Box<[ClassRef]>>,
    /// Definitions of methods in its subclasses, once they were asked for.
    pub(super) overrides: OnceLock<FxHashMap<Name, Vec<FunctionRef>>>,
    pub(super) is_trait: bool,
    /// Whether it only adds methods to a type that no file of the project defines.
    pub(super) is_foreign: bool,
}

impl Index {
    pub(super) fn new(files: &[SourceFile]) -> Self {
        let mut index = Self::default();
        for (file, source) in files.iter().enumerate() {
            index.modules.entry(source.module.name).or_insert(file as u32);
            if let Some((package, _)) = source.module.name.rsplit_once('.') {
                index.packages.insert(unspin_ir::name(package));
            } else if source.module.shares_objects {
                index.outside.insert(file as u32);
            }
            for &(own, of) in &source.module.exports {
                let name = qualified(source.module.name, own);
                index.exports.entry(name).and_modify(|known| *known = None).or_insert(Some(of));
            }
            index.add_classes(file as u32, source);
            index.add_functions(file as u32, source);
        }
        index.join_extensions(files);
        index.link_bases(files);
        index.link_methods(files);
        index
    }

    pub(crate) fn class(&self, class: ClassRef) -> &ClassEntry {
        &self.classes[class.0 as usize]
    }

    fn add_classes(&mut self, file: u32, source: &SourceFile) {
        for (position, class) in source.module.classes.iter().enumerate() {
            let reference = ClassRef(self.classes.len() as u32);
            let name = qualified(source.module.name, class.name);
            self.add(file, class.name, name, Symbol::Class(reference));
            self.classes.push(ClassEntry {
                file,
                class: position as u32,
                name,
                bases: Vec::new(),
                foreign_bases: Vec::new(),
                subclasses: Vec::new(),
                methods: Vec::new(),
                by_name: FxHashMap::default(),
                linearized: OnceLock::new(),
                overrides: OnceLock::new(),
                is_trait: class.is_abstract,
                is_foreign: false,
            });
        }
    }

    fn add_functions(&mut self, file: u32, source: &SourceFile) {
        for (id, function) in source.module.functions.iter().enumerate() {
            let id = FunctionId::new(id);
            let reference = FunctionRef { file, function: id };
            match (function.kind, function.parent) {
                (FunctionKind::Function, Some(parent)) if parent.index() > 0 => {
                    self.nested.insert((file, parent, function.name), reference);
                    self.nested_names.insert(function.name);
                }
                (FunctionKind::Function, _) => {
                    let own = function.qualified();
                    self.add(file, own, qualified(source.module.name, own), Symbol::Function(reference));
                }
                (FunctionKind::Method, _) => self.methods_named.entry(function.name).or_default().push(reference),
                _ => {}
            }
        }
    }

    /// Of several definitions of one name in a file the last one counts; of several files with one name, the first.
    fn add(&mut self, file: u32, local: Name, global: Name, symbol: Symbol) {
        self.local.insert((file, local), symbol);
        let last = unspin_ir::last_part(global);
        let known = self.by_last.entry(last).or_default();
        match self.global.insert(global, symbol) {
            Some(_) => known.iter_mut().filter(|(name, _)| *name == global).for_each(|entry| entry.1 = symbol),
            None => known.push((global, symbol)),
        }
    }

    /// Methods that a file adds to a type of another file are methods of that type: in this file its name means the
    /// other one.
    fn join_extensions(&mut self, files: &[SourceFile]) {
        for index in 0..self.classes.len() {
            let (file, class) = (self.classes[index].file, self.classes[index].class);
            let class = &files[file as usize].module.classes[class as usize];
            let Some(extended) = class.extends else { continue };
            match self.absolute_symbol(extended) {
                Some(Symbol::Class(real)) if real.0 as usize != index => {
                    self.local.insert((file, class.name), Symbol::Class(real));
                }
                _ => self.classes[index].is_foreign = true,
            }
        }
    }

    fn link_bases(&mut self, files: &[SourceFile]) {
        for index in 0..self.classes.len() {
            let (file, class) = (self.classes[index].file, self.classes[index].class);
            for &base in &files[file as usize].module.classes[class as usize].bases {
                match self.symbol(file, base) {
                    Some(Symbol::Class(base)) if base.0 as usize != index => {
                        self.classes[index].bases.push(base);
                        self.classes[base.0 as usize].subclasses.push(ClassRef(index as u32));
                    }
                    _ => self.classes[index].foreign_bases.push(base),
                }
            }
        }
    }

    fn link_methods(&mut self, files: &[SourceFile]) {
        for (file, source) in files.iter().enumerate() {
            let mut owners = Vec::with_capacity(source.module.functions.len());
            for (id, function) in source.module.functions.iter().enumerate() {
                let owner = function.owner.and_then(|owner| self.symbol(file as u32, owner));
                let owner = match owner {
                    Some(Symbol::Class(class)) => Some(class),
                    _ => None,
                };
                if let Some(class) = owner
                    && function.kind == FunctionKind::Method
                {
                    let reference = FunctionRef { file: file as u32, function: FunctionId::new(id) };
                    let entry = &mut self.classes[class.0 as usize];
                    entry.methods.push(reference);
                    entry.by_name.entry(function.name).or_default().push(reference);
                }
                owners.push(owner);
            }
            self.owners.push(owners);
        }
    }

    /// Whether a file defines an absolute name.
    pub(super) fn defines(&self, name: Name) -> bool {
        self.global.contains_key(&name)
    }

    /// What a name stands for in a file. `json.loads` in a `json` of the project that lies in no package is another `json`:
    /// no file imports itself.
    pub(super) fn symbol(&self, file: u32, name: Name) -> Option<Symbol> {
        let local = self.local.get(&(file, name)).copied();
        let is_elsewhere = |symbol: &Symbol| match *symbol {
            Symbol::Function(at) => at.file != file,
            Symbol::Class(class) => self.class(class).file != file,
        };
        local.or_else(|| {
            let found = self.absolute_symbol(name);
            found.filter(|symbol| is_elsewhere(symbol) || !self.outside.contains(&file))
        })
    }

    /// What an absolute name stands for. A name that no file defines but whose package does, once, by its last part, is
    /// taken for a re-export.
    pub(crate) fn absolute_symbol(&self, name: Name) -> Option<Symbol> {
        if let Some(&symbol) = self.global.get(&name) {
            return Some(symbol);
        }
        if let Some(class) = self.given_class(name) {
            return Some(Symbol::Class(class));
        }
        if self.modules.contains_key(&name) {
            return None;
        }
        let parent = unspin_ir::parent_path(name)?;
        let known = self.by_last.get(&unspin_ir::last_part(name))?;
        let package = parent.split('.').next().unwrap_or_default();
        let mut inside = known.iter().filter(|(other, _)| starts_with_path(other, &parent));
        if let (Some(&(_, symbol)), None) = (inside.next(), inside.next()) {
            return Some(symbol);
        }
        // What stands in no folder of the project is a class, or another package under a new name.
        if self.is_behind_file(parent) || !self.is_module(parent) {
            return None;
        }
        let mut near = known.iter().filter(|(other, _)| starts_with_path(other, package));
        match (near.next(), near.next()) {
            (Some(&(_, symbol @ Symbol::Class(_))), None) => Some(symbol),
            _ => None,
        }
    }

    /// The struct or enum that a module gives on under this name. What a trait leaves to its types is not taken for the
    /// work of one.
    fn given_class(&self, name: Name) -> Option<ClassRef> {
        let mut given = name;
        for _ in 0..MAX_EXPORTS {
            given = (*self.exports.get(&given)?)?;
            if let Some(&symbol) = self.global.get(&given) {
                return match symbol {
                    Symbol::Class(class) if !self.class(class).is_trait => Some(class),
                    _ => None,
                };
            }
        }
        None
    }

    /// Whether a path is that of a file, or of a folder with files.
    fn is_module(&self, path: Name) -> bool {
        self.modules.contains_key(&path) || self.packages.contains(&path)
    }

    /// Whether a path leads through a plain file: what that does not define it may have imported from anywhere.
    fn is_behind_file(&self, path: Name) -> bool {
        let module = std::iter::successors(Some(path), |&path| unspin_ir::parent_path(path))
            .find(|prefix| self.modules.contains_key(prefix));
        module.is_some_and(|module| !self.packages.contains(&module))
    }

    /// Whether some function, method or class has this name.
    pub(crate) fn has_last(&self, name: Name) -> bool {
        self.by_last.contains_key(&name) || self.methods_named.contains_key(&name) || self.nested_names.contains(&name)
    }

    /// A function defined in the body of another one.
    pub(crate) fn nested(&self, file: u32, parent: FunctionId, name: Name) -> Option<FunctionRef> {
        self.nested.get(&(file, parent, name)).copied()
    }
}

fn starts_with_path(name: &str, prefix: &str) -> bool {
    name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('.'))
}

fn qualified(module: Name, name: Name) -> Name {
    if module.is_empty() { name } else { unspin_ir::name(&[module.as_str(), ".", name.as_str()].concat()) }
}
