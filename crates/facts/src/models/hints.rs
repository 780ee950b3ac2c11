//! What models may say of a call, by the last part of its name alone.
//!
//! Most calls of a program have a name that no model speaks of, so a look here spares them the resolution. A model never
//! answers for a call whose last part is not one of its paths' or methods', which makes the answer an upper bound.

use rustc_hash::FxHashMap;
use unspin_ir::Name;

use crate::model::{CallModel, Effect};

/// What one of the models of a name says.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own")]
pub(crate) struct Hints {
    /// It is reported when nothing bounds its waiting.
    pub(crate) timed: bool,
    /// It gives an iterator without an end.
    pub(crate) endless: bool,
    /// It is a retry policy with arguments that bound it.
    pub(crate) policy: bool,
    /// It waits for readiness.
    pub(crate) polls: bool,
    /// It waits for somebody to connect.
    pub(crate) accepts: bool,
    /// It starts a thread or task.
    pub(crate) spawns: bool,
    /// It calls a function that it is given.
    pub(crate) runs: bool,
    /// It is a method that waits, or acts on another machine.
    pub(crate) waits: bool,
}

/// Hints by the last part of a name; names without any have no entry.
#[derive(Clone, Debug, Default)]
pub(super) struct HintTable {
    names: FxHashMap<Name, Hints>,
}

impl HintTable {
    pub(super) fn new(calls: &[CallModel]) -> Self {
        let mut names: FxHashMap<Name, Hints> = FxHashMap::default();
        for model in calls {
            let found = Hints {
                timed: crate::timeouts::is_reported(model),
                endless: crate::iterators::is_endless(model),
                policy: crate::policies::is_policy(model),
                polls: model.effect == Effect::Poll,
                accepts: model.effect == Effect::Accept,
                spawns: model.effect == Effect::Spawn,
                runs: model.spawns.is_some() || model.runs.is_some(),
                waits: !model.on.is_empty() && (model.remote || model.blocks.unwrap_or(model.effect.blocks())),
            };
            let found_any =
                [found.timed, found.endless, found.policy, found.polls, found.accepts, found.spawns, found.runs, found.waits];
            if !found_any.contains(&true) {
                continue;
            }
            let paths = model.path.iter().map(|&path| unspin_ir::last_part(path));
            for last in paths.chain(model.method.iter().copied()) {
                let known = names.entry(last).or_default();
                known.timed |= found.timed;
                known.endless |= found.endless;
                known.spawns |= found.spawns;
                known.runs |= found.runs;
                known.waits |= found.waits;
                known.policy |= found.policy;
                known.polls |= found.polls;
                known.accepts |= found.accepts;
            }
        }
        Self { names }
    }

    pub(super) fn of(&self, last: Name) -> Hints {
        self.names.get(&last).copied().unwrap_or_default()
    }
}
