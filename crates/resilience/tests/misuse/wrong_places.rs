//! The attribute is for functions that run, and for loops in them.

use unspin_resilience::monitored;

#[monitored]
struct NoFunction;

#[monitored]
const fn runs_in_the_compiler() {
    loop {}
}

trait Signature {
    #[monitored]
    fn without_a_body();
}

fn main() {}
