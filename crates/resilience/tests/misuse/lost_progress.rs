//! Progress that nobody would hear of is an error, rather than nothing.

use unspin_resilience::{monitored, progress};

fn not_watched() {
    loop {
        progress!();
    }
}

#[monitored]
fn outside_of_loops() {
    progress!();
    loop {}
}

#[monitored]
fn in_a_closure() {
    loop {
        (|| progress!())();
    }
}

#[monitored]
fn of_a_loop_that_is_not_there() {
    'here: loop {
        progress!('there);
        break 'here;
    }
}

macro_rules! unknown {
    ($($tokens:tt)*) => { $($tokens)* };
}

#[monitored]
fn in_a_macro_that_nobody_knows() {
    loop {
        unknown!(progress!());
    }
}

fn main() {}
