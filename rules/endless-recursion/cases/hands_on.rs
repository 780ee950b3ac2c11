//! A method of the same name that is not seen here: what a derive writes, what another crate's type has.

use serde::{Serialize, Serializer};

#[derive(Serialize)]
#[serde(remote = "Self")]
pub struct Event {
    pub name: String,
}

/// The inherent method of the derive hides this one.
impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

pub trait Half {
    fn to_single(&self) -> f32;
    fn from_single(value: f32) -> Self;
}

/// The type has a method of its own by this name.
impl Half for half::f16 {
    fn to_single(&self) -> f32 {
        self.to_single()
    }

    fn from_single(value: f32) -> Self {
        half::f16::from_f32(value)
    }
}

/// The function of C that is declared here hides this one.
pub fn state_alloc() -> Option<u32> {
    extern "C" {
        fn state_alloc() -> u32;
    }
    let state = unsafe { state_alloc() };
    (state != 0).then_some(state)
}

pub trait Alloc {
    fn new() -> Self;
}

const fn heap<T: Ord>() -> Heap<T> {
    Heap::new()
}

/// The alias stands for a type of the standard library, which has a `new` of its own.
impl<T: Ord> Alloc for Heap<T> {
    fn new() -> Self {
        heap()
    }
}
