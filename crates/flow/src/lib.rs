//! The shape of control flow: graph, dominators, loop forest, ways round, and dataflow to a fixpoint.
//!
//! # Glossary
//!
//! - A **back edge** goes from a *latch* to a *header* that dominates it; the **natural loop** of a header is every block
//!   from which a latch can be reached without passing the header.
//! - An **exit** of a loop is an edge from a block in it to one outside. A block that ends in `Return` or in a failure
//!   that nobody catches leaves as well, without an edge.
//! - A **way round** is a path from the header back to the header. Ways are never enumerated: what holds on every way, or
//!   on some way, through given blocks is a question of reachability in the body ([`ways`]) or of dataflow
//!   ([`dataflow`]).
//!
//! Dominators after Cooper, Harvey and Kennedy, *A Simple, Fast Dominance Algorithm* (2001). Loops whose header does not
//! dominate the latch (a jump into the middle, which neither language has) are not loops here.

mod block_set;
mod cfg;
pub mod dataflow;
mod dominators;
mod loops;
pub mod ways;

pub use block_set::BlockSet;
pub use cfg::Cfg;
pub use dominators::Dominators;
pub use loops::{LoopForest, NaturalLoop};
