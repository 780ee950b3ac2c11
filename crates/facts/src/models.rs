//! All model files of a run, merged and indexed.
//!
//! Where two models answer for the same call, the later one wins; a call model whose `arguments`, `unless` or `when` does not
//! fit the call at hand is passed over. Lookups are by path, by type and method (through aliases and bases of the type),
//! and by method name with a telling word in the receiver's name.

mod hints;
mod validate;
mod words;

use rustc_hash::{FxHashMap, FxHashSet};
use unspin_ir::{Call, Callee, Constant, Expr, Function, Name};

use self::hints::HintTable;
pub(crate) use self::hints::Hints;
pub use self::validate::ModelError;
pub(crate) use self::words::Kinds;
use self::words::Words;
pub use self::words::normalize_words;
use crate::model::{CallModel, ClassModel, EndValue, ExceptionModel, FailureKind, ModelFile, WordKind};

/// The merged models.
#[derive(Clone, Debug, Default)]
pub struct Models {
    calls: Vec<CallModel>,
    classes: Vec<ClassModel>,
    exceptions: Vec<ExceptionModel>,
    by_path: FxHashMap<Name, Vec<u32>>,
    /// Keyed by the first of the type's aliases.
    by_type: FxHashMap<(Name, Name), Vec<u32>>,
    by_receiver: FxHashMap<Name, Vec<u32>>,
    /// Remote methods of the types of a library, by the first part of their paths.
    by_library: FxHashMap<(Name, Name), Vec<u32>>,
    class_of: FxHashMap<Name, u32>,
    /// By class model: the bases of its type and their bases, nearest first, each by its first alias.
    bases: Vec<Box<[Name]>>,
    /// Types that others name as their base, by their first aliases.
    base_types: FxHashSet<Name>,
    /// Types with at least one method, so that a known type without the method asked for is told from an unknown type.
    known_types: FxHashSet<Name>,
    failures: FxHashMap<Name, FailureKind>,
    /// Prefix, suffix and kind; the first that fits is the one to take.
    failure_patterns: Vec<(String, String, FailureKind)>,
    words: Words,
    hints: HintTable,
}

impl Models {
    /// Merge the model files, in order; where two speak of the same call, the later one wins.
    pub fn new(files: Vec<ModelFile>) -> Self {
        let mut models = Self::default();
        for file in files {
            models.calls.extend(file.call);
            models.classes.extend(file.class);
            models.exceptions.extend(file.exception);
            models.words.extend(file.words);
        }
        models.words.index();
        models.index_classes();
        models.index_calls();
        models.index_failures();
        models.hints = HintTable::new(&models.calls);
        models
    }

    fn index_classes(&mut self) {
        for (index, class) in self.classes.iter().enumerate() {
            for &path in &class.path {
                self.class_of.insert(path, index as u32);
            }
        }
        self.bases = self.classes.iter().map(|class| self.all_bases(class)).collect();
        self.base_types = self.bases.iter().flat_map(|bases| bases.iter().copied()).collect();
    }

    fn all_bases(&self, class: &ClassModel) -> Box<[Name]> {
        let mut found: Vec<Name> = class.path.first().copied().into_iter().collect();
        let mut next = 0;
        while let Some(class) = found.get(next) {
            if let Some(&index) = self.class_of.get(class) {
                for &base in &self.classes[index as usize].bases {
                    let base = self.canonical_type(base);
                    if !found.contains(&base) {
                        found.push(base);
                    }
                }
            }
            next += 1;
        }
        found.into_iter().skip(1).collect()
    }

