//! Any bytes as Python: read, lowered and judged by every rule.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use unspin_fuzz::{analyse, lower_python, mutate, within_budget};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| { mutate(data, size, max_size, seed) });

fuzz_target!(|bytes: &[u8]| {
    within_budget(bytes.len(), || {
        if let Some(module) = lower_python(bytes) {
            analyse(module, "python");
        }
    });
});
