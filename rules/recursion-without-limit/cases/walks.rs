//! Recursion over what the program has built: nothing local tells it from what a stranger has sent.

pub struct Node {
    children: Vec<Node>,
}

impl Node {
    pub fn height(&self) -> usize {
        let mut highest = 0;
        for child in &self.children {
            highest = highest.max(weight(child));
        }
        highest + 1
    }
}

pub fn weight(node: &Node) -> usize {
    let mut total = 1;
    for child in &node.children {
        total += weight(child); // expect: recursion-without-limit/audit
    }
    total
}

pub fn weight_limited(node: &Node, depth: usize) -> usize {
    if depth > 200 {
        return 0;
    }
    let mut total = 1;
    for child in &node.children {
        total += weight_limited(child, depth + 1);
    }
    total
}