    fn index_calls(&mut self) {
        for (index, model) in self.calls.iter().enumerate() {
            let index = index as u32;
            for &path in &model.path {
                for path in with_aliases(&self.class_of, &self.classes, path) {
                    let found = self.by_path.entry(path).or_default();
                    if found.last() != Some(&index) {
                        found.push(index);
                    }
                }
            }
            for &method in &model.method {
                for &on in &model.on {
                    let on = alias_of(&self.class_of, &self.classes, on);
                    self.by_type.entry((on, method)).or_default().push(index);
                    self.known_types.insert(on);
                    // Of a narrower type nobody can tell.
                    if model.remote && self.bases_of(on).nth(1).is_none() {
                        self.by_library.entry((unspin_ir::name(library_of(&on)), method)).or_default().push(index);
                    }
                }
                if !model.receivers.is_empty() {
                    self.by_receiver.entry(method).or_default().push(index);
                }
            }
        }
    }

    fn index_failures(&mut self) {
        for model in &self.exceptions {
            for &name in &model.name {
                match name.split_once('*') {
                    None => {
                        self.failures.insert(name, model.kind);
                    }
                    Some(("", rest)) if rest.ends_with('*') => {
                        let inner = rest.trim_end_matches('*').to_owned();
                        self.failure_patterns.push((format!("*{inner}"), String::new(), model.kind));
                    }
                    Some((prefix, suffix)) => {
                        self.failure_patterns.push((prefix.to_owned(), suffix.to_owned(), model.kind));
                    }
                }
            }
        }
        // The more a pattern says, the sooner it is asked; of equal ones the later.
        self.failure_patterns.reverse();
        self.failure_patterns.sort_by_key(|(prefix, suffix, _)| std::cmp::Reverse(prefix.len() + suffix.len()));
    }

    /// Every call model, in order.
    pub fn calls(&self) -> &[CallModel] {
        &self.calls
    }

    /// The model of a function, constructor or method by its full path.
    pub fn by_path(&self, path: Name, at: &Function, call: &Call) -> Option<&CallModel> {
        // `core` and `alloc` are parts of `std`.
        let std = || {
            let (_, rest) = path.split_once('.').filter(|(library, _)| matches!(*library, "core" | "alloc"))?;
            self.by_path.get(&Name::existing(&format!("std.{rest}"))?)
        };
        let found = self.by_path.get(&path).or_else(std);
        let direct = found.and_then(|found| self.fitting(found, at, call));
        direct.or_else(|| self.declared(unspin_ir::parent_path(path)?, unspin_ir::last_part(path), at, call))
    }

    /// Whether there is a model of exactly this path.
    pub(crate) fn knows_path(&self, path: Name) -> bool {
        self.by_path.contains_key(&path)
    }

    /// The model of a method of a type, its aliases and bases, else one that stands on every type (`on = ["*"]`).
    pub fn by_type(&self, class: Name, method: Name, at: &Function, call: &Call) -> Option<&CallModel> {
        let everywhere = || self.fitting(self.by_type.get(&(unspin_ir::name("*"), method))?, at, call);
        self.declared(class, method, at, call).or_else(everywhere)
    }

    fn declared(&self, class: Name, method: Name, at: &Function, call: &Call) -> Option<&CallModel> {
        self.bases_of(class).find_map(|class| self.fitting(self.by_type.get(&(class, method))?, at, call))
    }

    /// The model of a method by its name, where the last part of the receiver's path holds a telling word. The flag
    /// says whether it was such a word (otherwise the model takes any receiver).
    pub fn by_receiver(&self, receiver: &str, method: Name, at: &Function, call: &Call) -> Option<(&CallModel, bool)> {
        let found = self.by_receiver.get(&method)?;
        let applies = |&index: &u32| self.calls[index as usize].fits_receiver(receiver).map(|telling| (index, telling));
        // The later model wins, and any that a telling word speaks for wins over those that take any receiver.
        let mut plain = None;
        for (index, telling) in found.iter().rev().filter_map(applies) {
            let model = &self.calls[index as usize];
            if (telling || plain.is_none()) && fits(model, at, call) {
                if telling {
                    return Some((model, true));
                }
                plain = Some((model, false));
            }
        }
        plain
    }

