//! Tables of functions: `HANDLERS = {0: decode_int, 1: decode_text}` of a module, a class, or an object.

use unspin_ir::{Aggregate, Callee, Expr, ExprId, Function, FunctionId, Name, StatementKind};

use crate::definitions::Definition;
use crate::project::{FunctionRef, Project, Symbol};

/// How many steps from a called value back to the table.
const MAX_STEPS: u32 = 5;

/// The functions that a called value may be, when it is an element of a table.
pub(super) fn targets(project: &Project, at: FunctionRef, value: ExprId) -> Vec<FunctionRef> {
    let Some(table) = table_of(project, at, value) else { return Vec::new() };
    let function = project.function(at);
    match *function.expr(table) {
        Expr::Global(name) => in_module(project, at.file, name),
        Expr::Field(base, field) => {
            let Some(class) = project.type_of(at, base).and_then(|ty| project.class(ty)) else { return Vec::new() };
            let order = project.linearized(class);
            let classes = order.iter().map(|&class| (project.class_file(class), project.class_data(class).name));
            let in_body = classes
                .map(|(file, class)| in_module(project, file, unspin_ir::name(&format!("{class}.{field}"))))
                .find(|found| !found.is_empty());
            in_body.unwrap_or_else(|| {
                let methods = order.iter().flat_map(|&class| project.methods_of(class));
                methods.map(|method| in_object(project, method, field)).find(|found| !found.is_empty()).unwrap_or_default()
            })
        }
        Expr::Local(_) | Expr::Aggregate(..) => elements_of_local(project, at, table),
        _ => Vec::new(),
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

/// The functions in a table that the body of a module or class assigns to a name.
fn in_module(project: &Project, file: u32, name: Name) -> Vec<FunctionRef> {
    let at = FunctionRef { file, function: FunctionId(0) };
    let Some(body) = project.files[file as usize].module.functions.first() else { return Vec::new() };
    let last = name.rsplit('.').next().unwrap_or_default();
    let is_table = |place: ExprId| match *body.expr(place) {
        Expr::Global(other) => other == name,
        Expr::Local(local) => body.local(local).name == name,
        Expr::Field(base, field) => field == last && body.path(base).is_some_and(|base| name.starts_with(base.as_str())),
        _ => false,
    };
    assigned(project, at, body, is_table)
}

/// The functions in a table that a method assigns to a field of its receiver.
fn in_object(project: &Project, at: FunctionRef, field: Name) -> Vec<FunctionRef> {
    let function = project.function(at);
    let Some(receiver) = function.parameters.first().filter(|_| function.has_receiver) else { return Vec::new() };
    let own = Expr::Local(receiver.local);
    assigned(project, at, function, |place| match *function.expr(place) {
        Expr::Field(base, other) => other == field && *function.expr(base) == own,
        _ => false,
    })
}

fn assigned(
    project: &Project,
    at: FunctionRef,
    function: &Function,
    is_table: impl Fn(ExprId) -> bool,
) -> Vec<FunctionRef> {
    let statements = function.blocks.iter().flat_map(|block| &block.statements);
    let mut found = Vec::new();
    for statement in statements {
        let StatementKind::Assign(place, value) = statement.kind else { continue };
        match *function.expr(place) {
            // `TABLE[key] = function`
            Expr::Index(table, _) if is_table(table) => found.extend(element(project, at, function, value)),
            _ if is_table(place) => found.extend(elements_of_local(project, at, value)),
            _ => {}
        }
    }
    found
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
            None => only(&project.method_by_path(at.file, path)),
        },
        Expr::Field(base, method) => {
            let class = project.type_of(at, base).and_then(|ty| project.class(ty))?;
            only(&project.method(class, method))
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
