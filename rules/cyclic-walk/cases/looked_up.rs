//! Walks by a method that looks the next value up in what it is handed.

#[derive(Clone, Copy)]
pub struct Entry {
    offset: usize,
}

impl Entry {
    fn next_in(&self, data: &[u8]) -> Option<Entry> {
        let offset = usize::from(*data.get(self.offset)?);
        (offset != 0).then_some(Entry { offset })
    }
}

pub fn last(first: Entry, data: &[u8]) -> Entry {
    let mut entry = first;
    while let Some(next) = entry.next_in(data) { // expect: cyclic-walk/audit
        entry = next;
    }
    entry
}

pub fn last_of(first: Entry, data: &[u8]) -> Entry {
    let mut entry = first;
    let mut left = data.len();
    while left > 0 {
        let Some(next) = entry.next_in(data) else { break };
        entry = next;
        left -= 1;
    }
    entry
}
