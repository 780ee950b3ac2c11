//! A pause that loses against an arm which is ready at once. Class: a metered stream that waits for an update of its store,
//! whose default method waits for nothing.

use std::future::Future;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;

pub trait Store {
    fn charge(&self) -> bool;

    fn updated(&self) -> impl Future<Output = ()> + Send {
        async {}
    }

    async fn changed(&self) {}
}

pub struct Shared {
    notify: Notify,
}

impl Shared {
    pub async fn notified(&self) {
        self.notify.notified().await;
    }
}

pub async fn charge(store: &impl Store) {
    loop { // expect: loop-without-await/strict
        if store.charge() {
            break;
        }
        tokio::select! {
            () = store.updated() => {}
            () = sleep(Duration::from_millis(100)) => {}
        }
    }
}

pub async fn charge_by_changes(store: &impl Store) {
    while !store.charge() { // expect: loop-without-await/strict
        tokio::select! {
            () = sleep(Duration::from_millis(100)) => {}
            () = store.changed() => {}
        }
    }
}

pub async fn charge_when_notified(store: &impl Store, shared: &Shared) {
    while !store.charge() {
        tokio::select! {
            () = shared.notified() => {}
            () = sleep(Duration::from_millis(100)) => {}
        }
    }
}

pub async fn charge_until_updated(store: &impl Store) {
    while !store.charge() {
        tokio::select! {
            () = store.updated() => break,
            () = sleep(Duration::from_millis(100)) => {}
        }
    }
}
