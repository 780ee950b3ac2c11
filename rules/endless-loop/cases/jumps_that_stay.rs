//! A `break` or `return` somewhere in the body does not always leave the loop.

pub struct Scheduler {
    ready: Vec<u32>,
    finished: Vec<u32>,
}

impl Scheduler {
    /// Class: a scheduler that goes round at full speed while nothing is ready.
    pub fn run(&mut self) {
        loop { // expect: endless-loop
            while let Some(task) = self.ready.pop() {
                if task == 0 {
                    break;
                }
                self.finished.push(task);
            }
        }
    }

    pub fn run_until_idle(&mut self) {
        loop {
            let Some(task) = self.ready.pop() else {
                break;
            };
            self.finished.push(task);
        }
    }

    pub fn return_of_a_closure(&mut self) {
        loop { // expect: endless-loop
            self.finished.retain(|task| {
                if *task == 0 {
                    return false;
                }
                true
            });
        }
    }

    pub fn question_mark_of_a_closure(&mut self) {
        loop { // expect: endless-loop
            let smallest = || -> Option<u32> {
                let first = self.ready.first()?;
                Some(*first)
            };
            if let Some(task) = smallest() {
                self.finished.push(task);
            }
        }
    }

    pub fn question_mark_of_the_function(&mut self) -> Option<u32> {
        loop {
            let task = self.ready.pop()?;
            self.finished.push(task);
        }
    }

    pub fn every_arm_continues(&mut self) {
        loop { // expect: endless-loop
            match self.ready.pop() {
                Some(task) => self.finished.push(task),
                None => continue,
            }
        }
    }

    pub fn one_arm_leaves(&mut self) {
        loop {
            match self.ready.pop() {
                Some(task) => self.finished.push(task),
                None => return,
            }
        }
    }

    pub fn break_with_the_label_of_a_block(&mut self) {
        loop { // expect: endless-loop
            'step: {
                if self.ready.is_empty() {
                    break 'step;
                }
                self.finished.append(&mut self.ready);
            }
        }
    }

    pub fn only_the_inner_loop(&mut self) {
        loop {
            self.finished.clear();
            loop { // expect: endless-loop
                self.finished.extend_from_slice(&self.ready);
            }
        }
    }
}
