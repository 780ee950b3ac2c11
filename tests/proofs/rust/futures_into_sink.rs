//! A block is sent through `into_sink` to a writer that has room for less and then takes nothing.

use futures_util::io::Cursor;
use futures_util::{AsyncWriteExt, SinkExt};

fn main() {
    let room = if std::env::args().nth(1).as_deref() == Some("finding") { 8 } else { 32 };
    let mut memory = vec![0; room];
    let mut sink = Cursor::new(memory.as_mut_slice()).into_sink::<[u8; 16]>();
    println!("ready");
    println!("{:?}", futures_executor::block_on(sink.send([7; 16])));
}
