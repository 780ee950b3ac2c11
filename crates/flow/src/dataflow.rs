//! Forward dataflow to a fixpoint over part of a graph.
//!
//! The caller gives a lattice ([`Analysis::State`] with [`Analysis::join`]) and what each block does to a state along
//! each of its edges; an edge for which `transfer` gives nothing cannot be taken, which makes conditional constant
//! propagation (Wegman and Zadeck, 1991) one instance. Termination needs `join` to climb a lattice of finite height.

use std::collections::BTreeSet;

use unspin_ir::BlockId;

use crate::Cfg;

/// A forward analysis.
pub trait Analysis {
    /// What is known on entry to a block.
    type State: Clone;

    /// Merge `from` into `into`; whether `into` changed.
    fn join(&self, into: &mut Self::State, from: &Self::State) -> bool;

    /// The state along each edge that can be taken out of a block, given the state on entry to it.
    fn transfer(&self, block: BlockId, state: &Self::State) -> Vec<(BlockId, Self::State)>;
}

/// What is known when nothing changes any more.
pub struct Fixpoint<S> {
    /// By block, the state on entry to it; `None` where it cannot be reached from the given ones.
    pub states: Vec<Option<S>>,
    /// By block, where the edges lead that can be taken out of it.
    pub edges: Vec<Vec<BlockId>>,
}

/// Go on from the given states until nothing changes.
pub fn iterate_to_fixpoint<A: Analysis>(cfg: &Cfg, analysis: &A, start: Vec<(BlockId, A::State)>) -> Fixpoint<A::State> {
    let mut edges: Vec<Vec<BlockId>> = vec![Vec::new(); cfg.len()];
    let mut states: Vec<Option<A::State>> = vec![None; cfg.len()];
    let mut pending = BTreeSet::new();
    let arrive =
        |states: &mut Vec<Option<A::State>>, pending: &mut BTreeSet<(u32, BlockId)>, block: BlockId, state: A::State| {
            let changed = match &mut states[block.index()] {
                Some(known) => analysis.join(known, &state),
                unknown => {
                    *unknown = Some(state);
                    true
                }
            };
            if changed && let Some(position) = cfg.position(block) {
                pending.insert((position, block));
            }
        };
    for (block, state) in start {
        arrive(&mut states, &mut pending, block, state);
    }
    while let Some((_, block)) = pending.pop_first() {
        let Some(state) = &states[block.index()] else { continue };
        let taken = analysis.transfer(block, state);
        // A state that changes later brings its block back here, so that the last answer is the one to keep.
        let known = &mut edges[block.index()];
        known.clear();
        known.extend(taken.iter().map(|&(next, _)| next));
        for (next, state) in taken {
            arrive(&mut states, &mut pending, next, state);
        }
    }
    Fixpoint { states, edges }
}
