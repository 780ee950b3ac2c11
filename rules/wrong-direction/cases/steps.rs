//! Steps towards and away from the bound.

/// Class: the count of what is left goes up.
pub fn drain(mut left: u32) {
    while left > 0 { // expect: wrong-direction
        left += 1;
    }
}

pub fn drain_down(mut left: u32) {
    while left > 0 {
        left -= 1;
    }
}

pub fn find(items: &[u8], mut at: usize) -> Option<usize> {
    while at < items.len() {
        if items[at] == 0 {
            return Some(at);
        }
        at += 1;
    }
    None
}

pub fn meet(mut low: usize, mut high: usize) -> usize {
    while low < high {
        low += 1;
        high -= 1;
    }
    low
}
