//! Ways round as reachability: what some way, or every way, through given blocks passes.
//!
//! "Is there a way round through `via` that avoids `avoiding`?" needs no path: it exists if `via` can be reached from
//! the header, and a latch from `via`, in the body without the avoided blocks. The answer errs towards yes where two
//! tests on the way contradict each other; callers prune edges that constants decide before they ask.

use unspin_ir::BlockId;

use crate::{BlockSet, Cfg, NaturalLoop};

/// Blocks of `within` that can be reached from `start`, itself included, without entering `avoiding`.
pub fn reachable(cfg: &Cfg, start: BlockId, within: &BlockSet, avoiding: &BlockSet) -> BlockSet {
    let mut seen = BlockSet::new(cfg.len());
    if !within.contains(start) || avoiding.contains(start) {
        return seen;
    }
    let mut pending = vec![start];
    while let Some(block) = pending.pop() {
        if seen.insert(block) {
            let next = cfg.successors(block).iter().copied();
            pending.extend(next.filter(|&b| within.contains(b) && !avoiding.contains(b)));
        }
    }
    seen
}

/// Blocks of a loop from which the header can be reached again without entering `avoiding` and without passing the
/// header on the way; the header itself is not among them.
pub fn reaching_header(cfg: &Cfg, natural: &NaturalLoop, avoiding: &BlockSet) -> BlockSet {
    let mut seen = BlockSet::new(cfg.len());
    let inside = |block: BlockId| natural.body.contains(block) && !avoiding.contains(block) && block != natural.header;
    let mut pending: Vec<_> = natural.latches.iter().copied().filter(|&b| inside(b)).collect();
    while let Some(block) = pending.pop() {
        if seen.insert(block) {
            pending.extend(cfg.predecessors(block).iter().copied().filter(|&b| inside(b)));
        }
    }
    seen
}

/// Blocks of a loop that can be reached from its header on the same way round, without entering `avoiding`.
pub fn from_header(cfg: &Cfg, natural: &NaturalLoop, avoiding: &BlockSet) -> BlockSet {
    let mut seen = BlockSet::new(cfg.len());
    if avoiding.contains(natural.header) {
        return seen;
    }
    seen.insert(natural.header);
    let mut pending = vec![natural.header];
    while let Some(block) = pending.pop() {
        for &next in cfg.successors(block) {
            if natural.body.contains(next) && !avoiding.contains(next) && next != natural.header && seen.insert(next) {
                pending.push(next);
            }
        }
    }
    seen
}

/// Whether some way round passes `via` and no block of `avoiding`.
pub fn exists_through(cfg: &Cfg, natural: &NaturalLoop, via: BlockId, avoiding: &BlockSet) -> bool {
    let before = from_header(cfg, natural, avoiding);
    if !before.contains(via) {
        return false;
    }
    if via == natural.header {
        let back = reaching_header(cfg, natural, avoiding);
        return natural.latches.contains(&via) || cfg.successors(via).iter().any(|&next| back.contains(next));
    }
    reaching_header(cfg, natural, avoiding).contains(via)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dominators, LoopForest};

    fn diamond() -> (Cfg, NaturalLoop) {
        // 0 → 1; 1 → 2 | 3; 2 → 4; 3 → 4; 4 → 1 | 5
        let edges = [vec![1], vec![2, 3], vec![4], vec![4], vec![1, 5], vec![]];
        let cfg = Cfg::from_successors(edges.iter().map(|next| next.iter().map(|&b| BlockId::new(b))));
        let function = unspin_ir::FunctionBuilder::new(
            unspin_ir::FunctionKind::Function,
            unspin_ir::name("f"),
            unspin_ir::name(""),
            unspin_span::Span::default(),
        )
        .finish();
        let forest = LoopForest::new(&function, &cfg, &Dominators::new(&cfg));
        (cfg, forest.loops[0].clone())
    }

    #[test]
    fn a_way_through_one_arm_avoids_the_other() {
        let (cfg, natural) = diamond();
        let other = BlockSet::from_iter([BlockId::new(3)]);
        assert!(exists_through(&cfg, &natural, BlockId::new(2), &other));
        assert!(!exists_through(&cfg, &natural, BlockId::new(3), &other));
    }

    #[test]
    fn no_way_avoids_the_block_where_both_arms_meet() {
        let (cfg, natural) = diamond();
        let join = BlockSet::from_iter([BlockId::new(4)]);
        assert!(!exists_through(&cfg, &natural, BlockId::new(2), &join));
        assert_eq!(natural.exits, [(BlockId::new(4), BlockId::new(5))]);
    }
}