    /// The model of a remote method of a library, whatever its type.
    pub(crate) fn by_library(&self, library: &str, method: Name, at: &Function, call: &Call) -> Option<&CallModel> {
        self.fitting(self.by_library.get(&(Name::existing(library)?, method))?, at, call)
    }

    /// Whether the collections of the language have a method of this name as well.
    pub(crate) fn is_of_collections(&self, method: Name) -> bool {
        let has = |class: &str| self.by_type.contains_key(&(unspin_ir::name(class), method));
        ["dict", "list", "set", "str", "bytes"].into_iter().any(has)
    }

    /// Whether a method of this name, on whatever it is called, reads or writes and counts how much.
    pub fn counts(&self, method: Name) -> bool {
        let of_any = |model: &CallModel| model.fits_receiver("").is_some() && model.end == Some(EndValue::Zero);
        self.by_receiver.get(&method).is_some_and(|found| found.iter().any(|&index| of_any(&self.calls[index as usize])))
    }

    /// Whether some model of a method may take a receiver of that name.
    pub(crate) fn fits_receiver(&self, receiver: &str, method: Name) -> bool {
        let found = self.by_receiver.get(&method).map_or(&[][..], Vec::as_slice);
        found.iter().any(|&index| self.calls[index as usize].fits_receiver(receiver).is_some())
    }

    fn fitting(&self, found: &[u32], at: &Function, call: &Call) -> Option<&CallModel> {
        let models = found.iter().rev().map(|&index| &self.calls[index as usize]);
        models.into_iter().find(|model| fits(model, at, call))
    }

    /// Whether anything is known of a type or its bases, so that a method without a model is one of no interest; of
    /// a trait others may have more.
    pub fn knows_type(&self, class: Name) -> bool {
        let is_open = self.class_of.get(&class).is_some_and(|&index| self.classes[index as usize].open);
        !is_open && self.bases_of(class).any(|class| self.known_types.contains(&class) || self.class_of.contains_key(&class))
    }

    /// Whether some type is a narrower one of this type.
    pub(crate) fn is_base(&self, class: Name) -> bool {
        self.base_types.contains(&class)
    }

    /// Whether a read at the end of a type fails and never gives nothing.
    pub(crate) fn fails_at_end(&self, class: Name) -> bool {
        self.class_of.get(&class).is_some_and(|&index| self.classes[index as usize].fails_at_end)
    }

    /// Whether a type is one end of a pair that is made at once.
    pub(crate) fn is_pair(&self, class: Name) -> bool {
        self.class_of.get(&class).is_some_and(|&index| self.classes[index as usize].pair)
    }

    /// The first alias of a type, the type itself if it has none.
    pub fn canonical_type(&self, class: Name) -> Name {
        alias_of(&self.class_of, &self.classes, class)
    }

    /// A type and its bases, nearest first, each by its first alias.
    pub fn bases_of(&self, class: Name) -> impl Iterator<Item = Name> + '_ {
        let own = self.canonical_type(class);
        let bases = self.class_of.get(&own).map_or(&[][..], |&index| &self.bases[index as usize]);
        std::iter::once(own).chain(bases.iter().copied())
    }

    /// The type of an attribute of a type.
    pub fn field_type(&self, class: Name, field: Name) -> Option<Name> {
        self.bases_of(class).find_map(|class| {
            let index = *self.class_of.get(&class)?;
            self.classes[index as usize].fields.get(field.as_str()).copied()
        })
    }

    /// The type of what walking a type gives.
    pub fn item_type(&self, class: Name) -> Option<Name> {
        self.bases_of(class).find_map(|class| self.classes[*self.class_of.get(&class)? as usize].items)
    }

    /// What a class of failures means: by its full path, else by the pattern that says most of its last part.
    pub fn failure_kind(&self, class: Name) -> Option<FailureKind> {
        if let Some(&kind) = self.failures.get(&class) {
            return Some(kind);
        }
        let last = class.rsplit('.').next().unwrap_or_default();
        let fits = |(prefix, suffix, _): &&(String, String, FailureKind)| match prefix.strip_prefix('*') {
            Some(inner) => last.contains(inner),
            None => last.len() >= prefix.len() + suffix.len() && last.starts_with(prefix) && last.ends_with(suffix),
        };
        self.failure_patterns.iter().find(fits).map(|&(_, _, kind)| kind)
    }

    /// What a model that is found for a call may say, by the name of what is called; `None` where the call names nothing.
    pub(crate) fn hints(&self, callee: Callee) -> Option<Hints> {
        callee.name().map(|name| self.hints.of(name))
    }

    /// What the models of a name may say.
    pub(crate) fn hints_of(&self, name: Name) -> Hints {
        self.hints.of(name)
    }

    /// Whether a name has a word of this kind in it.
    pub fn has_word(&self, kind: WordKind, name: &str) -> bool {
        self.words.has(kind, name)
    }

    /// Tells these models from all others of the process.
    pub(crate) fn id(&self) -> u64 {
        self.words.id()
    }

    /// All kinds of which a name has a word in it.
    pub(crate) fn kinds_of_words(&self, name: &str) -> Kinds {
        self.words.kinds(name)
    }
}

