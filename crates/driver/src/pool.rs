//! Worker threads with stacks that hold the deepest tree a parser may build.
//!
//! A deep tree overflows the stack in the parser, in a walk and in its `drop`, and that cannot be caught. The frontends
//! bound the depth before they parse; the stack is sized so that their bound holds with room to spare. It is address
//! space, not memory: untouched pages cost nothing.

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::Error;

const STACK: usize = 256 << 20;

/// What remains enough for the frontends' bounds where the address space itself is limited (`ulimit -v`).
const SMALL_STACK: usize = 64 << 20;

/// A pool of `threads` workers, one for each processor if it is 0.
pub(crate) fn pool(threads: usize) -> Result<ThreadPool, Error> {
    build(threads, STACK).or_else(|_| build(threads, SMALL_STACK)).map_err(Error::Threads)
}

fn build(threads: usize, stack: usize) -> Result<ThreadPool, rayon::ThreadPoolBuildError> {
    ThreadPoolBuilder::new().num_threads(threads).stack_size(stack).thread_name(|index| format!("unspin-{index}")).build()
}
