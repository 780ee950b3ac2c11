//! Natural loops and how they nest.

use unspin_ir::{BlockId, Function};

use crate::{BlockSet, Cfg, Dominators};

/// Every natural loop of a function, outer before inner.
#[derive(Clone, Debug)]
pub struct LoopForest {
    /// The loops.
    pub loops: Vec<NaturalLoop>,
    /// The index of the loop that each block is the header of.
    by_header: Vec<Option<u32>>,
}

/// A natural loop; two with the same header are one.
#[derive(Clone, Debug)]
pub struct NaturalLoop {
    /// The block that every way round passes.
    pub header: BlockId,
    /// Blocks from which a way round comes back to the header.
    pub latches: Vec<BlockId>,
    /// All its blocks, those of inner loops included.
    pub body: BlockSet,
    /// Edges that leave it: from a block inside, to one outside.
    pub exits: Vec<(BlockId, BlockId)>,
    /// Index of the enclosing loop.
    pub parent: Option<usize>,
    /// Index into [`Function::loops`], if the source has a loop with this header.
    pub source: Option<usize>,
}

impl LoopForest {
    /// Find the loops of a function.
    pub fn new(function: &Function, cfg: &Cfg, dominators: &Dominators) -> Self {
        let mut loops = Vec::new();
        let mut sources = vec![None; cfg.len()];
        for (index, source) in function.loops.iter().enumerate().rev() {
            sources[source.header.index()] = Some(index);
        }
        for &header in cfg.reverse_postorder() {
            let retreats = |latch: &BlockId| cfg.position(*latch) >= cfg.position(header);
            let back = cfg.predecessors(header).iter().copied().filter(retreats);
            let latches: Vec<_> = back.filter(|&latch| dominators.dominates(header, latch)).collect();
            if !latches.is_empty() {
                loops.push(natural_loop(cfg, header, latches, sources[header.index()]));
            }
        }
        nest(&mut loops, cfg.len());
        let mut by_header = vec![None; cfg.len()];
        for (index, natural) in loops.iter().enumerate() {
            by_header[natural.header.index()] = Some(index as u32);
        }
        Self { loops, by_header }
    }

    /// Loops that lie directly or indirectly in another; linear in the size of that, however many loops there are.
    pub fn inside(&self, outer: usize) -> impl Iterator<Item = &NaturalLoop> {
        let headed = self.loops[outer].body.iter().filter_map(|block| self.by_header[block.index()]);
        headed.map(|index| index as usize).filter(move |&index| index != outer).map(|index| &self.loops[index])
    }
}

/// Set the parents. Two natural loops are apart or one lies in the other, so the loop seen last at a header, larger
/// loops first, is the one around it.
fn nest(loops: &mut [NaturalLoop], blocks: usize) {
    let mut innermost = vec![None; blocks];
    let mut by_size: Vec<usize> = (0..loops.len()).collect();
    by_size.sort_by_key(|&index| std::cmp::Reverse(loops[index].body.len()));
    for index in by_size {
        loops[index].parent = innermost[loops[index].header.index()];
        for block in loops[index].body.iter() {
            innermost[block.index()] = Some(index);
        }
    }
}

fn natural_loop(cfg: &Cfg, header: BlockId, latches: Vec<BlockId>, source: Option<usize>) -> NaturalLoop {
    let mut body = BlockSet::new(cfg.len());
    body.insert(header);
    let mut pending = latches.clone();
    while let Some(block) = pending.pop() {
        if body.insert(block) {
            pending.extend(cfg.predecessors(block));
        }
    }
    let leaves = |from: BlockId| cfg.successors(from).iter().filter(|to| !body.contains(**to)).map(move |&to| (from, to));
    let exits = body.iter().flat_map(leaves).collect();
    NaturalLoop { header, latches, body, exits, parent: None, source }
}
