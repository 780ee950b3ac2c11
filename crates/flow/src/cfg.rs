//! Successors, predecessors and an order of the blocks of one function.

use unspin_ir::{BlockId, Function};

/// The control-flow graph of a function. Blocks that cannot be reached from the entry have no place in the order.
#[derive(Clone, Debug)]
pub struct Cfg {
    successors: Vec<Vec<BlockId>>,
    predecessors: Vec<Vec<BlockId>>,
    reverse_postorder: Vec<BlockId>,
    /// Position in the order; `u32::MAX` for what cannot be reached.
    position: Vec<u32>,
}

impl Cfg {
    /// The graph of a function.
    pub fn new(function: &Function) -> Self {
        let successors: Vec<_> = function.blocks.iter().map(unspin_ir::BasicBlock::successors).collect();
        Self::from_successors(successors)
    }

    /// A graph given by its edges; block 0 is the entry.
    pub fn from_successors(successors: Vec<Vec<BlockId>>) -> Self {
        let reverse_postorder = reverse_postorder(&successors);
        let mut position = vec![u32::MAX; successors.len()];
        for (index, block) in reverse_postorder.iter().enumerate() {
            position[block.0 as usize] = index as u32;
        }
        let mut predecessors = vec![Vec::new(); successors.len()];
        for &block in &reverse_postorder {
            for next in &successors[block.0 as usize] {
                predecessors[next.0 as usize].push(block);
            }
        }
        Self { successors, predecessors, reverse_postorder, position }
    }

    /// The number of blocks, reachable or not.
    pub fn len(&self) -> usize {
        self.successors.len()
    }

    /// Whether there is no block.
    pub fn is_empty(&self) -> bool {
        self.successors.is_empty()
    }

    /// Blocks that may come next.
    pub fn successors(&self, block: BlockId) -> &[BlockId] {
        &self.successors[block.0 as usize]
    }

    /// Reachable blocks that may come before.
    pub fn predecessors(&self, block: BlockId) -> &[BlockId] {
        &self.predecessors[block.0 as usize]
    }

    /// Reachable blocks, each before its successors except along back edges.
    pub fn reverse_postorder(&self) -> &[BlockId] {
        &self.reverse_postorder
    }

    /// Position in the reverse postorder, if the block can be reached.
    pub fn position(&self, block: BlockId) -> Option<u32> {
        self.position.get(block.0 as usize).copied().filter(|&at| at != u32::MAX)
    }
}

fn reverse_postorder(successors: &[Vec<BlockId>]) -> Vec<BlockId> {
    let mut order = Vec::with_capacity(successors.len());
    if successors.is_empty() {
        return order;
    }
    let mut seen = vec![false; successors.len()];
    seen[0] = true;
    let mut stack = vec![(BlockId(0), 0)];
    while let Some((block, next)) = stack.last_mut() {
        let block = *block;
        if let Some(&successor) = successors[block.0 as usize].get(*next) {
            *next += 1;
            if !std::mem::replace(&mut seen[successor.0 as usize], true) {
                stack.push((successor, 0));
            }
        } else {
            order.push(block);
            stack.pop();
        }
    }
    order.reverse();
    order
}
