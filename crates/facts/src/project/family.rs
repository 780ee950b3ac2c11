//! What a file says as a whole, found once for all its functions.
//!
//! A fact of one loop that looks at every other function of the file makes the cost of a file grow with the square of its
//! length. So the functions of one class are listed here, callers by the name that they call, and whatever does not depend
//! on who asks is asked once.

use std::sync::OnceLock;

use rustc_hash::{FxHashMap, FxHashSet};
use unspin_ir::{Callee, Function, FunctionId, Module, Name};

/// Of a larger class, or of more callers of one name, only the first count: otherwise a file of one class would cost the square
/// of its length all the same.
const MOST: usize = 256;

/// Answers about a file.
#[derive(Debug, Default)]
pub(crate) struct Families {
    by_owner: OnceLock<FxHashMap<Name, Vec<FunctionId>>>,
    callers: OnceLock<FxHashMap<Name, Vec<FunctionId>>>,
    /// What functions without a receiver call on what, by the last part of its path.
    settings: OnceLock<FxHashSet<(Name, String)>>,
    /// What is put under deadlines somewhere.
    bounded: OnceLock<FxHashSet<Name>>,
    remarks: [OnceLock<bool>; 6],
}

/// What a file may say somewhere, whoever asks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Remark {
    /// It wakes threads that are parked.
    Unparks,
    /// It cancels or aborts something.
    Cancels,
    /// It kills something.
    Kills,
    /// It makes a thread a daemon.
    Daemons,
    /// A name speaks of an answer to heartbeats.
    Answers,
    /// A name speaks of how long ago something came.
    Silences,
}

fn list(lists: &mut FxHashMap<Name, Vec<FunctionId>>, name: Name, index: usize) {
    let list = lists.entry(name).or_default();
    let id = FunctionId::new(index);
    if list.len() < MOST && list.last() != Some(&id) {
        list.push(id);
    }
}

impl Families {
    /// The functions of a class in the order of the source.
    pub(crate) fn of<'m>(&self, module: &'m Module, owner: Name) -> impl Iterator<Item = (FunctionId, &'m Function)> {
        let by_owner = self.by_owner.get_or_init(|| {
            let mut by_owner = FxHashMap::default();
            for (index, function) in module.functions.iter().enumerate() {
                if let Some(owner) = function.owner {
                    list(&mut by_owner, owner, index);
                }
            }
            by_owner
        });
        shown(module, by_owner.get(&owner))
    }

    /// The functions that call something of this name, in the order of the source.
    pub(crate) fn callers<'m>(&self, module: &'m Module, name: Name) -> impl Iterator<Item = (FunctionId, &'m Function)> {
        let callers = self.callers.get_or_init(|| {
            let mut callers = FxHashMap::default();
            for (index, function) in module.functions.iter().enumerate() {
                for (call, _) in function.calls() {
                    if let Some(name) = call.callee.name() {
                        list(&mut callers, name, index);
                    }
                }
            }
            callers
        });
        shown(module, callers.get(&name))
    }

    /// Whether a function without a receiver calls one of `methods` on something whose path ends so.
    pub(crate) fn sets(&self, module: &Module, methods: &[Name], last: &str) -> bool {
        let settings = self.settings.get_or_init(|| {
            let functions = module.functions.iter().filter(|function| !function.has_receiver);
            let of_function = |function: &Function| function.calls().filter_map(|(call, _)| setting(function, call)).collect();
            functions.flat_map(|function| -> Vec<_> { of_function(function) }).collect()
        });
        methods.iter().any(|method| settings.contains(&(*method, last.to_owned())))
    }

    /// What the file puts under deadlines somewhere, collected once.
    pub(crate) fn bounded(&self, collect: impl FnOnce() -> FxHashSet<Name>) -> &FxHashSet<Name> {
        self.bounded.get_or_init(collect)
    }

    /// The answer to a question about the file, which is asked once.
    pub(crate) fn says(&self, remark: Remark, ask: impl FnOnce() -> bool) -> bool {
        *self.remarks[remark as usize].get_or_init(ask)
    }
}

fn setting(function: &Function, call: &unspin_ir::Call) -> Option<(Name, String)> {
    let Callee::Method(on, method) = call.callee else { return None };
    let path = function.path(on)?;
    Some((method, path.rsplit('.').next().unwrap_or_default().to_owned()))
}

fn shown<'m>(module: &'m Module, ids: Option<&Vec<FunctionId>>) -> impl Iterator<Item = (FunctionId, &'m Function)> {
    ids.into_iter().flatten().map(|id| (*id, &module.functions[id.index()]))
}
