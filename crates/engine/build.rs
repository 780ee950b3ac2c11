//! Builds the crate anew when a rule or model changes: they are compiled into it.

fn main() {
    println!("cargo::rerun-if-changed=../../rules");
}
