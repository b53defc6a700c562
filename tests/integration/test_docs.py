"""What the pages show against a running installation runs there."""

from __future__ import annotations

import json
import secrets
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import redis

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
EXAMPLE_KEY = "add_1763683200000_0123456789abcdef"


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
        api = deployment.api()
        deployment.worker()
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


def test_envelope_of_the_page_runs(installation: Installation) -> None:
    """Pushed by hand, under a key of the present."""
    key = f"add_{time.time_ns() // 1_000_000}_{secrets.token_hex(8)}"
    _, block = blocks(WIRE, "json")
    envelope = json.dumps(json.loads(block.text.replace(EXAMPLE_KEY, key)))

    with redis.Redis.from_url(installation.store) as server:
        server.lpush("{fleeting}:fleeting", envelope)

    assert installation.value(key) == 3


def test_message_with_many_calls_of_the_page_runs(installation: Installation) -> None:
    """In the page's envelope."""
    chunk, block = (json.loads(one.text) for one in blocks(WIRE, "json"))
    now = time.time_ns() // 1_000_000
    for call in chunk["calls"]:
        call["key"] = f"add_{now}_{secrets.token_hex(8)}"
    block["headers"]["id"] = secrets.token_hex(8)
    block["body"] = json.dumps([[], chunk, {}])

    with redis.Redis.from_url(installation.store) as server:
        server.lpush("{fleeting}:fleeting", json.dumps(block))

    assert [installation.value(call["key"]) for call in chunk["calls"]] == [3, 7]


def localised(installation: Installation, page: Path, info: str) -> list[Block]:
    found = blocks(page, info)
    for block in found:
        block.text = installation.localised(block.text)
    return found
