"""The DynamoDB result backend makes its table, and the service goes on saying that the table is being made."""

import json

from celery import Celery

import proof

created = False


def answer(request, _):
    global created
    action = request.headers["X-Amz-Target"].split(".")[1]
    kind = "application/x-amz-json-1.0"
    if action == "DescribeTable" and not created:
        return 400, kind, json.dumps({"__type": "x#ResourceNotFoundException", "message": "no table"}).encode()
    if action == "CreateTable":
        created = True
    if action == "DescribeTable":
        proof.went_round()
    status = "CREATING" if proof.misbehaves() else "ACTIVE"
    table = {"TableName": "celery", "TableStatus": status}
    return 200, kind, json.dumps({"TableDescription": table, "Table": table}).encode()


port = proof.http(answer)
app = Celery("app", backend=f"dynamodb://key:secret@localhost:{port}/celery")
proof.ready()
print(app.AsyncResult("some-task").state)
