//! A set of blocks of one function, one bit each.
//!
//! Only the words between the first and the last block are stored, so that the body of a short loop costs as much in a
//! function of a million blocks as in one of ten: blocks of a loop stand close together.

use unspin_ir::BlockId;

/// A set of blocks.
#[derive(Clone, Debug, Default)]
pub struct BlockSet {
    /// Index of the first word that is stored.
    first: usize,
    words: Vec<u64>,
}

impl BlockSet {
    /// The empty set over a function with this many blocks.
    pub fn new(_blocks: usize) -> Self {
        Self::default()
    }

    /// Add a block; whether it was new.
    pub fn insert(&mut self, block: BlockId) -> bool {
        let (index, bit) = (block.index() / 64, 1 << (block.index() % 64));
        self.cover(index, index + 1);
        let word = &mut self.words[index - self.first];
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    /// Take a block out.
    pub fn remove(&mut self, block: BlockId) {
        let index = (block.index() / 64).checked_sub(self.first);
        if let Some(word) = index.and_then(|index| self.words.get_mut(index)) {
            *word &= !(1 << (block.index() % 64));
        }
    }

    /// Whether the block is in the set.
    pub fn contains(&self, block: BlockId) -> bool {
        self.word(block.index() / 64) & (1 << (block.index() % 64)) != 0
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
        self.indexed().flat_map(|(index, word)| {
            let rests = std::iter::successors(Some(word), |&rest| Some(rest & rest.wrapping_sub(1)));
            rests.take_while(|&rest| rest != 0).map(move |rest| BlockId::new(index * 64 + rest.trailing_zeros() as usize))
        })
    }

    /// Whether every block of this set is in the other.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.indexed().all(|(index, word)| word & !other.word(index) == 0)
    }

    /// Whether a block is in both.
    pub fn intersects(&self, other: &Self) -> bool {
        self.indexed().any(|(index, word)| word & other.word(index) != 0)
    }

    /// Add every block of the other set.
    pub fn extend(&mut self, other: &Self) {
        self.cover(other.first, other.first + other.words.len());
        for (index, word) in other.indexed() {
            self.words[index - self.first] |= word;
        }
    }

    /// The words that are stored, with their index.
    fn indexed(&self) -> impl Iterator<Item = (usize, u64)> + '_ {
        self.words.iter().enumerate().map(|(index, &word)| (self.first + index, word))
    }

    fn word(&self, index: usize) -> u64 {
        index.checked_sub(self.first).and_then(|index| self.words.get(index)).copied().unwrap_or(0)
    }

    /// Store the words from `first` up to, but without, `end`.
    fn cover(&mut self, first: usize, end: usize) {
        if first >= end {
            return;
        }
        if self.words.is_empty() {
            self.first = first;
        }
        if first < self.first {
            self.words.splice(..0, std::iter::repeat_n(0, self.first - first));
            self.first = first;
        }
        if end - self.first > self.words.len() {
            self.words.resize(end - self.first, 0);
        }
    }
}

impl PartialEq for BlockSet {
    fn eq(&self, other: &Self) -> bool {
        self.is_subset(other) && other.is_subset(self)
    }
}

impl Eq for BlockSet {}

impl FromIterator<BlockId> for BlockSet {
    fn from_iter<I: IntoIterator<Item = BlockId>>(blocks: I) -> Self {
        let mut set = Self::default();
        blocks.into_iter().for_each(|block| {
            set.insert(block);
        });
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(blocks: &[usize]) -> BlockSet {
        blocks.iter().map(|&block| BlockId::new(block)).collect()
    }

    #[test]
    fn blocks_come_in_order_whatever_the_order_they_were_added_in() {
        let blocks: Vec<usize> = set(&[1_000, 3, 64, 63, 3]).iter().map(BlockId::index).collect();
        assert_eq!(blocks, [3, 63, 64, 1_000]);
        assert_eq!(set(&[1_000, 3]).len(), 2);
    }

    #[test]
    fn sets_are_equal_by_what_they_hold() {
        let mut shrunk = set(&[5, 700]);
        shrunk.remove(BlockId::new(700));
        shrunk.remove(BlockId::new(9_000));
        assert_eq!(shrunk, set(&[5]));
        assert_ne!(shrunk, set(&[700]));
        assert_eq!(BlockSet::new(100), BlockSet::default());
    }

    #[test]
    fn subset_union_and_intersection_do_not_mind_where_the_words_start() {
        let mut low = set(&[1]);
        assert!(!low.intersects(&set(&[500])) && !set(&[500]).is_subset(&low));
        low.extend(&set(&[500]));
        assert!(set(&[500]).is_subset(&low) && low.intersects(&set(&[500])) && low.contains(BlockId::new(1)));
    }
}
