//! The fast dominators agree with the definition on random graphs.

use proptest::prelude::*;
use unspin_flow::{Cfg, Dominators};
use unspin_ir::BlockId;

/// By definition: `d` dominates `b` if `b` can be reached, and cannot without passing `d`.
fn dominates(cfg: &Cfg, dominator: BlockId, block: BlockId) -> bool {
    let reached_without = |removed: Option<BlockId>| {
        let mut seen = vec![false; cfg.len()];
        let mut pending = vec![BlockId::new(0)];
        while let Some(at) = pending.pop() {
            if Some(at) != removed && !std::mem::replace(&mut seen[at.index()], true) {
                pending.extend(cfg.successors(at));
            }
        }
        seen[block.index()]
    };
    reached_without(None) && !reached_without(Some(dominator))
}

proptest! {
    #[test]
    fn agree_with_the_definition(edges in prop::collection::vec(prop::collection::vec(0..12usize, 0..4), 12)) {
        let successors = edges.into_iter().map(|next| next.into_iter().map(BlockId::new));
        let cfg = Cfg::from_successors(successors);
        let fast = Dominators::new(&cfg);
        for a in 0..12 {
            for b in 0..12 {
                prop_assert_eq!(fast.dominates(BlockId::new(a), BlockId::new(b)), dominates(&cfg, BlockId::new(a), BlockId::new(b)));
            }
        }
    }
}
