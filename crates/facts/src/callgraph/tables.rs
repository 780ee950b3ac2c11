//! Tables of functions: `HANDLERS = {0: decode_int, 1: decode_text}` of a module, a class, or an object; and the methods of
//! an object whose name begins alike: `getattr(self, "decode_" + kind)`.

use rustc_hash::FxHashMap;
use unspin_ir::{Aggregate, BinaryOp, Call, Callee, Constant, Expr, ExprId, Function, FunctionId, Name, StatementKind};

use crate::definitions::Definition;
use crate::project::{ClassRef, FunctionRef, Project, Symbol};

/// How many steps from a called value back to the table.
const MAX_STEPS: u32 = 5;

/// The tables that are filled in one place, by the last part of their name.
type Tables = FxHashMap<Name, Vec<Entry>>;

/// What stands in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    Function(FunctionRef),
    /// A text, which may be the name of a method.
    Text(Name),
}

/// The tables of a project, collected file by file and class by class when they are first asked for.
#[derive(Debug, Default)]
pub(super) struct TableCache {
    modules: FxHashMap<u32, Tables>,
    classes: FxHashMap<ClassRef, Tables>,
}

impl TableCache {
    /// The functions that a called value may be, when it is an element of a table or a method that is looked up by its name.
    pub(super) fn targets(&mut self, project: &Project, at: FunctionRef, call: &Call, value: ExprId) -> Vec<FunctionRef> {
        match table_of(project, at, value) {
            Some(table) => self.entries(project, at, table).into_iter().filter_map(Entry::function).collect(),
            None => self.looked_up(project, at, call, value).unwrap_or_default(),
        }
    }

    fn entries(&mut self, project: &Project, at: FunctionRef, table: ExprId) -> Vec<Entry> {
        let function = project.function(at);
        match *function.expr(table) {
            Expr::Global(name) => self.in_module(project, at.file, name),
            Expr::Field(base, field) => {
                let Some(class) = project.type_of(at, base).and_then(|ty| project.class(ty)) else { return Vec::new() };
                self.in_class(project, class, field)
            }
            Expr::Local(_) | Expr::Aggregate(..) => entries_of_local(project, at, table),
            _ => Vec::new(),
        }
    }

    /// The table in a field of a class: what its body or a method assigns, here or in a base, and in those that inherit it.
    fn in_class(&mut self, project: &Project, class: ClassRef, field: Name) -> Vec<Entry> {
        let order = project.linearized(class);
        let in_body = order.iter().find_map(|&class| {
            let name = unspin_ir::name(&format!("{}.{field}", project.class_data(class).name));
            Some(self.in_module(project, project.class_file(class), name)).filter(|found| !found.is_empty())
        });
        in_body.unwrap_or_else(|| {
            let own = order.iter().find_map(|&class| self.in_object(project, class, field)).unwrap_or_default();
            let below = project.subclasses(class);
            let below = below.into_iter().filter_map(|class| self.in_object(project, class, field)).flatten();
            own.into_iter().chain(below).take(MAX_ELEMENTS).collect()
        })
    }

    /// What stands in a table that the body of a module or class assigns to a name.
    fn in_module(&mut self, project: &Project, file: u32, name: Name) -> Vec<Entry> {
        let tables = self.modules.entry(file).or_insert_with(|| {
            let at = FunctionRef { file, function: FunctionId::new(0) };
            let mut tables = Tables::default();
            if let Some(body) = project.files[file as usize].module.functions.first() {
                collect(project, at, body, |place| body.path(place).map(|path| unspin_ir::name(&path)), &mut tables);
            }
            tables
        });
        tables.get(&name).cloned().unwrap_or_default()
    }

    /// What stands in a table that a method assigns to a field of its receiver.
    fn in_object(&mut self, project: &Project, class: ClassRef, field: Name) -> Option<Vec<Entry>> {
        let tables = self.classes.entry(class).or_insert_with(|| {
            let mut tables = Tables::default();
            for method in project.methods_of(class) {
                let function = project.function(method);
                let Some(receiver) = function.receiver() else { continue };
                let own = Expr::Local(receiver);
                let field_of = |place| match *function.expr(place) {
                    Expr::Field(base, field) if *function.expr(base) == own => Some(field),
                    _ => None,
                };
                collect(project, method, function, field_of, &mut tables);
            }
            tables
        });
        tables.get(&field).filter(|found| !found.is_empty()).cloned()
    }

