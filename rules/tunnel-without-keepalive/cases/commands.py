"""Command lines of tunnels."""

import asyncio
import os
import subprocess


class Tunnel:
    """Class: the tunnel of a field device, dead behind a mobile router."""

    def __init__(self, host: str, port: int, options: list[str]) -> None:
        self.host = host
        self.port = port
        self.options = options

    def open(self) -> None:
        command = ["/usr/bin/ssh", "-nNT", "-R", f"{self.port}:localhost:22", self.host]
        subprocess.run(command, check=True)  # expect: tunnel-without-keepalive

    def open_with_options(self) -> None:
        command = ["ssh", *self.options, "-N", "-R", f"{self.port}:localhost:22", self.host]
        subprocess.run(command, check=True)

    def open_with_list(self) -> None:
        subprocess.run(["ssh", "-N"] + self.options + [self.host], check=True)

    def open_extended(self) -> None:
        command = ["ssh", "-N", "-L", "80:localhost:80"]
        command.extend(self.options)
        subprocess.run(command, check=True)

    def open_alive(self) -> None:
        alive = ["-o", "ServerAliveInterval=30"]
        subprocess.run(["ssh"] + alive + ["-N", "-L", "80:localhost:80", self.host], check=True)

    def run(self) -> None:
        subprocess.run(["ssh", self.host, "uptime"], check=True)


async def open_tunnel(host: str) -> None:
    await asyncio.create_subprocess_exec("autossh", "-M", "0", "-N", "-D", "1080", host)  # expect: tunnel-without-keepalive


def by_shell() -> None:
    os.system("ssh -f -N -L 5900:localhost:5900 desk")  # expect: tunnel-without-keepalive


def by_shell_of_host(server: str, folder: str) -> None:
    # Class: what follows the name of the machine is a command for it, with options of its own.
    subprocess.check_call(["ssh", server, "chown", "-R", "http:http", folder])
    subprocess.check_call(["ssh", "-p", "2222", "deploy@desk", "ls", "-LR"])
    os.system("ssh desk rm -R /srv/old")


def named_first(server: str) -> None:
    subprocess.check_call(["ssh", server, "-N", "-L", "80:localhost:80"])  # expect: tunnel-without-keepalive
