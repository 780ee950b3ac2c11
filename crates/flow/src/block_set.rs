//! A set of blocks of one function, one bit each.

use unspin_ir::BlockId;

/// A set of blocks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockSet {
    words: Vec<u64>,
}

impl BlockSet {
    /// The empty set over a function with this many blocks.
    pub fn new(blocks: usize) -> Self {
        Self { words: vec![0; blocks.div_ceil(64)] }
    }

    /// Add a block; whether it was new.
    pub fn insert(&mut self, block: BlockId) -> bool {
        let (word, bit) = (block.0 as usize / 64, 1 << (block.0 % 64));
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        let is_new = self.words[word] & bit == 0;
        self.words[word] |= bit;
        is_new
    }

    /// Take a block out.
    pub fn remove(&mut self, block: BlockId) {
        if let Some(word) = self.words.get_mut(block.0 as usize / 64) {
            *word &= !(1 << (block.0 % 64));
        }
    }

    /// Whether the block is in the set.
    pub fn contains(&self, block: BlockId) -> bool {
        self.words.get(block.0 as usize / 64).is_some_and(|word| word & (1 << (block.0 % 64)) != 0)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|&word| word == 0)
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The blocks in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = BlockId> + '_ {
        self.words.iter().enumerate().flat_map(|(index, &word)| {
            (0..64).filter(move |bit| word & (1 << bit) != 0).map(move |bit| BlockId(index as u32 * 64 + bit))
        })
    }

    /// Whether every block of this set is in the other.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.words.iter().enumerate().all(|(index, &word)| word & !other.words.get(index).copied().unwrap_or(0) == 0)
    }

    /// Whether a block is in both.
    pub fn intersects(&self, other: &Self) -> bool {
        self.words.iter().zip(&other.words).any(|(a, b)| a & b != 0)
    }

    /// Add every block of the other set.
    pub fn extend(&mut self, other: &Self) {
        if self.words.len() < other.words.len() {
            self.words.resize(other.words.len(), 0);
        }
        self.words.iter_mut().zip(&other.words).for_each(|(a, b)| *a |= b);
    }
}

impl FromIterator<BlockId> for BlockSet {
    fn from_iter<I: IntoIterator<Item = BlockId>>(blocks: I) -> Self {
        let mut set = Self::default();
        blocks.into_iter().for_each(|block| {
            set.insert(block);
        });
        set
    }
}
