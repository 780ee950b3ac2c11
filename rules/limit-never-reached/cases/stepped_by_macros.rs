//! A count that a macro may step, whose arms are not seen where it is called.

pub fn mantissa(digits: &mut std::slice::Iter<'_, u8>, step: usize) -> u64 {
    let mut value = 0;
    let mut counter = 0;
    while counter < 19 {
        match digits.next() {
            Some(&digit) => add_digit!(digit, value, counter),
            None => break,
        }
    }
    value
}

pub fn mantissa_without_step(digits: &mut std::slice::Iter<'_, u8>) -> u64 {
    let mut value = 0;
    let mut counter = 0;
    loop {
        let Some(&digit) = digits.next() else { continue };
        if counter > 19 { // expect: limit-never-reached
            break;
        }
        value = value * 10 + u64::from(digit);
    }
    value
}
