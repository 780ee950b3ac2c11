//! `#[monitored]` changes nothing that a function does, whatever its loops look like.
#![cfg(feature = "monitor")]

use std::{collections::VecDeque, fmt::Display, future::Future, io, pin::Pin, sync::Mutex};

use unspin_resilience::{CancellationToken, monitored, progress};

#[monitored]
fn find(rows: &[Vec<u32>], wanted: u32) -> Option<(usize, usize)> {
    let mut passes = 0;
    let found = 'search: loop {
        'rows: for (y, row) in rows.iter().enumerate() {
            for (x, value) in row.iter().enumerate() {
                if *value == 0 {
                    continue 'rows;
                }
                if *value == wanted {
                    progress!('search);
                    break 'search Some((y, x));
                }
            }
        }
        passes += 1;
        if passes == 2 {
            break None;
        }
    };
    found
}

#[monitored]
fn shown<'a, T: Display + 'a>(all: impl IntoIterator<Item = &'a T>) -> String {
    let mut text = String::new();
    for one in all {
        text += &one.to_string();
    }
    text
}

#[monitored]
fn doubled(numbers: &[&str]) -> Result<Vec<i32>, std::num::ParseIntError> {
    let mut all = Vec::new();
    for number in numbers {
        all.push(number.parse::<i32>()? * 2);
    }
    Ok(all)
}

#[monitored]
fn drained(queue: &Mutex<VecDeque<u32>>) -> u32 {
    let mut sum = 0;
    while let Some(next) = queue.lock().expect("no panic").pop_front() {
        sum += next;
    }
    sum
}

#[monitored]
fn within_closures() -> Vec<u32> {
    let mut calls = 0;
    let mut count = |most: u32| {
        let mut n = 0;
        while n < most {
            n += 1;
            calls += 1;
        }
        n
    };
    let mut all = vec![count(2), count(3)];
    all.push(calls);
    all
}

#[monitored(service)]
async fn sum(mut from: tokio::sync::mpsc::Receiver<u32>, stop: &CancellationToken) -> Result<u32, io::Error> {
    let mut sum = 0;
    loop {
        let Some(next) = stop.run_until_cancelled(from.recv()).await else {
            return Err(io::ErrorKind::Interrupted.into());
        };
        progress!();
        let Some(next) = next else { break Ok(sum) };
        sum += next;
        tokio::task::yield_now().await;
    }
}

/// The error of `?` is converted to that of the function, which the compiler knows only from its signature.
#[monitored]
async fn converted(all: &[&str]) -> Result<u32, Box<dyn std::error::Error>> {
    let mut sum = 0;
    for one in all {
        sum += one.parse::<u32>()?;
    }
    Ok(sum)
}

#[monitored]
async fn borrowed<'a>(words: &'a [String], start: &str) -> Option<&'a str> {
    for word in words {
        tokio::task::yield_now().await;
        if word.starts_with(start) {
            return Some(word);
        }
    }
    None
}

#[monitored]
fn within_blocks(most: u32) -> Pin<Box<dyn Future<Output = u32> + Send>> {
    Box::pin(async move {
        let mut n = 0;
        while n < most {
            n += 1;
            tokio::task::yield_now().await;
        }
        n
    })
}

#[monitored]
async fn within_async_closures(words: &[&str]) -> usize {
    let mut total = 0;
    let mut count = async |word: &str| {
        for _ in word.chars() {
            total += 1;
            tokio::task::yield_now().await;
        }
    };
    count(words[0]).await;
    count(words[1]).await;
    total
}

