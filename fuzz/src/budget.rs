//! Time that is linear in the length of the input, measured as processor time of the thread, so that other programs on the
//! machine do not count.

use std::{sync::OnceLock, time::Duration};

use cpu_time::ThreadTime;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// What any input may take. Generous: coverage and assertions slow everything down, and the first input reads the rules.
const START: Duration = Duration::from_millis(100);

/// What each byte may add: some twenty times what ordinary code takes.
const BYTE: Duration = Duration::from_micros(30);

/// How often an input is tried that took too long: a machine that swaps or throttles is not its fault.
const TRIALS: u32 = 3;

/// Runs something on a thread with the stack that the linter gives its own.
///
/// # Panics
///
/// When it takes longer than an input of this length may, each time that it is tried.
pub fn within_budget(length: usize, run: impl Fn() + Sync) {
    let limit = START + BYTE * u32::try_from(length).unwrap_or(u32::MAX);
    let took = pool().install(|| {
        (0..TRIALS).try_fold(Duration::MAX, |least, _| {
            let begun = ThreadTime::now();
            run();
            let least = least.min(begun.elapsed());
            if least > limit { Ok(least) } else { Err(()) }
        })
    });
    if let Ok(took) = took {
        panic!("{took:?} for {length} bytes, at most {limit:?} are allowed");
    }
}

fn pool() -> &'static ThreadPool {
    static POOL: OnceLock<ThreadPool> = OnceLock::new();
    POOL.get_or_init(|| ThreadPoolBuilder::new().num_threads(1).stack_size(256 << 20).build().expect("a thread"))
}
