//! Parameters that are named for a depth, and what becomes of them.

pub struct Node {
    name: String,
    children: Vec<Node>,
    target: Option<Box<Node>>,
}

/// The limit is handed on, and that is all.
pub fn names(node: &Node, recursion_limit: usize, found: &mut Vec<String>) {
    found.push(node.name.clone());
    for child in &node.children {
        names(child, recursion_limit, found); // expect: unused-depth-limit
    }
}

pub fn names_bounded(node: &Node, recursion_limit: usize, found: &mut Vec<String>) -> Result<(), String> {
    let left = recursion_limit.checked_sub(1).ok_or("nested too deeply")?;
    found.push(node.name.clone());
    for child in &node.children {
        names_bounded(child, left, found)?;
    }
    Ok(())
}

/// The maximum stays, the depth grows.
pub fn count(node: &Node, depth: usize, max_depth: usize) -> usize {
    if depth > max_depth {
        return 0;
    }
    let mut total = 1;
    for child in &node.children {
        total += count(child, depth + 1, max_depth);
    }
    total
}

pub fn follow(node: &Node, depth: usize) -> usize {
    if depth > 20 {
        return depth;
    }
    if let Some(target) = &node.target {
        return follow(target, depth); // expect: unused-depth-limit/strict
    }
    let mut deepest = depth;
    for child in &node.children {
        deepest = deepest.max(follow(child, depth + 1));
    }
    deepest
}
