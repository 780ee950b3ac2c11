//! Functions that never return and say so.

use std::sync::atomic::{AtomicU32, Ordering};

static FAULTS: AtomicU32 = AtomicU32::new(0);

/// Stops the processor after a fault; only a reset gets it going again.
pub fn halt() -> ! {
    FAULTS.fetch_add(1, Ordering::Relaxed);
    // Nothing may run any more, the watchdog resets the board.
    loop {}
}

/// The idle task of a board without an operating system.
pub fn idle(wait_for_interrupt: fn()) -> ! {
    // Runs until power is cut.
    loop {
        wait_for_interrupt();
    }
}

pub fn count_faults() {
    loop { // expect: endless-loop
        FAULTS.fetch_add(1, Ordering::Relaxed);
    }
}

/// There is only its type: nobody calls it.
pub fn type_of_both<T>(_first: T, _second: T) -> T {
    loop {} // expect: endless-loop/strict
}

/// What must never be reached says that it was.
pub fn never_comes_back() {
    halt_this_thread();
    loop { // expect: endless-loop/strict
        eprintln!("BUG: this thread was woken after its end");
    }
}

fn halt_this_thread() {
    std::thread::park();
}
