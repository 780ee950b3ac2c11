//! What is wrong with `#[monitored]` is said by the compiler, at the place where it is wrong.
//!
//! `TRYBUILD=overwrite cargo test -p unspin-resilience --test misuse` writes what is expected anew.
#![cfg(feature = "monitor")]

#[test]
fn mistakes_are_named_where_they_are() {
    trybuild::TestCases::new().compile_fail("tests/misuse/*.rs");
}
