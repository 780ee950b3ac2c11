//! Threads that take from channels at once again where nothing has come.
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::Duration;

pub fn until_it_is_closed(lines: &Receiver<String>) {
    loop { // expect: busy-wait
        match lines.try_recv() {
            Ok(line) => println!("{line}"),
            Err(TryRecvError::Empty) => {}
            Err(TryRecvError::Disconnected) => return,
        }
    }
}

pub fn with_a_wait(lines: &Receiver<String>, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        match lines.recv_timeout(Duration::from_secs(1)) {
            Ok(line) => println!("{line}"),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

pub fn with_a_pause(lines: &Receiver<String>) {
    loop {
        match lines.try_recv() {
            Ok(line) => println!("{line}"),
            Err(TryRecvError::Empty) => std::thread::sleep(Duration::from_millis(5)),
            Err(TryRecvError::Disconnected) => return,
        }
    }
}

pub fn on_purpose(lines: &Receiver<String>) {
    loop {
        match lines.try_recv() {
            Ok(line) => println!("{line}"),
            Err(TryRecvError::Empty) => std::hint::spin_loop(),
            Err(TryRecvError::Disconnected) => return,
        }
    }
}

pub fn draws(lines: &Receiver<String>, window: &mut Window) {
    loop {
        match lines.try_recv() {
            Ok(line) => window.text = line,
            Err(TryRecvError::Empty) => {}
            Err(TryRecvError::Disconnected) => return,
        }
        window.draw();
    }
}

pub fn until_it_is_empty(lines: &Receiver<String>) {
    loop {
        match lines.try_recv() {
            Ok(line) => println!("{line}"),
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => return,
        }
    }
}

pub struct Window {
    text: String,
    surface: surface::Surface,
}

impl Window {
    fn draw(&mut self) {
        self.surface.write(&self.text);
        self.surface.swap();
    }
}

/// The failure within the item is no failure of the channel, which waits each time.
pub fn records(stop: Receiver<()>, session: &Session) -> Result<(), Failure> {
    let (_, items) = session.subscribe()?;
    loop {
        if stop.try_recv().is_ok() {
            return Ok(());
        }
        match items.recv_timeout(Duration::from_millis(100)) {
            Ok(Ok(item)) => store(item),
            Ok(Err(_)) => continue,
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
    }
}