/// In macros that evaluate their arguments where they stand.
#[monitored(service)]
async fn within_macros(mut from: tokio::sync::mpsc::Receiver<u32>) -> Result<Vec<u32>, io::Error> {
    let (mut all, mut ticks) = (Vec::new(), 0);
    'outer: loop {
        tokio::select! {
            biased;
            () = std::future::pending() => unreachable!(),
            next = async {
                for _ in 0..3 {
                    tokio::task::yield_now().await;
                }
                from.recv().await
            }, if {
                #[monitored]
                while ticks > 9 {
                    ticks -= 1;
                }
                true
            } => {
                progress!();
                let Some(next) = next else { break };
                for n in 0..next {
                    if n == 7 {
                        progress!('outer);
                        break 'outer;
                    }
                    if n == 9 {
                        Err(io::ErrorKind::Other)?;
                    }
                    all.push(n);
                }
            }
            else => while ticks < 3 { ticks += 1; },
        }
    }
    let (count, ()) = tokio::join!(
        async {
            let mut count = 0;
            while count < 2 {
                count += 1;
                tokio::task::yield_now().await;
            }
            count
        },
        std::future::ready(()),
    );
    let mut n = 0;
    assert!(
        {
            while n < all.len() {
                n += 1;
            }
            n == all.len()
        },
        "{n}"
    );
    all.push(count);
    Ok(all)
}

struct Counter {
    left: u32,
}

trait Count {
    fn count(&mut self) -> u32;
}

impl Count for Counter {
    #[monitored(bounded(iterations = 100, time = "1m"), trip = panic)]
    fn count(&mut self) -> u32 {
        let mut n = 0;
        while self.left > 0 {
            self.left -= 1;
            n += 1;
        }
        n
    }
}

impl Counter {
    #[monitored]
    async fn take(self, each: u32) -> u32 {
        let mut left = self.left;
        #[monitored(bounded(iterations = 1000))]
        loop {
            if left < each {
                break;
            }
            left -= each;
        }
        left
    }
}

/// What runs in the compiler is left alone.
#[monitored]
fn sized() -> usize {
    const fn three() -> usize {
        let mut n = 0;
        while n < 3 {
            n += 1;
        }
        n
    }
    let array = [0; {
        let mut n = 0;
        while n < three() {
            n += 1;
        }
        n
    }];
    array.len()
}

#[test]
fn functions_do_what_they_did() {
    assert_eq!(find(&[vec![1, 0, 5], vec![2, 5]], 5), Some((1, 1)));
    assert_eq!(find(&[vec![1]], 5), None);
    assert_eq!(shown(&[1, 2, 3]), "123");
    assert_eq!(doubled(&["1", "2"]), Ok(vec![2, 4]));
    assert!(doubled(&["1", "x"]).is_err());
    assert_eq!(drained(&Mutex::new(VecDeque::from([1, 2, 3]))), 6);
    assert_eq!(within_closures(), [2, 3, 5]);
    assert_eq!(sized(), 3);
    assert_eq!(Counter { left: 7 }.count(), 7);
}

#[test]
fn the_limit_of_iterations_is_exact() {
    let counted = |left| std::panic::catch_unwind(move || Counter { left }.count());
    assert_eq!(counted(100).expect("100 are allowed"), 100);
    // A loop that was fast the last time is checked less often, and still not later than its limit.
    for _ in 0..3 {
        assert!(counted(101).is_err(), "101 are not");
    }
}

#[tokio::test]
async fn tasks_do_what_they_did() {
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    let stop = CancellationToken::new();
    let send = async move {
        for n in 1..=4 {
            sender.send(n).await.expect("a receiver");
        }
    };
    let (sum, ()) = tokio::join!(sum(receiver, &stop), send);
    assert_eq!(sum.expect("not cancelled"), 10);
    assert_eq!(converted(&["1", "2"]).await.expect("numbers"), 3);
    assert!(converted(&["1", "x"]).await.is_err());
    assert_eq!(borrowed(&["ab".to_owned(), "cd".to_owned()], "c").await, Some("cd"));
    // Between its polls it moves to other threads with all that it is in.
    assert_eq!(tokio::spawn(within_blocks(50)).await.expect("no panic"), 50);
    assert_eq!(within_async_closures(&["ab", "cde"]).await, 5);
    assert_eq!(Counter { left: 10 }.take(4).await, 2);
    let (sender, receiver) = tokio::sync::mpsc::channel(10);
    for n in [2, 1, 8, 3] {
        sender.send(n).await.expect("a receiver");
    }
    let within = tokio::spawn(within_macros(receiver)).await.expect("no panic");
    assert_eq!(within.expect("no error"), [0, 1, 0, 0, 1, 2, 3, 4, 5, 6, 2]);
}
