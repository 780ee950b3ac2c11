"""A request over HTTP/2 with a timeout, to a server that closes the connection instead of answering."""

import contextlib
import ssl

import h2.config
import h2.connection
import h2.events
import trustme
import urllib3
import urllib3.http2

import proof

authority = trustme.CA()
certificate = authority.issue_cert("localhost")
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.set_alpn_protocols(["h2"])
certificate.configure_cert(context)


def serve(raw):
    connection = context.wrap_socket(raw, server_side=True)
    state = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
    state.initiate_connection()
    connection.sendall(state.data_to_send())
    while data := connection.recv(65536):
        for event in state.receive_data(data):
            if isinstance(event, h2.events.RequestReceived):
                if proof.misbehaves():
                    # Says that it closes, and answers nothing more; what the client sent meanwhile is an error here.
                    with contextlib.suppress(ssl.SSLError):
                        connection.unwrap()
                    return proof.silent(connection)
                state.send_headers(event.stream_id, [(":status", "204")], end_stream=True)
        connection.sendall(state.data_to_send())


port = proof.listen(serve)
urllib3.http2.inject_into_urllib3()
with authority.cert_pem.tempfile() as pem, urllib3.PoolManager(ca_certs=pem, timeout=2, retries=False) as pool:
    proof.ready()
    print(pool.request("GET", f"https://localhost:{port}/").status)
