"""Queue a signed task without the package fleeting: needs `redis` and `cryptography`.

    python fleeting_submit.py SCRIPT FUNCTION [ARGS]

ARGS is a JSON list. Prints the key under which the result will be. FLEETING_QUEUE is the URL of
the queue's Redis, FLEETING_SIGNING_KEY_FILE the private key that the workers trust.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import redis
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

TYPE = "application/vnd.fleeting.statement.v1+json"
PREFIX, QUEUE = "{fleeting}:", "fleeting"
KEY_FILE = "FLEETING_SIGNING_KEY_FILE"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def signed(source: str, function: str, args: list[object], key: str) -> dict[str, str]:
    """The keyword arguments of `fleeting.run`, sealed."""
    call = json.dumps({"key": key, "args": args})
    statement = json.dumps(
        {
            "calls": [sha256(call.encode())],
            "function": function,
            "source_digest": sha256(source.encode()),
            "options": {"timeout_seconds": 30},
            "not_after": (datetime.now(UTC) + timedelta(minutes=10)).isoformat(),
            "queue": QUEUE,
        }
    )
    body = statement.encode()
    private = load_pem_private_key(Path(os.environ[KEY_FILE]).read_bytes(), None)
    assert isinstance(private, Ed25519PrivateKey)
    signature = private.sign(f"DSSEv1 {len(TYPE)} {TYPE} {len(body)} ".encode() + body)
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return {
        "key": key,
        "source": source,
        "call": call,
        "statement": statement,
        "signature": base64.b64encode(signature).decode(),
        "signer": sha256(public)[:16],
    }


def envelope(kwargs: dict[str, str]) -> str:
    """kombu's, as far as workers look at it."""
    key = kwargs["key"]
    return json.dumps(
        {
            "headers": {"lang": "py", "task": "fleeting.run", "id": key},
            "content-type": "application/json",
            "content-encoding": "utf-8",
            "body": json.dumps([[], kwargs, {}]),
            "properties": {
                "delivery_tag": key,
                "delivery_info": {"exchange": "", "routing_key": QUEUE},
            },
        }
    )


def main(script: str, function: str, args: str = "[]") -> None:
    key = f"{function}_{time.time_ns() // 1_000_000:013}_{secrets.token_hex(8)}"
    kwargs = signed(Path(script).read_text("utf-8"), function, json.loads(args), key)
    with redis.Redis.from_url(os.environ["FLEETING_QUEUE"]) as server:
        server.xadd(f"{PREFIX}{QUEUE}:stream:0", {"message": envelope(kwargs)})
    print(key)


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4) or not {"FLEETING_QUEUE", KEY_FILE} <= os.environ.keys():
        sys.exit(__doc__)
    main(*sys.argv[1:])
