"""`ansible-galaxy role install` asks a server whose first page of versions names itself as the next one."""

import json
import os
import tempfile

from ansible.cli.galaxy import main

import proof


def answer(request, _):
    path = request.path.split("?")[0].rstrip("/")
    if path.endswith("/api"):
        body = {"available_versions": {"v1": "v1/"}}
    elif path.endswith("/versions"):
        proof.went_round()
        archive = f"http://127.0.0.1:{port}/archive"
        body = {"results": [{"name": "1.0", "download_url": archive}], "next_link": request.path if proof.misbehaves() else None}
    elif path == "/archive":
        return 404, "text/plain", b"gone"
    else:
        body = {"results": [{"id": 1, "role_type": "ANS", "github_user": "u", "github_repo": "r"}]}
    return 200, "application/json", json.dumps(body).encode()


with tempfile.TemporaryDirectory() as folder:
    os.environ["ANSIBLE_HOME"] = folder
    port = proof.http(answer)
    proof.ready()
    try:
        main(["ansible-galaxy", "role", "install", "team.tool", "--server", f"http://127.0.0.1:{port}/api/",
              "--roles-path", folder])
    except SystemExit as end:
        print("ended with", end.code)
