"""Data is sent with `sendall_stderr` on a channel whose writing half was shut down."""

import socket
import threading

import paramiko

import proof


class Server(paramiko.ServerInterface):
    """Lets everyone in."""

    def check_auth_password(self, username, password):
        return paramiko.AUTH_SUCCESSFUL

    def check_channel_request(self, kind, chanid):
        return paramiko.OPEN_SUCCEEDED


near, far = socket.socketpair()
server = paramiko.Transport(far)
server.add_server_key(paramiko.RSAKey.generate(2048))
threading.Thread(target=server.start_server, kwargs={"server": Server()}, daemon=True).start()
client = paramiko.Transport(near)
client.connect(username="user", password="secret")
channel = client.open_session()
channel.settimeout(2)
if proof.misbehaves():
    channel.shutdown_write()
proof.ready()
channel.sendall_stderr(b"a warning")
client.close()
server.close()
