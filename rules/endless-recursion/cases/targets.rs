//! Functions of one name, of which the target decides which is compiled, do not call each other.

#[cfg(target_arch = "riscv64")]
fn mask32(condition: u32) -> u32 {
    mask64(u64::from(condition)) as u32
}

#[cfg(target_arch = "arm")]
fn mask32(condition: u32) -> u32 {
    u32::from(condition != 0).wrapping_neg()
}

#[cfg(target_arch = "riscv64")]
fn mask64(condition: u64) -> u64 {
    u64::from(condition != 0).wrapping_neg()
}

#[cfg(target_arch = "arm")]
fn mask64(condition: u64) -> u64 {
    u64::from(mask32(condition as u32)) | u64::from(mask32((condition >> 32) as u32)) << 32
}

pub fn low(value: u64) -> u64 {
    high(value) & 0xff // expect: endless-recursion
}

pub fn high(value: u64) -> u64 {
    low(value) >> 8
}
