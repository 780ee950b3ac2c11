//! Places in the arenas of a file or a function.

use std::{fmt, num::NonZeroU32};

/// Types for places, four bytes each, also as an [`Option`].
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(NonZeroU32);

        impl $name {
            /// The place with this index, which is less than [`u32::MAX`].
            #[inline]
            pub const fn new(index: usize) -> Self {
                match NonZeroU32::new((index as u32).wrapping_add(1)) {
                    Some(number) => Self(number),
                    None => panic!("more places than can be counted"),
                }
            }

            /// From 0.
            #[inline]
            pub const fn index(self) -> usize {
                self.0.get() as usize - 1
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.index()).finish()
            }
        }
    )*};
}

ids! {
    /// A function of one file; function 0 is its body.
    FunctionId
    /// A block of one function; block 0 is the entry.
    BlockId
    /// A local of one function.
    LocalId
    /// A `with` block of one function.
    ScopeId
    /// An expression of one function.
    ExprId
}
