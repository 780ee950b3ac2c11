//! Numbers that are made smaller until they fit.

/// Class: a height from a style sheet, which may say `1e999`.
pub fn slices(height: f32, step: f32) -> usize {
    let mut left = height;
    let mut count = 0;
    while left > 0.0 { // expect: fixpoint-without-limit
        left -= step.min(left);
        count += 1;
    }
    count
}

pub fn digits(mut number: u64) -> usize {
    let mut count = 0;
    while number > 0 {
        number /= 10;
        count += 1;
    }
    count
}

pub fn halves(mut size: f64) -> f64 {
    if size > 1e12 {
        return 0.0;
    }
    while size > 1024.0 {
        size /= 1024.0;
    }
    size
}

// Looks for the unit to show a size in, which was measured.
pub fn unit(size: f64) -> usize {
    let mut size = size;
    let mut unit = 0;
    while size >= 1024.0 {
        size /= 1024.0;
        unit += 1;
    }
    unit
}