/// The library that a path leads into.
pub(crate) fn library_of(path: &str) -> &str {
    path.split('.').next().unwrap_or_default()
}

fn alias_of(class_of: &FxHashMap<Name, u32>, classes: &[ClassModel], class: Name) -> Name {
    class_of.get(&class).and_then(|&index| classes[index as usize].path.first().copied()).unwrap_or(class)
}

/// A path, and the same through the other names of the class in it: `String.from_utf8`, `std.string.String.from_utf8`.
fn with_aliases(class_of: &FxHashMap<Name, u32>, classes: &[ClassModel], path: Name) -> Vec<Name> {
    let mut paths = vec![path];
    if let Some((class, method)) = path.rsplit_once('.')
        && let Some(&index) = Name::existing(class).and_then(|class| class_of.get(&class))
    {
        let others = classes[index as usize].path.iter().filter(|other| other.as_str() != class);
        paths.extend(others.map(|other| unspin_ir::name(&format!("{other}.{method}"))));
    }
    paths
}

fn fits(model: &CallModel, at: &Function, call: &Call) -> bool {
    let positional = call.positional() as u32;
    let count = model.arguments.is_none_or(|(least, most)| call.has_spread() || (least <= positional && positional <= most));
    let given = |keyword: &String, value: &toml::Value| {
        let argument = call.arguments.iter().find(|argument| argument.name.is_some_and(|name| name.as_str() == keyword));
        argument.is_some_and(|argument| is_constant(at, argument.value, value))
    };
    let is_given = |(key, value): (&String, &toml::Value)| {
        let argument = call.argument(Name::existing(key), key.parse().ok());
        argument.is_some_and(|argument| is_constant(at, argument, value))
    };
    count && model.when.iter().all(is_given) && !model.unless.iter().any(|(keyword, value)| given(keyword, value))
}

fn is_constant(at: &Function, expr: unspin_ir::ExprId, value: &toml::Value) -> bool {
    match (at.expr(expr), value) {
        (Expr::Constant(Constant::Bool(a)), toml::Value::Boolean(b)) => a == b,
        (Expr::Constant(Constant::Int(a)), toml::Value::Integer(b)) => a == b,
        (Expr::Constant(Constant::Text(a)), toml::Value::String(b)) => match b.strip_suffix('*') {
            Some(start) => a.starts_with(start),
            None => a.as_str() == b,
        },
        (Expr::Constant(Constant::None), toml::Value::String(b)) => b == "none",
        // `socket.SOCK_DGRAM`
        (Expr::Global(a), toml::Value::String(b)) => a.as_str() == b,
        #[expect(clippy::float_cmp, reason = "a literal is compared with a literal")]
        (Expr::Constant(Constant::Float(a)), toml::Value::Float(b)) => a == b,
        _ => false,
    }
}
