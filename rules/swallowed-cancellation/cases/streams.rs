//! A stream that tells whoever asks it, and who may stop asking.

use async_stream::stream;
use futures::Stream;
use tokio_util::sync::CancellationToken;

pub fn pages(client: Client, stop: CancellationToken) -> impl Stream<Item = Result<Page, PageError>> {
    stream! {
        loop {
            let page = tokio::select! {
                page = client.next_page() => page,
                () = stop.cancelled() => Err(PageError::Cancelled),
            };
            if let Err(error) = page {
                yield Err(error);
                continue;
            }
            yield page;
        }
    }
}
