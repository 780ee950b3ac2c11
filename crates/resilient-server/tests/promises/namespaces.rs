//! A cable that is pulled, a filter that swallows packets, a link that is slow: in network namespaces of our own.
//!
//! Where the machine has none of them, or lacks a program, each test says that it was skipped, and why.

use std::{
    io::Write,
    process::{Command, Output, Stdio},
};

use crate::network::SECRET;

/// Runs in a namespace of its own, as root of it. A second one lies behind a link; `$far` runs something there.
const PRELUDE: &str = r#"
set -eu
ip link set lo up
unshare -n sleep 100 &
far=$!
started=$far
trap 'kill $started 2>/dev/null' EXIT
while [ "$(readlink /proc/$far/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
far="nsenter -t $far -n"
ip link add near0 type veth peer name far0
ip link set far0 netns $started
ip addr add 10.91.0.1/24 dev near0
ip link set near0 up
$far ip addr add 10.91.0.2/24 dev far0
$far ip link set far0 up
metric() { curl -s http://127.0.0.1:7401/metrics | grep "$1" | cut -d' ' -f2; }
wait_for() { for _ in $(seq 600); do [ "$(metric "$1")" = "$2" ] && return; sleep 0.1; done; echo "never: $1 is $2"; exit 1; }
"$SERVER" --log error --set listen=10.91.0.1:7400 --set http=127.0.0.1:7401 --set ping_interval=200 >/dev/null &
started="$started $!"
sessions='^resilient_sessions'
"#;

const CABLE: &str = r#"
$far "$CLIENT" --address 10.91.0.1:7400 stay --hold port >/dev/null &
started="$started $!"
wait_for $sessions 1
ip link set near0 down
wait_for $sessions 0
metric 'peer-silent'
ip link set near0 up
wait_for $sessions 1
echo back
"#;

/// What the server sends arrives, what it is answered does not: that it can write is no sign of life.
const FILTER: &str = r#"
$far "$CLIENT" --address 10.91.0.1:7400 stay --hold port >/dev/null &
started="$started $!"
wait_for $sessions 1
nft 'add table inet lost; add chain inet lost input { type filter hook input priority 0; }; add rule inet lost input iifname "near0" drop'
wait_for $sessions 0
metric 'peer-silent'
nft delete table inet lost
wait_for $sessions 1
echo back
"#;

/// A peer behind a slow link stays as long as it gets what it is sent, and is closed when it gets more than it can.
const SLOW: &str = r#"
tc qdisc add dev near0 root tbf rate 256kbit burst 4kb latency 100ms
# Where that is not allowed, more has to be sent.
echo 4096 16384 65536 2>/dev/null >/proc/sys/net/ipv4/tcp_wmem || true
$far "$CLIENT" --address 10.91.0.1:7400 --name far stay --topic news >/dev/null &
started="$started $!"
"$CLIENT" --address 10.91.0.1:7400 --name near stay --topic news >/dev/null &
started="$started $!"
wait_for $sessions 2
sleep 2
metric $sessions
line=$(head -c 50000 /dev/zero | tr '\0' x)
for _ in $(seq 200); do
    "$CLIENT" --address 10.91.0.1:7400 --name writer publish news "$line"
    [ "$(metric 'reason="slow-reader"')" = 1 ] && break
done
metric 'reason="slow-reader"'
metric $sessions
"#;

/// Whether the programs are there and may be used in a namespace; says so if not.
fn can(needed: &str) -> bool {
    let try_it = format!("ip link add near0 type veth && command -v curl && command -v nsenter && {needed}");
    let can = Command::new("unshare").args(["-rn", "sh", "-c", &try_it]).output();
    let can_be = can.as_ref().is_ok_and(|output| output.status.success());
    if !can_be {
        let _ =
            writeln!(std::io::stderr(), "skipped: network namespaces, ip, nsenter, curl and `{needed}` are needed: {can:?}");
    }
    can_be
}

fn run(script: &str) -> String {
    let Output { status, stdout, stderr } = Command::new("unshare")
        .args(["-rn", "sh", "-c", &format!("{PRELUDE}{script}")])
        .env("SERVER", env!("CARGO_BIN_EXE_resilient-server"))
        .env("CLIENT", env!("CARGO_BIN_EXE_resilient-client"))
        .env("RESILIENT_SECRET", SECRET)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&stdout).into_owned();
    assert!(status.success(), "{said}{}", String::from_utf8_lossy(&stderr));
    said
}

#[test]
fn a_peer_behind_a_link_that_is_down_is_reaped_and_comes_back() {
    if can("true") {
        assert_eq!(run(CABLE), "1\nback\n");
    }
}

#[test]
fn a_peer_whose_answers_are_lost_is_reaped_and_comes_back() {
    if can("nft add table inet lost") {
        assert_eq!(run(FILTER), "1\nback\n");
    }
}

#[test]
fn a_peer_behind_a_slow_link_stays_until_it_is_sent_too_much() {
    if can("tc qdisc add dev near0 root tbf rate 256kbit burst 4kb latency 100ms") {
        assert!(run(SLOW).starts_with("2\n1\n"));
    }
}
