//! A cable that is pulled: two network namespaces of our own, and the link between them goes down.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use crate::network::SECRET;

/// Runs in a namespace of its own, as root of it. The client lives in a second one behind a link.
const SCRIPT: &str = r#"
set -eu
ip link set lo up
unshare -n sleep 60 &
far=$!
while [ "$(readlink /proc/$far/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
ip link add near0 type veth peer name far0
ip link set far0 netns $far
ip addr add 10.91.0.1/24 dev near0
ip link set near0 up
nsenter -t $far -n ip addr add 10.91.0.2/24 dev far0
nsenter -t $far -n ip link set far0 up
"$SERVER" --log error --set listen=10.91.0.1:7400 --set http=127.0.0.1:7401 --set ping_interval=200 >/dev/null &
server=$!
nsenter -t $far -n "$CLIENT" --address 10.91.0.1:7400 stay --hold port >/dev/null &
client=$!
trap 'kill $server $client $far 2>/dev/null' EXIT
metric() { curl -s http://127.0.0.1:7401/metrics | grep "$1" | cut -d' ' -f2; }
wait_for() { for _ in $(seq 600); do [ "$(metric "$1")" = "$2" ] && return; sleep 0.1; done; echo "never: $1 is $2"; exit 1; }
wait_for '^resilient_sessions' 1
ip link set near0 down
wait_for '^resilient_sessions' 0
metric 'peer-silent'
ip link set near0 up
wait_for '^resilient_sessions' 1
echo back
"#;

#[test]
fn a_peer_behind_a_link_that_is_down_is_reaped_and_comes_back() {
    let can = Command::new("unshare")
        .args(["-rn", "sh", "-c", "ip link add near0 type veth && command -v curl && command -v nsenter"])
        .output();
    if !can.as_ref().is_ok_and(|output| output.status.success()) {
        let _ = writeln!(std::io::stderr(), "skipped: network namespaces, ip, nsenter and curl are needed: {can:?}");
        return;
    }
    let output = Command::new("unshare")
        .args(["-rn", "sh", "-c", SCRIPT])
        .env("SERVER", env!("CARGO_BIN_EXE_resilient-server"))
        .env("CLIENT", env!("CARGO_BIN_EXE_resilient-client"))
        .env("RESILIENT_SECRET", SECRET)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(said, "1\nback\n");
}
