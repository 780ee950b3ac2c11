//! What a raw pointer was made of may be changed by code that is not seen.

use std::ffi::c_void;

unsafe extern "C" {
    fn start(out: *mut c_void) -> i32;
    fn start_at(in_: *const c_void) -> i32;
}

pub fn changed_by_a_callback() -> u32 {
    let mut answer: Option<u32> = None;
    let out = (&raw mut answer) as *mut c_void;
    unsafe { start(out) };
    loop {
        if let Some(answer) = answer {
            break answer;
        }
    }
}

pub fn changed_through_a_cast() -> u32 {
    let mut answer: Option<u32> = None;
    unsafe { start(&mut answer as *mut _ as *mut c_void) };
    loop {
        if let Some(answer) = answer {
            break answer;
        }
    }
}

pub fn changed_through_a_macro(out: &mut Vec<*mut Option<u32>>) -> u32 {
    let mut answer: Option<u32> = None;
    out.push(std::ptr::addr_of_mut!(answer));
    loop {
        if let Some(answer) = answer {
            break answer;
        }
    }
}

pub fn only_read() -> u32 {
    let answer: Option<u32> = None;
    unsafe { start_at((&raw const answer) as *const c_void) };
    loop { // expect: stuck-iteration
        if let Some(answer) = answer {
            break answer;
        }
    }
}
