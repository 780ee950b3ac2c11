//! Vectors that grow in the loop that walks them by index.

/// Class: each round pushes one and steps by one.
pub fn mirror(items: &mut Vec<u32>) {
    let mut index = 0;
    while index < items.len() { // expect: grows-while-iterating
        let item = items[index];
        items.push(item);
        index += 1;
    }
}

pub fn mirror_some(items: &mut Vec<u32>) {
    let mut index = 0;
    while index < items.len() {
        let item = items[index];
        if item % 2 == 0 {
            items.push(item + 1);
        }
        index += 1;
    }
}

pub fn into_other(items: &[u32], others: &mut Vec<u32>) {
    let mut index = 0;
    while index < items.len() {
        others.push(items[index]);
        index += 1;
    }
}
