//! `#[monitored]`: gives each loop of a function a site and a counter on the stack.
//!
//! Meant to be used through `unspin-resilience`, whose feature `monitor` turns it on. Without the feature the function that
//! comes out is the function that went in, token by token, less the arguments that its loops carry. Wrong arguments are
//! errors either way, so that turning it on surprises nobody. What is written names `::unspin_resilience`, so the crate
//! must be a dependency under that name.

mod args;
mod expand;
mod strip;

use proc_macro::TokenStream;

/// Watches every loop of a function while it runs.
///
/// ```text
/// #[monitored]                                                  each loop is only looked at
/// #[monitored(bounded(iterations = 1000, time = "2s"))]         it ends
/// #[monitored(service(rate = 1000, progress = "10s"))]          it makes progress and does not run hot
/// #[monitored(service, stuck = "off", yields = "50ms", trip = panic)]
/// ```
///
/// `iterations` are counted for each time that the loop is entered, `rate` is in iterations a second without progress;
/// times are whole numbers with `ns`, `us`, `ms`, `s` or `m`. `stuck` is the longest that one iteration may take (500 ms,
/// `"off"` for a loop that blocks its thread while it waits), `yields` the longest that a task may run before others are let
/// (200 ms). `trip` says what happens besides the report: `report` (nothing), `yield`, `cancel(token)` with an expression for
/// a `CancellationToken`, or `panic`.
///
/// The arguments are for the outermost loops of the function; a loop within is only looked at, unless it has arguments of
/// its own:
///
/// ```text
/// #[monitored(service)]
/// async fn serve(mut requests: Receiver<Request>) {
///     while let Some(request) = requests.recv().await {
///         progress!();
///         #[monitored(bounded(iterations = 3), trip = panic)]
///         for attempt in 0.. { … }
///     }
/// }
/// ```
///
/// `progress!()` says that this iteration of the innermost loop got somewhere, `progress!('label)` that of another.
///
/// Loops with labels and values, in closures, `async` blocks and generic functions are watched, and in the arguments of
/// macros that evaluate them where they stand: `select!`, `join!`, `try_join!`, `pin!`, `vec!`, those that assert and those
/// that format. Other macros keep what they are given, functions within have their own attribute, and a function that this
/// macro cannot read passes through as it is.
#[proc_macro_attribute]
pub fn monitored(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::monitored(args.into(), item.into(), cfg!(feature = "monitor")).into()
}
