"""What the pages show against a running installation runs there."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from fleeting.adapters.sdk.client import Client
from fleeting.domain.errors import ResultGone

from ..pages import ROOT, Block, blocks, name_of, pages_with
from ..transcripts import play, run
from .pipeline.deployment import Deployment
from .servers.require import require
from .servers.valkey import Valkey
from .servers.wait import wait_until

API = "http://127.0.0.1:8000"
BROKER = "redis://127.0.0.1:6379"
"""The addresses that the pages write."""

WIRE = ROOT / "docs" / "reference" / "wire.md"
KEYS = ROOT / "docs" / "reference" / "keys.md"

Message = dict[str, Any]


@dataclass(frozen=True)
class Installation:
    """Where the parts of a running installation are."""

    api: str
    store: str

    def localised(self, text: str) -> str:
        return text.replace(API, self.api).replace(BROKER, self.store)

    def value(self, key: str) -> object:
        """The value that some worker will store under `key`, submitted by whatever way."""
        with Client(self.api) as client:
            wait_until(lambda: is_known(client, key), within=timedelta(seconds=30))
            return client.handle(key).result(timeout=30)


def is_known(client: Client, key: str) -> bool:
    try:
        client.task(key)
    except ResultGone:
        return False
    return True


@pytest.fixture(scope="module")
def installation(
    valkey_server: Valkey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    valkey_server.heal()
    environment = {"FLEETING_STORE": valkey_server.url}
    with Deployment(environment, logs=tmp_path_factory.mktemp("docs")) as deployment:
        deployment.worker(is_awaited=False)
        api = deployment.api()
        yield Installation(api, valkey_server.url)


def on_pages_with(info: str) -> Callable[..., object]:
    return pytest.mark.parametrize("page", pages_with(info), ids=name_of)


def shell(command: str) -> None:
    # The first command that fails ends the block.
    subprocess.run(["sh", "-ec", command], cwd=ROOT, check=True, timeout=50)


@on_pages_with("sh server")
def test_shell_blocks_run(installation: Installation, page: Path) -> None:
    require("curl")
    for block in blocks(page, "sh server"):
        shell(installation.localised(block.text))


@on_pages_with("console server")
def test_transcripts_print_what_the_page_says(installation: Installation, page: Path) -> None:
    for block in blocks(page, "console server"):
        play(block.text, directory=ROOT, environment={"FLEETING_URL": installation.api})


@on_pages_with("python server")
def test_python_blocks_run(installation: Installation, page: Path) -> None:
    namespace: dict[str, object] = {"__name__": "page"}
    for block in localised(installation, page, "python server"):
        block.run_python(namespace)


@on_pages_with("js server")
def test_javascript_blocks_run(installation: Installation, page: Path) -> None:
    node = require("node", package="nodejs")
    for block in localised(installation, page, "js server"):
        command = f"{node} --input-type=module <<'END'\n{block.text}END\n"
        assert run(command, ROOT, {}) == "succeeded 12"


@on_pages_with("python broker")
def test_foreign_celery_client_submits(installation: Installation, page: Path) -> None:
    for block in localised(installation, page, "python broker"):
        namespace: dict[str, object] = {"__name__": "page"}
        block.run_python(namespace)

        assert installation.value(str(namespace["key"])) == 3


def test_envelope_of_the_page_runs(installation: Installation, signing_key: str) -> None:
    """Pushed by hand, under a key of the present, signed as the page says."""
    message, _, envelope = (json.loads(block.text) for block in blocks(WIRE, "json"))
    [call] = resigned(message, [json.loads(message["call"])], signing_key)

    push(installation, envelope, call)

    assert installation.value(call["key"]) == 3


def test_message_with_many_calls_of_the_page_runs(
    installation: Installation, signing_key: str
) -> None:
    """In the page's envelope."""
    message, chunk, envelope = (json.loads(block.text) for block in blocks(WIRE, "json"))
    [seal, *rest] = resigned(message, chunk["calls"], signing_key)
    calls = [{"key": one["key"], "call": one["call"]} for one in (seal, *rest)]
    shared = {name: value for name, value in seal.items() if name not in {"key", "call"}}

    push(installation, envelope, {**shared, "calls": calls})

    assert [installation.value(call["key"]) for call in calls] == [3, 7]


def resigned(message: Message, calls: Sequence[Message], pem: str) -> list[Message]:
    """The page's signed message for each of these calls, at present; written by the page alone."""
    now = time.time_ns() // 1_000_000
    keys = [f"add_{now}_{secrets.token_hex(8)}" for _ in calls]
    texts = [json.dumps({**call, "key": key}) for call, key in zip(calls, keys, strict=True)]
    statement = json.loads(message["statement"])
    statement["calls"] = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    statement["not_after"] = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    said = json.dumps(statement)
    private: Any = load_pem_private_key(pem.encode(), None)
    kind = "application/vnd.fleeting.statement.v1+json"
    signature = private.sign(f"DSSEv1 42 {kind} {len(said.encode())} {said}".encode())
    public = private.public_key().public_bytes_raw()
    seal = {
        **message,
        "statement": said,
        "signature": base64.b64encode(signature).decode(),
        "signer": hashlib.sha256(public).hexdigest()[:16],
    }
    return [{**seal, "key": key, "call": text} for key, text in zip(keys, texts, strict=True)]


def push(installation: Installation, envelope: Message, kwargs: Message) -> None:
    envelope["headers"]["id"] = secrets.token_hex(8)
    envelope["body"] = json.dumps([[], kwargs, {}])
    with redis.Redis.from_url(installation.store) as server:
        server.lpush("{fleeting}:fleeting", json.dumps(envelope))


def localised(installation: Installation, page: Path, info: str) -> list[Block]:
    found = blocks(page, info)
    for block in found:
        block.text = installation.localised(block.text)
    return found
