//! What `#[monitored]` costs: each loop with and without it, in turns, so that a busy machine disturbs both alike.
//!
//! `cargo bench -p unspin-resilience --features monitor`

use std::{
    future::poll_fn,
    hint::black_box,
    io::{self, Write},
    pin::pin,
    task::{Context, Poll, Waker},
    time::Instant,
};

use unspin_resilience::monitored;

/// Trials of each; the fastest are compared, since other programs only ever add to a time.
const TRIALS: usize = 101;

const ODD: u64 = 0x9E37_79B9_7F4A_7C15;

/// A step of a hash, which the next one waits for: five cycles.
#[inline]
fn step(x: u64) -> u64 {
    (x ^ (x >> 31)).wrapping_mul(ODD)
}

/// The same function twice, watched and not.
macro_rules! twice {
    ($plain:ident, $watched:ident, ($($arg:ident: $type:ty),*) -> $output:ty $body:block) => {
        #[inline(never)]
        fn $plain($($arg: $type),*) -> $output $body

        #[inline(never)]
        #[monitored(service)]
        fn $watched($($arg: $type),*) -> $output $body
    };
}

twice!(one, one_watched, (count: u32, x: u64) -> u64 {
    let mut x = x;
    for _ in 0..count {
        x = x.wrapping_mul(ODD) ^ ODD;
    }
    x
});

twice!(four, four_watched, (count: u32, x: u64) -> u64 {
    let mut x = x;
    for _ in 0..count {
        x = step(step(step(x)));
    }
    x
});

twice!(sum, sum_watched, (numbers: &[u32], times: u32) -> u32 {
    let mut sum = 0u32;
    for _ in 0..times {
        for number in black_box(numbers) {
            sum = sum.wrapping_add(*number);
        }
    }
    sum
});

twice!(short, short_watched, (numbers: &[u32], times: u32) -> u32 {
    let mut sum = 0u32;
    for _ in 0..times {
        for number in black_box(&numbers[..3]) {
            sum = sum.wrapping_add(*number);
        }
    }
    sum
});

/// Is polled once more for each iteration.
macro_rules! twice_async {
    ($($(#[$attribute:meta])? $name:ident),*) => {
        $(#[inline(never)]
        $(#[$attribute])?
        async fn $name(count: u32) {
            for _ in 0..count {
                let mut is_over = false;
                poll_fn(|_| if std::mem::replace(&mut is_over, true) { Poll::Ready(()) } else { Poll::Pending }).await;
            }
        })*
    };
}

twice_async!(
    polled,
    #[monitored(service)]
    polled_watched
);

fn poll(future: impl Future<Output = ()>) {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    while black_box(future.as_mut().poll(&mut cx)).is_pending() {}
}

/// Nanoseconds for each of `count` iterations.
fn measure(count: u32, mut run: impl FnMut()) -> f64 {
    let begun = Instant::now();
    run();
    begun.elapsed().as_secs_f64() * 1e9 / f64::from(count)
}

fn compare(out: &mut impl Write, name: &str, count: u32, mut plain: impl FnMut(), mut watched: impl FnMut()) -> io::Result<()> {
    let (mut without, mut with) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..TRIALS {
        without = without.min(measure(count, &mut plain));
        with = with.min(measure(count, &mut watched));
    }
    writeln!(
        out,
        "| {name} | {without:.3} ns | {with:.3} ns | {:+.3} ns | {:+.1} % |",
        with - without,
        (with / without - 1.0) * 100.0
    )
}

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    let count = 1_000_000;
    let numbers: Vec<u32> = (0..4096).collect();
    let times = 250;
    writeln!(out, "| loop | without | with | difference | |\n|---|---:|---:|---:|---:|")?;
    compare(
        &mut out,
        "body of fifteen cycles, 4 ns",
        count,
        || _ = black_box(four(count, black_box(1))),
        || {
            _ = black_box(four_watched(count, black_box(1)));
        },
    )?;
    compare(
        &mut out,
        "body of four cycles, 1 ns",
        count,
        || _ = black_box(one(count, black_box(1))),
        || {
            _ = black_box(one_watched(count, black_box(1)));
        },
    )?;
    compare(
        &mut out,
        "sum of a slice, vectorised without",
        4096 * times,
        || _ = black_box(sum(&numbers, times)),
        || {
            _ = black_box(sum_watched(&numbers, times));
        },
    )?;
    compare(
        &mut out,
        "loop of three additions, each time it is entered",
        count,
        || _ = black_box(short(&numbers, count)),
        || {
            _ = black_box(short_watched(&numbers, count));
        },
    )?;
    // Short trials: a long one is always interrupted on a machine that does something else.
    let count = 20_000;
    compare(&mut out, "poll of a task", count, || poll(polled(count)), || poll(polled_watched(count)))
}
