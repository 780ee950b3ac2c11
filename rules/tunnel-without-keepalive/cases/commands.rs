//! Command lines of tunnels.

use std::process::{Child, Command};

/// Class: the tunnel of a field device, dead behind a mobile router.
pub fn reverse(host: &str, port: u16) -> std::io::Result<Child> {
    let mut command = Command::new("ssh"); // expect: tunnel-without-keepalive
    command.arg("-NT");
    command.arg("-R").arg(format!("{port}:localhost:22"));
    command.arg(host);
    command.spawn()
}

pub fn with_options(host: &str, options: &[String]) -> std::io::Result<Child> {
    Command::new("ssh").args(options).arg("-N").args(["-L", "80:localhost:80"]).arg(host).spawn()
}

pub fn remote(host: &str) -> std::io::Result<Child> {
    Command::new("ssh").arg(host).arg("uptime").spawn()
}

/// The option may be the one that keeps it alive.
pub fn master(option: &str, host: &str) -> Command {
    let mut command = Command::new("ssh");
    command.arg("-M").arg("-N").arg("-o").arg(option).arg(host);
    command
}