    /// The methods that a called value may be which was looked up by name: `getattr(self, NAMES[kind])()`,
    /// `methodcaller(NAMES[kind])(self)`.
    fn looked_up(&mut self, project: &Project, at: FunctionRef, call: &Call, value: ExprId) -> Option<Vec<FunctionRef>> {
        let (path, lookup) = made_by(project, at, value)?;
        let (object, name) = match (path.as_str(), &lookup.arguments[..], &call.arguments[..]) {
            ("operator.methodcaller", [name, ..], [object, ..]) | ("getattr", [object, name, ..], _) => {
                (object.value, name.value)
            }
            _ => return None,
        };
        let class = project.type_of(at, object).and_then(|ty| project.class(ty))?;
        if let Some(table) = table_of(project, at, name) {
            let names = self.entries(project, at, table).into_iter().filter_map(Entry::text);
            return Some(names.filter_map(|name| only(project.method(class, name))).collect());
        }
        Some(named_alike(project, at, class, name))
    }
}

/// The one call of a path that made a value.
fn made_by(project: &Project, at: FunctionRef, value: ExprId) -> Option<(Name, &Call)> {
    let function = project.function(at);
    let Expr::Local(local) = *function.expr(value) else { return None };
    let Definition::Call(call) = project.definitions(at).only(function, local)? else { return None };
    match call.callee {
        Callee::Path(path) => Some((path, call)),
        _ => None,
    }
}

impl Entry {
    fn function(self) -> Option<FunctionRef> {
        match self {
            Self::Function(function) => Some(function),
            Self::Text(_) => None,
        }
    }

    fn text(self) -> Option<Name> {
        match self {
            Self::Function(_) => None,
            Self::Text(text) => Some(text),
        }
    }
}

/// The table from which a value was taken: by index, `get`, or as an item; of tables in a table the outer one.
fn table_of(project: &Project, at: FunctionRef, value: ExprId) -> Option<ExprId> {
    let function = project.function(at);
    let mut value = value;
    for _ in 0..MAX_STEPS {
        match *function.expr(value) {
            Expr::Index(table, _) => return Some(outermost(function, table)),
            Expr::Local(local) => match project.definitions(at).of(function, local).next()? {
                Definition::Value(next) => value = next,
                Definition::Item(table) => return Some(table),
                Definition::Call(call) => match call.callee {
                    Callee::Method(table, method) if matches!(method.as_str(), "get" | "pop") => return Some(table),
                    _ => return None,
                },
                Definition::Failure => return None,
            },
            _ => return None,
        }
    }
    None
}

fn outermost(function: &Function, table: ExprId) -> ExprId {
    let mut table = table;
    while let Expr::Index(outer, _) = *function.expr(table) {
        table = outer;
    }
    table
}

/// The methods whose name begins like a text that is put together. Where the caller begins like that, too, it is no sign of what
/// is looked up.
fn named_alike(project: &Project, at: FunctionRef, class: ClassRef, name: ExprId) -> Vec<FunctionRef> {
    let is_sign = |prefix: &String| !prefix.is_empty() && !project.function(at).name.starts_with(&**prefix);
    let Some(prefix) = prefix(project, at, name, 0).filter(is_sign) else { return Vec::new() };
    let methods = project.linearized(class).iter().flat_map(|&class| project.methods_of(class));
    methods.filter(|&method| project.function(method).name.starts_with(&*prefix)).take(MAX_ELEMENTS).collect()
}

