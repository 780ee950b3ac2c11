//! Successors, predecessors and an order of the blocks of one function.

use unspin_ir::{BlockId, Function};

/// The control-flow graph of a function. Blocks that cannot be reached from the entry have no place in the order.
#[derive(Clone, Debug)]
pub struct Cfg {
    successors: Edges,
    predecessors: Edges,
    reverse_postorder: Vec<BlockId>,
    /// Position in the order; `u32::MAX` for what cannot be reached.
    position: Vec<u32>,
}

/// The edges of all blocks, in one piece.
#[derive(Clone, Debug, Default)]
struct Edges {
    /// Where the edges of each block end; they begin where those of the block before do.
    ends: Vec<u32>,
    blocks: Vec<BlockId>,
}

impl Edges {
    fn of(&self, block: BlockId) -> &[BlockId] {
        let index = block.index();
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.blocks[start as usize..self.ends[index] as usize]
    }

    /// The edges of `count` blocks the other way round, those of each in the order of `froms`.
    fn reversed(&self, froms: &[BlockId], count: usize) -> Self {
        let mut ends = vec![0; count + 1];
        let edges = || froms.iter().flat_map(|&from| self.of(from).iter().map(move |&to| (from, to)));
        edges().for_each(|(_, to)| ends[to.index() + 1] += 1);
        for index in 1..ends.len() {
            ends[index] += ends[index - 1];
        }
        // From where the edges of a block begin to where they end, as they are put in.
        let mut blocks = vec![BlockId::new(0); ends[count] as usize];
        for (from, to) in edges() {
            let next = &mut ends[to.index()];
            blocks[*next as usize] = from;
            *next += 1;
        }
        ends.truncate(count);
        Self { ends, blocks }
    }
}

impl Cfg {
    /// The graph of a function.
    pub fn new(function: &Function) -> Self {
        let mut successors = Edges::default();
        successors.ends.reserve_exact(function.blocks.len());
        for block in &function.blocks {
            let start = successors.blocks.len();
            block.for_each_successor(|next| {
                if !successors.blocks[start..].contains(&next) {
                    successors.blocks.push(next);
                }
            });
            successors.ends.push(successors.blocks.len() as u32);
        }
        Self::from_edges(successors)
    }

    /// A graph given by its edges; block 0 is the entry.
    pub fn from_successors(successors: impl IntoIterator<Item = impl IntoIterator<Item = BlockId>>) -> Self {
        let mut edges = Edges::default();
        for next in successors {
            edges.blocks.extend(next);
            edges.ends.push(edges.blocks.len() as u32);
        }
        Self::from_edges(edges)
    }

    fn from_edges(successors: Edges) -> Self {
        let count = successors.ends.len();
        let reverse_postorder = reverse_postorder(&successors);
        let mut position = vec![u32::MAX; count];
        for (index, block) in reverse_postorder.iter().enumerate() {
            position[block.index()] = index as u32;
        }
        let predecessors = successors.reversed(&reverse_postorder, count);
        Self { successors, predecessors, reverse_postorder, position }
    }

    /// The number of blocks, reachable or not.
    pub fn len(&self) -> usize {
        self.successors.ends.len()
    }

    /// Whether there is no block.
    pub fn is_empty(&self) -> bool {
        self.successors.ends.is_empty()
    }

    /// Blocks that may come next.
    pub fn successors(&self, block: BlockId) -> &[BlockId] {
        self.successors.of(block)
    }

    /// Reachable blocks that may come before.
    pub fn predecessors(&self, block: BlockId) -> &[BlockId] {
        self.predecessors.of(block)
    }

    /// Reachable blocks, each before its successors except along back edges.
    pub fn reverse_postorder(&self) -> &[BlockId] {
        &self.reverse_postorder
    }

    /// Position in the reverse postorder, if the block can be reached.
    pub fn position(&self, block: BlockId) -> Option<u32> {
        self.position.get(block.index()).copied().filter(|&at| at != u32::MAX)
    }
}

fn reverse_postorder(successors: &Edges) -> Vec<BlockId> {
    let count = successors.ends.len();
    let mut order = Vec::with_capacity(count);
    if count == 0 {
        return order;
    }
    let mut seen = vec![false; count];
    seen[0] = true;
    let mut stack = vec![(BlockId::new(0), 0)];
    while let Some((block, next)) = stack.last_mut() {
        let block = *block;
        if let Some(&successor) = successors.of(block).get(*next) {
            *next += 1;
            if !std::mem::replace(&mut seen[successor.index()], true) {
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
