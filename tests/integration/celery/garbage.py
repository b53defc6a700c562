"""What strangers may push into a queue's Redis list. Each of it holds SECRET, where it can."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

SECRET = "SECRET"


def body(payload: Any) -> str:
    """A message body as kombu encodes it."""
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return b64encode(raw).decode()


def envelope(*, properties: Any = None, without: str = "", **changes: Any) -> str:
    """A well-formed message for `test.sleep`, but for what is changed or left out."""
    message = {
        "body": body([[], {}, {}]),
        "content-type": "application/json",
        "content-encoding": "utf-8",
        "headers": {"task": "test.sleep", "id": "garbage"},
        "properties": {
            "delivery_tag": "tag",
            "body_encoding": "base64",
            "delivery_info": {"exchange": "", "routing_key": "work"},
            "priority": 0,
        }
        | (properties or {}),
        **{name.replace("_", "-"): value for name, value in changes.items()},
    }
    message.pop(without, None)
    return json.dumps(message)


def headers(**more: Any) -> str:
    return envelope(headers={"task": "test.sleep", "id": "garbage"} | more)


def run(kwargs: Any, args: Any = ()) -> str:
    """A message for `fleeting.run`."""
    return envelope(
        headers={"task": "fleeting.run", "id": "garbage", "kwargsrepr": SECRET},
        body=body([args, kwargs, {}]),
    )


CASES: dict[str, str | bytes] = {
    "nothing": "",
    "no JSON": "{not json SECRET",
    "no text": b"\xff\xfe\x00SECRET",
    "JSON bomb": "[" * 100_000,
    "number": "42",
    "null": "null",
    "list": '["SECRET"]',
    "empty object": "{}",
    "no properties": envelope(without="properties"),
    "no delivery tag": envelope(properties={"delivery_tag": None}),
    "no delivery info": envelope(properties={"delivery_info": SECRET}),
    "unknown exchange type": envelope(
        properties={"delivery_info": {"exchange": [SECRET], "routing_key": "work"}}
    ),
    "no body": envelope(without="body"),
    "body a number": envelope(body=5),
    "body not base64": envelope(body="%%%SECRET"),
    "body in an unknown encoding": envelope(properties={"body_encoding": SECRET}),
    "body not JSON": envelope(body=body(b"\xff\xfeSECRET")),
    "body of one number": envelope(body=body(3)),
    "body empty": envelope(body=body([])),
    "body of three numbers": envelope(body=body([1, 2, 3])),
    "kwargs a list": envelope(body=body([[], [SECRET], {}])),
    "canvas a text": envelope(body=body([["x", 0], {}, SECRET])),
    "callbacks of text": envelope(body=body([["x", 0], {}, {"callbacks": [SECRET]}])),
    "pickle": envelope(content_type="application/x-python-serialize"),
    "unknown content type": envelope(content_type="SECRET/x"),
    "no content type": envelope(without="content-type"),
    "unknown compression": headers(compression=SECRET),
    "no headers": envelope(without="headers"),
    "headers a list": envelope(headers=[SECRET]),
    "no task id": envelope(headers={"task": "test.sleep"}),
    "task name a list": envelope(headers={"task": [SECRET], "id": "garbage"}),
    "unknown task": envelope(headers={"task": "no.such", "id": "g"}, body=body([[SECRET], {}, {}])),
    "unknown task, protocol 1": envelope(
        headers={}, body=body({"task": "no.such", "id": "g", "args": [SECRET], "kwargs": {}})
    ),
    "args a text, protocol 1": envelope(
        headers={}, body=body({"task": "test.sleep", "id": "g", "args": SECRET})
    ),
    "ETA no time": headers(eta=SECRET),
    "ETA a number": headers(eta=5),
    "expiry no time": headers(expires=SECRET),
    "time limit a text": headers(timelimit=SECRET),
    "retries a text": headers(retries=SECRET),
    "stamps a text": headers(stamps=SECRET),
    "too few arguments": envelope(),
    "run with arguments": run({}, [SECRET]),
    "run without a key": run({"function": SECRET, "source": SECRET}),
    "run with a wrong key": run({"key": SECRET, "function": SECRET, "source": SECRET}),
    "run of another function": run(
        {"key": "f_1763683200000_0123456789abcdef", "function": SECRET, "source": SECRET}
    ),
    "run with half a character": run(
        {
            "key": "f_1763683200000_0123456789abcdef",
            "function": "f",
            "source": "\ud800SECRET",
            "options": {"timeout_seconds": -1},
        }
    ),
}
