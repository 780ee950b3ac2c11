//! Functions that call themselves with what they were given: what was true the first time is true for ever.

pub fn normalise(path: &str) -> &str {
    if path.ends_with('/') {
        return normalise(path); // expect: endless-recursion/strict
    }
    path
}

pub fn normalise_shorter(path: &str) -> &str {
    match path.strip_suffix('/') {
        Some(shorter) => normalise_shorter(shorter),
        None => path,
    }
}

pub fn clamp(value: i32) -> i32 {
    if value < 0 { clamp(value) } else { value.min(100) } // expect: endless-recursion/strict
}

pub fn clamp_positive(value: i32) -> i32 {
    if value < 0 { clamp_positive(-value) } else { value.min(100) }
}

pub fn collatz(number: u64) -> u64 {
    match number % 2 {
        0 => collatz(number / 2), // expect: endless-recursion/strict
        _ => collatz(3 * number + 1),
    }
}

pub fn collatz_to_one(number: u64) -> u64 {
    match number {
        1 => 0,
        number if number % 2 == 0 => 1 + collatz_to_one(number / 2),
        number => 1 + collatz_to_one(3 * number + 1),
    }
}

pub fn ping(count: u32) -> u32 {
    pong(count) // expect: endless-recursion
}

fn pong(count: u32) -> u32 {
    ping(count)
}

pub fn is_even(count: u32) -> bool {
    if count == 0 { true } else { is_odd(count - 1) }
}

fn is_odd(count: u32) -> bool {
    if count == 0 { false } else { is_even(count - 1) }
}

/// The shape of a decimal library: for one single value each sent it to the other. Nothing here is certain: silent.
pub fn sine(angle: f64) -> f64 {
    if angle >= std::f64::consts::FRAC_PI_4 {
        return cosine(std::f64::consts::FRAC_PI_2 - angle);
    }
    angle - angle.powi(3) / 6.0
}

fn cosine(angle: f64) -> f64 {
    if angle >= std::f64::consts::FRAC_PI_4 {
        return sine(std::f64::consts::FRAC_PI_2 - angle);
    }
    1.0 - angle.powi(2) / 2.0
}

/// Spawned: no frame is left when it runs.
pub fn renew_in_thread(name: String) {
    std::thread::spawn(move || renew_in_thread(name));
}
