//! Immediate dominators, by the iterative algorithm of Cooper, Harvey and Kennedy (2001).

use unspin_ir::BlockId;

use crate::Cfg;

/// The dominator tree of a graph.
#[derive(Clone, Debug)]
pub struct Dominators {
    /// Immediate dominator; the entry's is itself, `None` where a block cannot be reached.
    immediate: Vec<Option<BlockId>>,
}

impl Dominators {
    /// Compute the tree.
    pub fn new(cfg: &Cfg) -> Self {
        let mut immediate = vec![None; cfg.len()];
        let order = cfg.reverse_postorder();
        let Some(&entry) = order.first() else { return Self { immediate } };
        immediate[entry.0 as usize] = Some(entry);
        let mut changed = true;
        while changed {
            changed = false;
            for &block in &order[1..] {
                let known = cfg.predecessors(block).iter().copied().filter(|p| immediate[p.0 as usize].is_some());
                let new = known.reduce(|a, b| intersect(cfg, &immediate, a, b));
                if new != immediate[block.0 as usize] {
                    immediate[block.0 as usize] = new;
                    changed = true;
                }
            }
        }
        Self { immediate }
    }

    /// Whether every path from the entry to `block` passes `dominator`. A block dominates itself.
    pub fn dominates(&self, dominator: BlockId, block: BlockId) -> bool {
        let mut at = block;
        loop {
            if at == dominator {
                return self.immediate[block.0 as usize].is_some();
            }
            match self.immediate[at.0 as usize] {
                Some(next) if next != at => at = next,
                _ => return false,
            }
        }
    }

    /// The closest strict dominator; `None` for the entry and for blocks that cannot be reached.
    pub fn immediate(&self, block: BlockId) -> Option<BlockId> {
        self.immediate[block.0 as usize].filter(|&dominator| dominator != block)
    }
}

fn intersect(cfg: &Cfg, immediate: &[Option<BlockId>], mut a: BlockId, mut b: BlockId) -> BlockId {
    while a != b {
        while cfg.position(a) > cfg.position(b) {
            a = immediate[a.0 as usize].unwrap_or(b);
        }
        while cfg.position(b) > cfg.position(a) {
            b = immediate[b.0 as usize].unwrap_or(a);
        }
    }
    a
}
