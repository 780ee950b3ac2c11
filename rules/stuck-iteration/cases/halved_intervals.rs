//! Searches that halve an interval.

pub fn last_below(values: &[u32], limit: u32) -> usize {
    let mut low = 0;
    let mut high = values.len() - 1;
    while low < high { // expect: stuck-iteration/strict
        let middle = (low + high) / 2;
        if values[middle] <= limit {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    low
}

pub fn last_below_rounded_up(values: &[u32], limit: u32) -> usize {
    let mut low = 0;
    let mut high = values.len() - 1;
    while low < high {
        let middle = (low + high + 1) / 2;
        if values[middle] <= limit {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    low
}

pub fn first_above(values: &[u32], limit: u32) -> usize {
    let mut low = 0;
    let mut high = values.len();
    while low < high {
        let middle = low + (high - low) / 2;
        if values[middle] <= limit {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

pub fn between(values: &[u32], limit: u32) -> usize {
    let mut low = 0;
    let mut high = values.len();
    while low + 1 < high {
        let middle = (low + high) >> 1;
        if values[middle] <= limit {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}
