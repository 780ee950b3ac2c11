//! Names of a file or class that stand for one constant.
//!
//! Collected once for each file in time linear in its statements, on the first question. A flag in small letters is no
//! constant, although the file itself may never assign it again: other files can.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;
use unspin_ir::{Aggregate, Constant, Expr, ExprId, Function, LocalKind, Name, StatementKind};

use crate::{FunctionRef, Project};

/// The constants of every file, collected on demand.
#[derive(Debug, Default)]
pub(crate) struct Constants {
    files: Vec<OnceLock<FileConstants>>,
}

/// `None` for what is assigned more than once, or something that is no constant.
#[derive(Debug, Default)]
struct FileConstants {
    globals: FxHashMap<Name, Option<&'static Constant>>,
    /// By the last part of the name.
    members: FxHashMap<Name, Option<&'static Constant>>,
    /// Collections that are made of constants alone.
    collections: FxHashMap<Name, Option<Collection>>,
}

/// What kind of collection, and its members.
type Collection = (Aggregate, Box<[&'static Constant]>);

/// A collection of more members is not kept.
const MAX_MEMBERS: usize = 32;

impl Constants {
    /// For a project of this many files.
    pub(crate) fn new(files: usize) -> Self {
        Self { files: std::iter::repeat_with(OnceLock::new).take(files).collect() }
    }
}

impl FileConstants {
    /// By the body of the module and the functions that assign globals.
    fn new<'f>(body: Option<&Function>, others: impl Iterator<Item = &'f Function>) -> Self {
        let mut constants = Self::default();
        let Some(body) = body else { return constants };
        for statement in body.blocks.iter().flat_map(|block| &block.statements) {
            if let StatementKind::Assign(place, value) = &statement.kind {
                constants.add(body, *place, *value);
            }
        }
        // `global running; running = False`
        for function in others {
            for statement in function.blocks.iter().flat_map(|block| &block.statements) {
                if let StatementKind::Assign(place, _) = &statement.kind
                    && let Expr::Global(name) = function.expr(*place)
                {
                    constants.globals.insert(*name, None);
                    constants.collections.insert(*name, None);
                }
            }
        }
        constants
    }

    fn add(&mut self, body: &Function, place: ExprId, value: ExprId) {
        let is_flag = |name: Name| !name.chars().any(char::is_uppercase);
        let constant = match body.expr(value) {
            Expr::Constant(constant) => Some(*constant),
            _ => None,
        };
        let (global, member) = match body.expr(place) {
            Expr::Global(name) => (Some(*name), name.rsplit('.').next().map(unspin_ir::name)),
            Expr::Field(_, field) => (None, Some(*field)),
            Expr::Local(local) if body.local(*local).kind == LocalKind::Variable => (Some(body.local(*local).name), None),
            _ => (None, None),
        };
        if let Some(name) = global {
            let collection = || collection(body, value);
            self.collections.entry(name).and_modify(|known| *known = None).or_insert_with(collection);
        }
        for (names, name) in [(&mut self.globals, global), (&mut self.members, member)] {
            if let Some(name) = name {
                let kept = constant.filter(|constant| !(matches!(constant, Constant::Bool(_)) && is_flag(name)));
                names.entry(name).and_modify(|known| *known = None).or_insert(kept);
            }
        }
    }
}

/// A tuple, list or set of constants.
fn collection(body: &Function, value: ExprId) -> Option<Collection> {
    let Expr::Aggregate(kind @ (Aggregate::Tuple | Aggregate::List | Aggregate::Set), parts) = body.expr(value) else {
        return None;
    };
    let constant = |&part: &ExprId| match body.expr(part) {
        Expr::Constant(constant) => Some(*constant),
        _ => None,
    };
    let members = parts.iter().take(MAX_MEMBERS + 1).map(constant).collect::<Option<Box<[_]>>>()?;
    (!members.is_empty() && members.len() <= MAX_MEMBERS).then_some((*kind, members))
}

impl Project {
    /// The members of the tuple, list or set of constants that a global name of a file stands for.
    pub(crate) fn constant_members(&self, file: u32, global: Name) -> Option<(Aggregate, &[&'static Constant])> {
        let (kind, members) = self.constants_of(file)?.collections.get(&global)?.as_ref()?;
        Some((*kind, members))
    }

    /// The constant that a global name of a file stands for: assigned once, at the top of the file.
    pub(crate) fn constant(&self, file: u32, global: Name) -> Option<&'static Constant> {
        self.constants_of(file)?.globals.get(&global).copied()?
    }

    /// Whether the file assigns a global name anywhere.
    pub(crate) fn is_assigned_global(&self, file: u32, global: Name) -> bool {
        self.constants_of(file).is_some_and(|constants| constants.globals.contains_key(&global))
    }

    /// The constant that `self.NAME` stands for: written in capitals, so never assigned elsewhere, and assigned once in
    /// the body of a class of the file.
    pub(crate) fn class_constant(
        &self,
        at: FunctionRef,
        function: &Function,
        base: ExprId,
        field: Name,
    ) -> Option<&'static Constant> {
        let is_constant_name = field.chars().any(char::is_uppercase) && !field.chars().any(char::is_lowercase);
        let is_local = matches!(function.expr(base), Expr::Local(_) | Expr::Global(_));
        if !is_constant_name || !is_local {
            return None;
        }
        self.constants_of(at.file)?.members.get(&field).copied()?
    }

    fn constants_of(&self, file: u32) -> Option<&FileConstants> {
        let constants = self.constants.files.get(file as usize)?;
        let set_elsewhere = || {
            let others = self.functions_of(file).skip(1).filter(|&at| self.outline(at).deeds.sets_globals);
            others.map(|at| self.function(at))
        };
        let body = self.files.get(file as usize)?.module.functions.first();
        Some(constants.get_or_init(|| FileConstants::new(body, set_elsewhere())))
    }
}
