"""A command is run over SSH through a ProxyCommand, and the proxy's process ends before the answer came."""

import shlex
import sys

import paramiko

import proof

RELAY = """
import os, select, socket, sys, time
peer = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
end = time.monotonic() + float(sys.argv[2])
while time.monotonic() < end:
    for one in select.select([0, peer], [], [], 0.1)[0]:
        data = os.read(0, 65536) if one == 0 else peer.recv(65536)
        if not data:
            sys.exit()
        peer.sendall(data) if one == 0 else os.write(1, data)
"""


class Server(paramiko.ServerInterface):
    """Lets everyone in and answers each command, unless the proxy is to end first."""

    def get_allowed_auths(self, username):
        return "password"

    def check_auth_password(self, username, password):
        return paramiko.AUTH_SUCCESSFUL

    def check_channel_request(self, kind, chanid):
        return paramiko.OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel, command):
        if not proof.misbehaves():
            channel.transport.after_exec = channel
        return True


def serve(connection):
    transport = paramiko.Transport(connection)
    transport.add_server_key(paramiko.RSAKey.generate(2048))
    transport.after_exec = None
    transport.start_server(server=Server())
    while transport.is_active():
        channel = transport.accept(0.2)
        if channel is not None:
            opened.append(channel)
        if transport.after_exec is not None:
            transport.after_exec.sendall(b"done\n")
            transport.after_exec.send_exit_status(0)
            transport.after_exec.close()
            transport.after_exec = None


opened = []
seconds = 3 if proof.misbehaves() else 60
relay = " ".join(shlex.quote(part) for part in [sys.executable, "-c", RELAY, str(proof.listen(serve)), str(seconds)])
client = paramiko.SSHClient()
client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
proxy = paramiko.ProxyCommand(relay)
client.connect("host", username="user", password="secret", sock=proxy,
               look_for_keys=False, allow_agent=False)
_, output, _ = client.exec_command("work")
if proof.misbehaves():
    proxy.process.wait()
proof.ready()
print(output.read())
client.close()
