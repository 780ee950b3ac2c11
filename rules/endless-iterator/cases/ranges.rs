//! Open ranges.

/// Class: a range without an end, and a body without a `break`.
pub fn squares(table: &mut std::collections::HashMap<u64, u64>) {
    for number in 0.. { // expect: endless-iterator
        table.insert(number, number * number);
    }
}

pub fn first_free(used: &[u64]) -> u64 {
    for number in 0.. {
        if !used.contains(&number) {
            return number;
        }
    }
    unreachable!()
}

pub fn numbered(names: &[String]) -> Vec<(usize, &String)> {
    (0..).zip(names).collect()
}
