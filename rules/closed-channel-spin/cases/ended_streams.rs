//! Streams of messages: `None` means ended, and an ended stream is asked again for nothing.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::{Stream, StreamExt};

pub struct Failure;

pub async fn only_messages<S>(mut messages: S, seen: &mut Vec<String>)
where
    S: Stream<Item = Result<String, Failure>> + Unpin,
{
    loop { // expect: closed-channel-spin
        if let Some(Ok(text)) = messages.next().await {
            seen.push(text);
        }
    }
}

pub async fn errors_skipped<S>(mut messages: S, seen: &mut Vec<String>)
where
    S: Stream<Item = Result<String, Failure>> + Unpin,
{
    loop { // expect: closed-channel-spin
        match messages.next().await {
            Some(Ok(text)) => seen.push(text),
            Some(Err(_)) => seen.clear(),
            None => {}
        }
    }
}

pub async fn end_leaves<S>(mut messages: S, seen: &mut Vec<String>)
where
    S: Stream<Item = Result<String, Failure>> + Unpin,
{
    while let Some(message) = messages.next().await {
        if let Ok(text) = message {
            seen.push(text);
        }
    }
}

pub async fn end_returns<S>(mut messages: S, seen: &mut Vec<String>) -> Result<(), Failure>
where
    S: Stream<Item = Result<String, Failure>> + Unpin,
{
    loop {
        let text = messages.next().await.ok_or(Failure)??;
        seen.push(text);
    }
}

pub async fn for_each<S>(messages: S)
where
    S: Stream<Item = String>,
{
    messages.for_each(|_| async {}).await;
}

/// A socket in a type of its own.
pub struct Client(tokio_tungstenite::WebSocketStream<tokio::net::TcpStream>);

impl Client {
    pub async fn next(&mut self) -> Option<Result<Message, Error>> {
        self.0.next().await
    }
}

/// A failure ends it, but the end does not.
pub async fn wait_for_the_close_frame(client: &mut Client) {
    loop { // expect: closed-channel-spin
        match client.next().await {
            Some(Ok(Message::Close(_))) => break,
            Some(Err(error)) => {
                log::warn!("no close frame: {error}");
                break;
            }
            _ => {}
        }
    }
}

/// A failure is made of the end.
pub async fn until_refused(mut events: impl Stream<Item = Result<u32, Error>> + Unpin) -> Result<(), Error> {
    loop {
        let event = events.try_next().await;
        match event.and_then(|event| event.ok_or_else(|| Error::Ended)) {
            Ok(event) => log::info!("event {event}"),
            Err(error) => return Err(error),
        }
    }
}

pub struct Follower<S> {
    headers: S,
    last: Option<u64>,
}

impl<S: Stream<Item = u64> + Unpin> Future for Follower<S> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        while let Poll::Ready(header) = this.headers.poll_next_unpin(cx) { // expect: closed-channel-spin/strict
            this.last = header;
        }
        Poll::Pending
    }
}
