"""What the programs share: a peer on the loopback address, a mark for the start, and a word on where everything stands.

`run.py` asks with SIGUSR1 where the program is; the answer on standard error names the innermost frames of every
thread and of every suspended coroutine, and how often `went_round` was called. The handler is Python, so a main
thread that never returns to the interpreter does not answer, which the runner takes as no answer.
"""

import gc
import signal
import socket
import sys
import threading
import types

FRAMES = 40
_rounds = 0


def _frames(frame):
    """The innermost frames, innermost first."""
    seen = 0
    while frame is not None and seen < FRAMES:
        yield frame
        frame, seen = frame.f_back, seen + 1


def _where(signum, interrupted):
    """Tells where every thread and every suspended coroutine stands."""
    lines = [f"rounds {_rounds}"]
    stacks = [frame for thread, frame in sys._current_frames().items() if thread != threading.get_ident()]
    stacks.append(interrupted)
    stacks += [one.cr_frame for one in gc.get_objects() if isinstance(one, types.CoroutineType) and one.cr_frame]
    for stack in stacks:
        lines += [f"at {f.f_code.co_filename}:{f.f_lineno} {f.f_code.co_name}" for f in _frames(stack)]
    print("\n".join(lines), file=sys.stderr, flush=True)


signal.signal(signal.SIGUSR1, _where)


def misbehaves():
    """Whether this run is to show the finding; the control has the same program with a peer that behaves."""
    return sys.argv[1] == "finding"


def ready():
    """Everything is set up: what is measured begins here."""
    print("ready", flush=True)


def went_round():
    """The peer was asked once more."""
    global _rounds
    _rounds += 1


def listen(serve):
    """A listener on the loopback address that gives each connection to `serve` in a thread; its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept():
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()[1]


def silent(connection):
    """A peer that is there and says nothing."""
    threading.Event().wait()
    connection.close()


def http(answer):
    """An HTTP server whose `answer(path, body)` gives status, content type and body; its port."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def reply(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, kind, text = answer(self, body)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PUT = do_DELETE = reply

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port
