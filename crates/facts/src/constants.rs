//! Names of a file or class that stand for one constant.

use unspin_ir::{Constant, Expr, ExprId, Function, FunctionId, LocalKind, Name, StatementKind};

use crate::{FunctionRef, Project};

impl Project {
    /// The constant that a global name of a file stands for: assigned once, at the top of the file.
    pub(crate) fn constant(&self, file: u32, global: Name) -> Option<Constant> {
        let module = &self.files.get(file as usize)?.module;
        let body = module.functions.first()?;
        assigned_once(body, |place| match body.expr(place) {
            Expr::Global(other) => *other == global,
            Expr::Local(local) => body.local(*local).name == global && body.local(*local).kind == LocalKind::Variable,
            _ => false,
        })
    }

    /// The constant that `self.NAME` stands for: written in capitals, so never assigned elsewhere, and assigned once in
    /// the body of a class of the file.
    pub(crate) fn class_constant(&self, at: FunctionRef, function: &Function, base: ExprId, field: Name) -> Option<Constant> {
        let is_constant_name = field.chars().any(char::is_uppercase) && !field.chars().any(char::is_lowercase);
        let is_local = matches!(function.expr(base), Expr::Local(_) | Expr::Global(_));
        if !is_constant_name || !is_local {
            return None;
        }
        let body = self.function(FunctionRef { file: at.file, function: FunctionId(0) });
        assigned_once(body, |place| match body.expr(place) {
            Expr::Field(_, other) => *other == field,
            Expr::Global(other) => other.rsplit('.').next() == Some(field.as_str()),
            _ => false,
        })
    }
}

fn assigned_once(body: &Function, is_place: impl Fn(ExprId) -> bool) -> Option<Constant> {
    let statements = body.blocks.iter().flat_map(|block| &block.statements);
    let mut values = statements.filter_map(|statement| match &statement.kind {
        StatementKind::Assign(place, value) if is_place(*place) => Some(*value),
        _ => None,
    });
    let value = values.next()?;
    match (values.next(), body.expr(value)) {
        (None, Expr::Constant(constant)) => Some(constant.clone()),
        _ => None,
    }
}