/// What a text that is put together begins with.
fn prefix(project: &Project, at: FunctionRef, value: ExprId, steps: u32) -> Option<String> {
    let function = project.function(at);
    match function.expr(value) {
        Expr::Constant(Constant::Text(text)) => Some(text.split(['{', '%']).next().unwrap_or_default().to_owned()),
        Expr::Binary(BinaryOp::Add | BinaryOp::Remainder, first, _) => prefix(project, at, *first, steps),
        Expr::Aggregate(Aggregate::Text, parts) => prefix(project, at, *parts.first()?, steps),
        Expr::Local(local) if steps < MAX_STEPS => match project.definitions(at).only(function, *local)? {
            Definition::Value(next) => prefix(project, at, next, steps + 1),
            Definition::Call(call) => match call.callee {
                Callee::Method(text, method) if method == "format" => prefix(project, at, text, steps + 1),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

fn entries_of_local(project: &Project, at: FunctionRef, table: ExprId) -> Vec<Entry> {
    let function = project.function(at);
    let mut table = table;
    for _ in 0..MAX_STEPS {
        match *function.expr(table) {
            Expr::Aggregate(..) | Expr::Opaque(_) => return entries_of(project, at, function, table),
            Expr::Local(local) => match project.definitions(at).only(function, local) {
                Some(Definition::Value(next)) => table = next,
                _ => return Vec::new(),
            },
            _ => return Vec::new(),
        }
    }
    Vec::new()
}

/// Collect the tables that a function assigns to places with a name.
fn collect(
    project: &Project,
    at: FunctionRef,
    function: &Function,
    name_of: impl Fn(ExprId) -> Option<Name>,
    into: &mut Tables,
) {
    for statement in function.blocks.iter().flat_map(|block| &block.statements) {
        let StatementKind::Assign(place, value) = statement.kind else { continue };
        // `TABLE[key] = function`
        if let Expr::Index(table, _) = *function.expr(place) {
            if let (Some(name), Some(found)) = (name_of(table), element(project, at, function, value)) {
                add(into.entry(name).or_default(), Entry::Function(found));
            }
        } else if let Some(name) = name_of(place) {
            for found in entries_of_local(project, at, value) {
                add(into.entry(name).or_default(), found);
            }
        }
    }
}

/// How many functions of one table are kept.
const MAX_ELEMENTS: usize = 300;

fn add(table: &mut Vec<Entry>, found: Entry) {
    if table.len() < MAX_ELEMENTS && !table.contains(&found) {
        table.push(found);
    }
}

fn entries_of(project: &Project, at: FunctionRef, function: &Function, table: ExprId) -> Vec<Entry> {
    let entry = |value: ExprId| match function.expr(value) {
        Expr::Constant(Constant::Text(text)) => Some(Entry::Text(unspin_ir::name(text))),
        _ => element(project, at, function, value).map(Entry::Function),
    };
    match function.expr(table) {
        Expr::Aggregate(kind @ (Aggregate::Map | Aggregate::List | Aggregate::Tuple | Aggregate::Set), parts) => {
            let is_key = |index: usize| *kind == Aggregate::Map && index.is_multiple_of(2);
            let values = parts.iter().enumerate().filter(|&(index, _)| !is_key(index)).map(|(_, &part)| part);
            let entries = values.flat_map(|part| match function.expr(part) {
                Expr::Aggregate(Aggregate::Tuple | Aggregate::List, inner) => {
                    inner.iter().filter_map(|&part| entry(part)).collect()
                }
                _ => Vec::from_iter(entry(part)),
            });
            entries.collect()
        }
        // `{kind: getattr(self, "decode_" + kind) for kind in KINDS}`
        Expr::Opaque(parts) => parts.iter().flat_map(|&part| made(project, at, part)).collect(),
        _ => Vec::new(),
    }
}

/// The methods that an item of a comprehension may be which is looked up by its name.
fn made(project: &Project, at: FunctionRef, item: ExprId) -> Vec<Entry> {
    let looked_up = || {
        let (path, lookup) = made_by(project, at, item)?;
        let [object, name, ..] = &lookup.arguments[..] else { return None };
        let class = project.type_of(at, object.value).and_then(|ty| project.class(ty)).filter(|_| path == "getattr")?;
        Some(named_alike(project, at, class, name.value))
    };
    looked_up().unwrap_or_default().into_iter().map(Entry::Function).collect()
}

/// A function that is named as a value.
pub(super) fn element(project: &Project, at: FunctionRef, function: &Function, value: ExprId) -> Option<FunctionRef> {
    match *function.expr(value) {
        Expr::Function(inner) => Some(FunctionRef { file: at.file, function: inner }),
        Expr::Global(path) => match project.symbol(at.file, path) {
            Some(Symbol::Function(found)) => Some(found),
            Some(Symbol::Class(_)) => None,
            None => only(project.method_by_path(at.file, path)),
        },
        Expr::Field(base, method) => {
            let class = project.type_of(at, base).and_then(|ty| project.class(ty))?;
            only(project.method(class, method))
        }
        Expr::Local(local) => match project.definitions(at).only(function, local)? {
            Definition::Value(value) => match *function.expr(value) {
                Expr::Local(_) => None,
                _ => element(project, at, function, value),
            },
            _ => None,
        },
        _ => None,
    }
}

fn only(found: &[FunctionRef]) -> Option<FunctionRef> {
    match found {
        [one] => Some(*one),
        _ => None,
    }
}
