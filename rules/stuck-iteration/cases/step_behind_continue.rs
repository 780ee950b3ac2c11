//! A `continue` that goes round before the step is taken.

pub fn sum_of_even(n: u64) -> u64 {
    let mut total = 0;
    let mut i = 0;
    while i < n { // expect: stuck-iteration/strict
        if i % 2 == 1 {
            continue;
        }
        total += i;
        i += 1;
    }
    total
}

pub fn sum_of_even_in_range(n: u64) -> u64 {
    let mut total = 0;
    for i in 0..n {
        if i % 2 == 1 {
            continue;
        }
        total += i;
    }
    total
}

pub fn sum_of_positive(values: &[i64]) -> i64 {
    let mut total = 0;
    let mut i = 0;
    while i < values.len() { // expect: stuck-iteration/strict
        if values[i] < 0 {
            continue;
        }
        total += values[i];
        i += 1;
    }
    total
}

pub fn sum_of_positive_stepping(values: &[i64]) -> i64 {
    let mut total = 0;
    let mut i = 0;
    while i < values.len() {
        let value = values[i];
        i += 1;
        if value < 0 {
            continue;
        }
        total += value;
    }
    total
}

fn is_comment(line: &str) -> bool {
    line.starts_with('#')
}

pub fn settings(lines: &[String]) -> Vec<&str> {
    let mut found = Vec::new();
    let mut i = 0;
    while i < lines.len() { // expect: stuck-iteration/audit
        if is_comment(&lines[i]) {
            continue;
        }
        found.push(lines[i].as_str());
        i += 1;
    }
    found
}

pub fn settings_filtered(lines: &[String]) -> Vec<&str> {
    lines.iter().map(String::as_str).filter(|line| !is_comment(line)).collect()
}

pub fn outer_step_skipped(rows: &[Vec<String>]) -> usize {
    let mut row = 0;
    'rows: while row < rows.len() { // expect: stuck-iteration/audit
        for line in &rows[row] {
            if is_comment(line) {
                continue 'rows;
            }
        }
        row += 1;
    }
    row
}

pub fn outer_step_taken(rows: &[Vec<String>]) -> usize {
    let mut row = 0;
    'rows: while row < rows.len() {
        for line in &rows[row] {
            if is_comment(line) {
                row += 1;
                continue 'rows;
            }
        }
        row += 1;
    }
    row
}
