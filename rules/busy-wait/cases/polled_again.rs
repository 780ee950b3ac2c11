//! Futures that are not ready: a loop that asks again at once never lets its task sleep.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

enum State<F> {
    Waiting(F),
    Between,
}

pub struct Reply<F> {
    state: State<F>,
}

impl<F: Future<Output = u32> + Unpin> Future for Reply<F> {
    type Output = u32;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u32> {
        loop { // expect: busy-wait
            match mem::replace(&mut self.state, State::Between) {
                State::Waiting(mut reply) => match Pin::new(&mut reply).poll(cx) {
                    Poll::Ready(value) => return Poll::Ready(value),
                    Poll::Pending => self.state = State::Waiting(reply),
                },
                State::Between => panic!("polled after it was ready"),
            }
        }
    }
}

pub struct Even<S> {
    numbers: S,
}

impl<S: Numbers + Unpin> Even<S> {
    fn poll_even(&mut self, cx: &mut Context<'_>) -> Poll<Option<u32>> {
        loop { // expect: busy-wait
            match self.numbers.poll_number(cx) {
                Poll::Ready(Some(number)) if number % 2 == 0 => return Poll::Ready(Some(number)),
                Poll::Ready(None) => return Poll::Ready(None),
                _ => continue,
            }
        }
    }

    fn poll_odd(&mut self, cx: &mut Context<'_>) -> Poll<Option<u32>> {
        loop {
            match self.numbers.poll_number(cx) {
                Poll::Ready(Some(number)) if number % 2 == 1 => return Poll::Ready(Some(number)),
                Poll::Ready(Some(_)) => continue,
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

pub trait Numbers {
    fn poll_number(&mut self, cx: &mut Context<'_>) -> Poll<Option<u32>>;
}

pub struct Pair<A, B> {
    first: A,
    second: B,
    told: bool,
}

impl<A: Numbers + Unpin, B: Numbers + Unpin> Pair<A, B> {
    fn poll_both(&mut self, cx: &mut Context<'_>) -> Poll<Option<u32>> {
        loop {
            match self.first.poll_number(cx) {
                Poll::Ready(number) => return Poll::Ready(number),
                Poll::Pending => {}
            }
            match self.second.poll_number(cx) {
                Poll::Ready(_) => {}
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    fn poll_told(&mut self, cx: &mut Context<'_>) -> Poll<Option<u32>> {
        loop {
            if self.told {
                return Poll::Pending;
            }
            match self.first.poll_number(cx) {
                Poll::Ready(number) => return Poll::Ready(number),
                Poll::Pending => self.told = true,
            }
        }
    }
}

enum Step<F> {
    First(F),
    Second(F),
}

pub struct Steps<F> {
    step: Step<F>,
    other: Option<F>,
}

impl<F: Future<Output = u32> + Unpin> Future for Steps<F> {
    type Output = u32;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u32> {
        let this = &mut *self;
        loop {
            match &mut this.step {
                Step::First(first) => match Pin::new(first).poll(cx) {
                    Poll::Ready(value) => return Poll::Ready(value),
                    Poll::Pending => match this.other.take() {
                        Some(other) => this.step = Step::Second(other),
                        None => return Poll::Pending,
                    },
                },
                Step::Second(second) => return Pin::new(second).poll(cx),
            }
        }
    }
}
