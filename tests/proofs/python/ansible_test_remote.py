"""`ansible-test` asks for a remote instance, from a service that takes the connection and says nothing."""

import json
import os
import pathlib
import tempfile

from ansible_test._util.target.cli.ansible_test_cli_stub import main

import proof

if proof.misbehaves():
    port = proof.listen(proof.silent)
else:
    port = proof.http(lambda request, body: (503, "application/json", json.dumps({"message": "full"}).encode()))
with tempfile.TemporaryDirectory() as folder:
    os.environ["HOME"] = folder
    pathlib.Path(folder, ".ansible-core-ci.key").write_text("user secret")
    collection = pathlib.Path(folder, "ansible_collections", "team", "tools")
    collection.mkdir(parents=True)
    os.chdir(collection)
    proof.ready()
    try:
        main(["ansible-test", "shell", "--remote", "ubuntu/24.04", "--remote-endpoint", f"http://127.0.0.1:{port}", "--color", "no", "--", "true"])
    except SystemExit as end:
        print("ended with", end.code)
    os.chdir("/")
