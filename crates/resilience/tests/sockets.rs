//! What only real sockets show.

use std::{io, net::SocketAddr, time::Duration};

use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use unspin_resilience::{
    CancellationToken, Classify, ConnectionHealthChecker, Failure, LivenessPolicy, Reach, answer_probes, probe,
};

const LOOPBACK: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

#[tokio::test]
async fn the_kernel_watches_too() -> io::Result<()> {
    let listener = TcpListener::bind(LOOPBACK).await?;
    let stream = TcpStream::connect(listener.local_addr()?).await?;
    let policy = LivenessPolicy::new(Duration::from_secs(3), 2).expect("sound");
    ConnectionHealthChecker::of(&stream, policy)?;
    let socket = SockRef::from(&stream);
    assert!(socket.keepalive()?);
    #[cfg(target_os = "linux")]
    {
        assert_eq!(socket.tcp_keepalive_time()?, Duration::from_secs(3));
        assert_eq!(socket.tcp_keepalive_interval()?, Duration::from_secs(3));
        assert_eq!(socket.tcp_keepalive_retries()?, 2);
        assert_eq!(socket.tcp_user_timeout()?, Some(policy.bound()));
    }
    Ok(())
}

#[tokio::test]
async fn a_responder_answers_probes_and_nothing_else() -> io::Result<()> {
    let socket = UdpSocket::bind(LOOPBACK).await?;
    let (peer, stop) = (socket.local_addr()?, CancellationToken::new());
    let check = async {
        assert_eq!(probe(peer, Duration::from_secs(10)).await, Reach::Answered);
        let stranger = UdpSocket::bind(LOOPBACK).await?;
        for datagram in [&b""[..], b"hello", &[0; 24], &[b'u'; 1000]] {
            stranger.send_to(datagram, peer).await?;
        }
        assert_eq!(probe(peer, Duration::from_secs(10)).await, Reach::Answered);
        let mut answer = [0; 100];
        assert!(stranger.try_recv(&mut answer).is_err(), "a stranger was answered");
        stop.cancel();
        io::Result::Ok(())
    };
    let ((), checked) = tokio::join!(answer_probes(&socket, &stop), check);
    checked
}

#[tokio::test]
async fn who_does_not_answer_or_answers_wrongly_is_silent() -> io::Result<()> {
    let mute = UdpSocket::bind(LOOPBACK).await?;
    assert_eq!(probe(mute.local_addr()?, Duration::from_millis(30)).await, Reach::Silent);

    let liar = UdpSocket::bind(LOOPBACK).await?;
    let answer_wrongly = async {
        let mut datagram = [0; 100];
        loop {
            let (length, peer) = liar.recv_from(&mut datagram).await?;
            datagram[length - 1] ^= 1;
            liar.send_to(&datagram[..length], peer).await?;
        }
    };
    tokio::select! {
        ended = answer_wrongly => ended,
        reach = probe(liar.local_addr()?, Duration::from_millis(100)) => {
            assert_eq!(reach, Reach::Silent);
            Ok(())
        }
    }
}

#[tokio::test]
async fn a_refused_connection_is_worth_another_attempt() -> io::Result<()> {
    let gone = TcpListener::bind(LOOPBACK).await?.local_addr()?;
    let error = TcpStream::connect(gone).await.expect_err("nobody listens");
    assert_eq!(error.classify(), Failure::Transient);
    Ok(())
}
