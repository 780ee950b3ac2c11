//! Calls that do not come back are ways out: all accepted but the last.

use std::process;

pub struct Machine {
    level: u32,
}

fn fail(message: &str) -> ! {
    eprintln!("{message}");
    process::exit(1)
}

#[derive(Debug)]
pub struct Full;

impl Machine {
    fn check(&self) {
        if self.level > 100 {
            panic!("too high");
        }
    }

    fn raise(&mut self) -> Result<(), Full> {
        if self.level > 100 {
            return Err(Full);
        }
        self.level += 1;
        Ok(())
    }

    pub fn exits_the_process(&mut self) {
        loop {
            self.level += 1;
            if self.level > 10 {
                process::exit(0);
            }
        }
    }

    pub fn exits_in_a_helper(&mut self) {
        loop {
            self.level += 1;
            if self.level > 10 {
                fail("too high");
            }
        }
    }

    pub fn panics(&mut self) {
        loop {
            self.level += 1;
            assert!(self.level < 10);
        }
    }

    pub fn panics_in_a_helper(&mut self) {
        loop {
            self.level += 1;
            self.check();
        }
    }

    pub fn propagates(&mut self) -> Result<(), Full> {
        loop {
            self.raise()?;
        }
    }

    pub fn unwraps(&mut self) {
        loop {
            self.raise().unwrap();
        }
    }

    pub fn drops_the_error(&mut self) {
        loop { // expect: endless-loop
            let _ = self.raise();
        }
    }
}
