use std::collections::VecDeque;
use std::sync::Mutex;

pub struct Inbox {
    items: Mutex<VecDeque<String>>,
}

impl Inbox {
    pub async fn gives_way(&self) -> String {
        loop { // expect: busy-wait
            if let Some(item) = self.items.lock().unwrap().pop_front() {
                return item;
            }
            tokio::task::yield_now().await;
        }
    }

    pub async fn gives_way_to_other_threads(&self) -> String {
        loop { // expect: busy-wait
            if let Some(item) = self.items.lock().unwrap().pop_front() {
                return item;
            }
            std::thread::yield_now();
        }
    }
}

pub async fn gives_way_while_it_works(mut items: Vec<String>) {
    while let Some(item) = items.pop() {
        println!("{item}");
        tokio::task::yield_now().await;
    }
}
