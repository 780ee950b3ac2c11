//! Strongly connected components, by Tarjan's algorithm (1972) without recursion.

/// The components that hold a cycle (more than one node, or a node with an edge to itself), each sorted, in the order of
/// their least node.
pub(crate) fn components(successors: &[Vec<u32>]) -> Vec<Vec<u32>> {
    let mut search = Search {
        successors,
        index: vec![UNSEEN; successors.len()],
        low: vec![0; successors.len()],
        on_stack: vec![false; successors.len()],
        stack: Vec::new(),
        next: 0,
        found: Vec::new(),
    };
    for root in 0..successors.len() as u32 {
        if search.index[root as usize] == UNSEEN {
            search.visit(root);
        }
    }
    let mut found = search.found;
    found.sort();
    found
}

const UNSEEN: u32 = u32::MAX;

struct Search<'a> {
    successors: &'a [Vec<u32>],
    index: Vec<u32>,
    low: Vec<u32>,
    on_stack: Vec<bool>,
    stack: Vec<u32>,
    next: u32,
    found: Vec<Vec<u32>>,
}

impl Search<'_> {
    fn visit(&mut self, root: u32) {
        let mut frames = vec![(root, 0)];
        self.enter(root);
        while let Some((node, position)) = frames.last_mut() {
            let node = *node;
            if let Some(&next) = self.successors[node as usize].get(*position) {
                *position += 1;
                if self.index[next as usize] == UNSEEN {
                    self.enter(next);
                    frames.push((next, 0));
                } else if self.on_stack[next as usize] {
                    self.low[node as usize] = self.low[node as usize].min(self.index[next as usize]);
                }
            } else {
                frames.pop();
                if let Some(&(parent, _)) = frames.last() {
                    self.low[parent as usize] = self.low[parent as usize].min(self.low[node as usize]);
                }
                if self.low[node as usize] == self.index[node as usize] {
                    self.leave(node);
                }
            }
        }
    }

    fn enter(&mut self, node: u32) {
        self.index[node as usize] = self.next;
        self.low[node as usize] = self.next;
        self.next += 1;
        self.stack.push(node);
        self.on_stack[node as usize] = true;
    }

    fn leave(&mut self, root: u32) {
        let start = self.stack.iter().rposition(|&node| node == root).unwrap_or_default();
        let component = &self.stack[start..];
        for &node in component {
            self.on_stack[node as usize] = false;
        }
        if component.len() > 1 || self.successors[root as usize].contains(&root) {
            let mut component = component.to_vec();
            component.sort_unstable();
            self.found.push(component);
        }
        self.stack.truncate(start);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reaches(successors: &[Vec<u32>], from: u32, to: u32) -> bool {
        let mut seen = vec![false; successors.len()];
        let mut pending = successors[from as usize].clone();
        while let Some(node) = pending.pop() {
            if node == to {
                return true;
            }
            if !std::mem::replace(&mut seen[node as usize], true) {
                pending.extend(&successors[node as usize]);
            }
        }
        false
    }

    proptest! {
        #[test]
        fn two_nodes_share_a_component_when_each_reaches_the_other(
            successors in (1..12_u32).prop_flat_map(|count| {
                prop::collection::vec(prop::collection::vec(0..count, 0..4), count as usize)
            })
        ) {
            let found = components(&successors);
            for a in 0..successors.len() as u32 {
                for b in 0..successors.len() as u32 {
                    let together = found.iter().any(|component| component.contains(&a) && component.contains(&b));
                    prop_assert_eq!(together, reaches(&successors, a, b) && reaches(&successors, b, a));
                }
            }
        }
    }
}
