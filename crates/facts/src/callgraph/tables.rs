//! Tables of functions: `HANDLERS = {0: decode_int, 1: decode_text}` of a module, a class, or an object.

use rustc_hash::FxHashMap;
use unspin_ir::{Aggregate, Callee, Expr, ExprId, Function, FunctionId, Name, StatementKind};

use crate::definitions::Definition;
use crate::project::{ClassRef, FunctionRef, Project, Symbol};

/// How many steps from a called value back to the table.
const MAX_STEPS: u32 = 5;

/// The tables that are filled in one place, by the last part of their name.
type Tables = FxHashMap<Name, Vec<FunctionRef>>;

/// The tables of a project, collected file by file and class by class when they are first asked for.
#[derive(Debug, Default)]
pub(super) struct TableCache {
    modules: FxHashMap<u32, Tables>,
    classes: FxHashMap<ClassRef, Tables>,
}

impl TableCache {
    /// The functions that a called value may be, when it is an element of a table.
    pub(super) fn targets(&mut self, project: &Project, at: FunctionRef, value: ExprId) -> Vec<FunctionRef> {
        let Some(table) = table_of(project, at, value) else { return Vec::new() };
        let function = project.function(at);
        match *function.expr(table) {
            Expr::Global(name) => self.in_module(project, at.file, name),
            Expr::Field(base, field) => {
                let Some(class) = project.type_of(at, base).and_then(|ty| project.class(ty)) else { return Vec::new() };
                let order = project.linearized(class);
                let in_body = order.iter().find_map(|&class| {
                    let name = unspin_ir::name(&format!("{}.{field}", project.class_data(class).name));
                    Some(self.in_module(project, project.class_file(class), name)).filter(|found| !found.is_empty())
                });
                in_body.or_else(|| order.iter().find_map(|&class| self.in_object(project, class, field))).unwrap_or_default()
            }
            Expr::Local(_) | Expr::Aggregate(..) => elements_of_local(project, at, table),
            _ => Vec::new(),
        }
    }

    /// The functions in a table that the body of a module or class assigns to a name.
    fn in_module(&mut self, project: &Project, file: u32, name: Name) -> Vec<FunctionRef> {
        let tables = self.modules.entry(file).or_insert_with(|| {
            let at = FunctionRef { file, function: FunctionId(0) };
            let mut tables = Tables::default();
            if let Some(body) = project.files[file as usize].module.functions.first() {
                collect(project, at, body, |place| body.path(place).map(|path| unspin_ir::name(&path)), &mut tables);
            }
            tables
        });
        tables.get(&name).cloned().unwrap_or_default()
    }

    /// The functions in a table that a method assigns to a field of its receiver.
    fn in_object(&mut self, project: &Project, class: ClassRef, field: Name) -> Option<Vec<FunctionRef>> {
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
}

/// The table from which a value was taken: by index, `get`, or as an item.
fn table_of(project: &Project, at: FunctionRef, value: ExprId) -> Option<ExprId> {
    let function = project.function(at);
    let mut value = value;
    for _ in 0..MAX_STEPS {
        match *function.expr(value) {
            Expr::Index(table, _) => return Some(table),
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

fn elements_of_local(project: &Project, at: FunctionRef, table: ExprId) -> Vec<FunctionRef> {
    let function = project.function(at);
    let mut table = table;
    for _ in 0..MAX_STEPS {
        match *function.expr(table) {
            Expr::Aggregate(..) => return elements(project, at, function, table),
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
                add(into.entry(name).or_default(), found);
            }
        } else if let Some(name) = name_of(place) {
            for found in elements_of_local(project, at, value) {
                add(into.entry(name).or_default(), found);
            }
        }
    }
}

/// How many functions of one table are kept.
const MAX_ELEMENTS: usize = 300;

fn add(table: &mut Vec<FunctionRef>, found: FunctionRef) {
    if table.len() < MAX_ELEMENTS && !table.contains(&found) {
        table.push(found);
    }
}

fn elements(project: &Project, at: FunctionRef, function: &Function, table: ExprId) -> Vec<FunctionRef> {
    match function.expr(table) {
        Expr::Aggregate(Aggregate::Map | Aggregate::List | Aggregate::Tuple | Aggregate::Set, parts) => {
            let mut found = Vec::new();
            for &part in parts {
                match function.expr(part) {
                    Expr::Aggregate(Aggregate::Tuple, inner) => {
                        found.extend(inner.iter().filter_map(|&part| element(project, at, function, part)));
                    }
                    _ => found.extend(element(project, at, function, part)),
                }
            }
            found
        }
        _ => Vec::new(),
    }
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
