//! Calls of the same name that are calls of something else, or that come back.

use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

pub trait Clock {
    fn now(&self) -> Instant;
}

pub struct SystemClock;

impl SystemClock {
    pub fn now(&self) -> Instant {
        Instant::now()
    }
}

/// The inherent method wins.
impl Clock for SystemClock {
    fn now(&self) -> Instant {
        self.now()
    }
}

pub struct Timed<F> {
    inner: F,
}

/// The same name on a field.
impl<F: Future + Unpin> Future for Timed<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        Pin::new(&mut self.inner).poll(context)
    }
}

pub struct Name(String);

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The other side of `Deref` has the method.
pub struct Shared(Vec<u8>);

impl Deref for Shared {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.0
    }
}

pub trait Length {
    fn len(&self) -> usize;
}

impl Length for Vec<u8> {
    fn len(&self) -> usize {
        self.len()
    }
}

impl Length for Shared {
    fn len(&self) -> usize {
        self.0.len()
    }
}

/// One of the two is overridden; which is the implementor's choice.
pub trait Compare {
    fn before(&self, other: &Self) -> bool {
        !self.after(other)
    }

    fn after(&self, other: &Self) -> bool {
        !self.before(other)
    }
}

pub struct Tree {
    value: u32,
    children: Vec<Tree>,
}

impl Tree {
    pub fn total(&self) -> u32 {
        self.value + self.children.iter().map(Tree::total).sum::<u32>()
    }

    pub fn from(value: u32) -> Self {
        Self { value, children: Vec::from([]) }
    }
}

/// A view has methods of its own, under whatever name.
pub enum Points {
    Own(Vec<u32>),
    Fixed(&'static [u32]),
}

impl Points {
    pub fn resize(&mut self, size: usize, value: u32) {
        let points = self.as_mut();
        points.resize(size, value);
    }

    fn as_mut(&mut self) -> &mut Vec<u32> {
        if let Self::Fixed(points) = self {
            *self = Self::Own(points.to_vec());
        }
        match self {
            Self::Own(points) => points,
            Self::Fixed(_) => unreachable!(),
        }
    }
}

/// The receiver is among the arguments, and it is another one.
pub enum Failure {
    Outside(Box<Outside>),
    Wrapped { cause: Box<Failure> },
    Other { cause: Box<Failure> },
}

impl Failure {
    pub fn outside(&self) -> Option<&Outside> {
        match self {
            Failure::Outside(outside) => Some(outside),
            Failure::Wrapped { cause } | Failure::Other { cause } => Self::outside(cause),
        }
    }

    pub fn outside_of_itself(&self) -> Option<&Outside> {
        match self {
            Failure::Outside(outside) => Some(outside),
            _ => Self::outside_of_itself(self), // expect: endless-recursion/strict
        }
    }
}

/// `*self` is a reference, whose methods are those of what it refers to.
#[derive(PartialEq, PartialOrd)]
pub struct Header(String);

impl PartialOrd<Header> for &Header {
    fn partial_cmp(&self, other: &Header) -> Option<std::cmp::Ordering> {
        (*self).partial_cmp(other)
    }
}
