//! Each mistake is named where it is.

use unspin_resilience::monitored;

#[monitored(servcie)]
fn misspelt() {}

#[monitored(bounded)]
fn without_a_bound() {}

#[monitored(bounded(iterations = 0))]
fn bounded_by_nothing() {}

#[monitored(service(progress = "2 s"))]
fn no_time() {}

#[monitored(service, bounded(time = "2s"))]
fn of_two_kinds() {}

#[monitored(trip = explode)]
fn no_action() {}

#[monitored]
fn in_its_loop() {
    #[monitored(bounded(tries = 3))]
    for _ in 0..3 {}
}

fn main() {}
