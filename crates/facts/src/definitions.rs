//! Where the locals of a function get their values.

use unspin_ir::{BlockId, Call, Expr, ExprId, Function, LocalId, StatementKind, Terminator};

/// One place where a local gets a value.
#[derive(Clone, Copy, Debug)]
pub enum Definition<'a> {
    /// `local = value`.
    Value(ExprId),
    /// The result of a call.
    Call(&'a Call),
    /// An item of what a loop iterates.
    Item(ExprId),
    /// The failure that a handler binds.
    Failure,
}

/// Every definition of every local of a function, in the order of the source.
#[derive(Clone, Debug, Default)]
pub struct Definitions {
    /// Sorted by local.
    all: Vec<(LocalId, Stored)>,
}

/// A definition without a borrow of the function, so that it can be kept beside it.
#[derive(Clone, Copy, Debug)]
enum Stored {
    Value(ExprId),
    Call(BlockId, u32),
    Item(ExprId),
    Failure,
}

impl Definitions {
    /// Collect the definitions of a function; linear but for the sort.
    pub fn new(function: &Function) -> Self {
        let mut all = Vec::new();
        for (id, block) in function.block_ids() {
            for (index, statement) in block.statements.iter().enumerate() {
                match &statement.kind {
                    StatementKind::Assign(place, value) => {
                        if let Expr::Local(local) = function.expr(*place) {
                            all.push((*local, Stored::Value(*value)));
                        }
                    }
                    StatementKind::Call(call) => all.extend(call.result.map(|local| (local, Stored::Call(id, index as u32)))),
                    _ => {}
                }
            }
            match &block.terminator {
                Terminator::Advance { item, iterable, .. } => all.push((*item, Stored::Item(*iterable))),
                Terminator::Dispatch { handlers, .. } => {
                    all.extend(handlers.iter().filter_map(|handler| handler.binding).map(|local| (local, Stored::Failure)));
                }
                _ => {}
            }
        }
        all.sort_by_key(|&(local, _)| local);
        Self { all }
    }

    /// The definitions of a local of the function that these were collected from.
    pub fn of<'a>(&'a self, function: &'a Function, local: LocalId) -> impl Iterator<Item = Definition<'a>> + 'a {
        let start = self.all.partition_point(|&(other, _)| other < local);
        let found = self.all[start..].iter().take_while(move |&&(other, _)| other == local);
        found.filter_map(move |&(_, stored)| stored.in_function(function))
    }

    /// The definition of a local that has one only.
    pub fn only<'a>(&'a self, function: &'a Function, local: LocalId) -> Option<Definition<'a>> {
        let mut found = self.of(function, local);
        found.next().filter(|_| found.next().is_none())
    }

    /// Every definition, sorted by local.
    pub fn iter<'a>(&'a self, function: &'a Function) -> impl Iterator<Item = (LocalId, Definition<'a>)> + 'a {
        self.all.iter().filter_map(move |&(local, stored)| Some((local, stored.in_function(function)?)))
    }
}

impl Stored {
    fn in_function(self, function: &Function) -> Option<Definition<'_>> {
        Some(match self {
            Self::Value(value) => Definition::Value(value),
            Self::Item(iterable) => Definition::Item(iterable),
            Self::Failure => Definition::Failure,
            Self::Call(block, index) => match &function.block(block).statements.get(index as usize)?.kind {
                StatementKind::Call(call) => Definition::Call(call),
                _ => return None,
            },
        })
    }
}
