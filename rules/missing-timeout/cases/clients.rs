//! Clients that have to be told how long: what their crate does otherwise.

use std::net::TcpStream;
use std::sync::Arc;

use rdkafka::consumer::{BaseConsumer, StreamConsumer};
use ssh2::Session;

pub fn log_in(stream: TcpStream, password: &str) -> Result<Session, ssh2::Error> {
    let mut session = Session::new()?;
    session.set_tcp_stream(stream);
    session.handshake()?; // expect: missing-timeout
    session.userauth_password("deploy", password)?; // expect: missing-timeout
    Ok(session)
}

pub fn log_in_in_time(stream: TcpStream, password: &str) -> Result<Session, ssh2::Error> {
    let mut session = Session::new()?;
    session.set_timeout(5000);
    session.set_tcp_stream(stream);
    session.handshake()?;
    session.userauth_password("deploy", password)?;
    Ok(session)
}

pub async fn open_shell(config: Arc<russh::client::Config>, handler: Handler) -> Result<Shell, russh::Error> {
    russh::client::connect(config, ("host", 22), handler).await // expect: missing-timeout/strict
}

pub async fn open_shell_in_time(config: Arc<russh::client::Config>, handler: Handler) -> Option<Shell> {
    let opening = russh::client::connect(config, ("host", 22), handler);
    tokio::time::timeout(std::time::Duration::from_secs(5), opening).await.ok()?.ok()
}

pub fn fetch_all(addresses: &[String]) -> Result<(), isahc::Error> {
    for address in addresses {
        isahc::get(address)?; // expect: missing-timeout
    }
    Ok(())
}

pub fn fetch_all_by_default(addresses: &[String]) -> attohttpc::Result<()> {
    for address in addresses {
        attohttpc::get(address).header("accept", "text/plain").send()?;
    }
    Ok(())
}

pub fn receive() -> Result<Vec<u8>, zmq::Error> {
    let context = zmq::Context::new();
    let jobs = context.socket(zmq::PULL)?;
    jobs.recv_bytes(0) // expect: missing-timeout/audit
}

pub fn receive_in_time(context: &zmq::Context) -> Result<Vec<u8>, zmq::Error> {
    let socket = context.socket(zmq::PULL)?;
    socket.set_rcvtimeo(1000)?;
    socket.recv_bytes(0)
}

pub async fn take(consumer: &StreamConsumer, other: &BaseConsumer) {
    consumer.recv().await.ok(); // expect: missing-timeout/audit
    other.poll(std::time::Duration::from_secs(1));
}

/// Whoever made the pool may have told it how long to wait.
pub async fn borrow(slow: &deadpool_postgres::Pool, quick: &bb8::Pool<Manager>, blocking: &r2d2::Pool<Manager>) {
    slow.get().await.ok();
    quick.get().await.ok();
    blocking.get().ok();
}

pub fn read_answers(client: &mut postgres::Client, keys: &[i64]) {
    for key in keys {
        client.query("select answer from answers where key = $1", &[key]).ok();
    }
}

pub fn send_mail(mail: &lettre::Message) -> Result<(), lettre::transport::smtp::Error> {
    let sender = lettre::SmtpTransport::relay("mail.example.org")?.build();
    sender.send(mail).map(drop)
}
