//! Searches that end when something is good enough.

use rand::Rng;

pub fn gamma<R: Rng>(rng: &mut R, shape: f64) -> f64 {
    loop { // expect: fixpoint-without-limit/audit
        let x: f64 = rng.gen_range(-1.0..1.0);
        let v = (1.0 + x * shape).powi(3);
        if v > 0.0 {
            return v;
        }
    }
}

pub fn poisson(mut u: f64, mean: f64) -> u64 {
    let mut r = (-mean).exp();
    let mut x = 0;
    while u > r { // expect: fixpoint-without-limit/audit
        u -= r;
        x += 1;
        r *= mean / x as f64;
    }
    x
}

pub fn poisson_limited(mut u: f64, mean: f64) -> u64 {
    let mut r = (-mean).exp();
    let mut x = 0;
    while u > r && x < 110 {
        u -= r;
        x += 1;
        r *= mean / x as f64;
    }
    x
}

pub fn settle(values: &mut [i64]) {
    loop { // expect: fixpoint-without-limit/audit
        let mut changed = false;
        for value in values.iter_mut() {
            if *value < 0 {
                *value = -*value;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
}
