//! A cycle of several functions is listed where one guard would cut it, and at what that calls and is called by.

pub enum Event {
    Text,
    ListStart,
    ListEnd,
    MapStart,
    MapEnd,
}

pub struct Outline {
    events: Vec<Event>,
}

impl Outline {
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

/// What it wraps has the same methods.
pub struct Unbuffered<W> {
    inner: W,
}

impl<W: std::io::Write> std::io::Write for Unbuffered<W> {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        self.inner.write(buffer)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

pub struct Renamed<'a>(cookies::Cookie<'a>);

impl<'a> Renamed<'a> {
    pub fn path(&self) -> Option<&str> {
        self.0.path()
    }
}

pub struct Generic<S>(S);

impl<S: Service> Generic<S> {
    pub fn serve(&mut self, request: Request) -> Response {
        self.0.serve(request)
    }
}

pub struct Sum {
    left: Option<Box<Sum>>,
    right: Option<Box<Sum>>,
    own: u64,
}

impl Sum {
    pub fn total(&self) -> u64 {
        let left = self.left.as_ref().map_or(0, |sum| sum.total()); // expect: recursion-without-limit/audit
        left + self.own + self.right.as_ref().map_or(0, |sum| sum.total())
    }
}
