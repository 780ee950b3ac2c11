//! Taking the next item is no question.

extern "C" {
    fn next_object(iterator: u32) -> u32;
}

pub struct Objects {
    handle: u32,
}

impl Iterator for Objects {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let object = unsafe { next_object(self.handle) };
        if object == 0 { None } else { Some(object) }
    }
}

pub fn arm(handle: u32) -> Objects {
    let mut objects = Objects { handle };
    while let Some(_) = objects.next() {}
    objects
}
