//! Helpers that call what they were handed until it works.

use std::time::Duration;

pub fn keep_trying<T, E>(mut function: impl FnMut() -> Result<T, E>) -> T {
    loop {
        match function() {
            Ok(value) => return value,
            Err(_) => std::thread::sleep(Duration::from_secs(1)), // expect: retry-without-limit/strict
        }
    }
}

pub fn try_some_times<T, E>(mut function: impl FnMut() -> Result<T, E>) -> Result<T, E> {
    let mut tried = 0;
    loop {
        match function() {
            Ok(value) => return Ok(value),
            Err(error) if tried >= 5 => return Err(error),
            Err(_) => tried += 1,
        }
        std::thread::sleep(Duration::from_secs(1));
    }
}
