//! A cycle of several functions is listed where one guard would cut it, and at what that calls and is called by.

pub enum Event {
    Text,
    ListStart,
    ListEnd,
    MapStart,
    MapEnd,
}

pub struct Loader {
    events: Vec<Event>,
}

impl Loader {
    fn take(&mut self) -> Event {
        self.events.pop().unwrap_or(Event::ListEnd)
    }

    fn node(&mut self, event: &Event) -> usize {
        match event {
            Event::ListStart => self.list(), // expect: recursion-without-limit/audit
            Event::MapStart => self.map(),
            _ => 1,
        }
    }

    fn list(&mut self) -> usize {
        let mut count = 0;
        let mut event = self.take();
        while !matches!(event, Event::ListEnd) {
            count += self.node(&event); // expect: recursion-without-limit/audit
            event = self.take();
        }
        count
    }

    fn map(&mut self) -> usize {
        let mut count = 0;
        let mut event = self.take();
        while !matches!(event, Event::MapEnd) {
            count += self.node(&event); // expect: recursion-without-limit/audit
            event = self.take();
        }
        count
    }
}
