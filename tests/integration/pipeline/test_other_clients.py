"""Who has a key submits without the package fleeting; who has none, or the wrong one, does not."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
import redis

from fleeting.adapters.celery.app import make_app
from fleeting.adapters.celery.outgoing import Way, outgoing
from fleeting.adapters.signatures.ed25519 import Ed25519Signer
from fleeting.domain.errors import ResultGone
from fleeting.domain.limits import Limits
from fleeting.domain.result import Status
from fleeting.domain.result_key import ResultKey
from fleeting.domain.source import digest
from fleeting.domain.task import TaskRequest, accept
from fleeting.entrypoints.key_file import create
from fleeting.entrypoints.local import Fleeting
from fleeting.entrypoints.settings import Settings

from ...pages import ROOT
from ..servers.node_packages import NODE
from ..servers.valkey import Valkey
from ..servers.wait import wait_until
from .deployment import Deployment

CLIENTS = ROOT / "examples" / "other_clients"
SCRIPT = ROOT / "examples" / "01_add.py"
STREAM = "{fleeting}:fleeting:stream:0"
SOURCE = "def add(a, b):\n    return a + b\n"
PATIENCE = timedelta(seconds=60)


@pytest.fixture(scope="module", params=["threads", "prefork"])
def store(
    request: pytest.FixtureRequest, valkey_server: Valkey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The server of an installation with a worker of either kind."""
    valkey_server.heal()
    # The level at which scripts can write files.
    environment = {"FLEETING_STORE": valkey_server.url, "FLEETING_ISOLATION": "process"}
    with Deployment(environment, logs=tmp_path_factory.mktemp("logs")) as deployment:
        deployment.worker(request.param)
        yield valkey_server.url


@pytest.fixture
def platform(store: str) -> Iterator[Fleeting]:
    with Fleeting.from_settings(store=store) as platform:
        yield platform


@pytest.fixture
def key_file(signing_key: str, tmp_path: Path) -> Path:
    file = tmp_path / "key.pem"
    file.write_text(signing_key)
    return file


def submitted(client: str, store: str, key_file: Path) -> str:
    """The key that the client printed."""
    program = [NODE] if client.endswith(".mjs") else [sys.executable]
    done = subprocess.run(
        [*program, CLIENTS / client, SCRIPT, "add", "[1, 2]"],
        env={
            "PATH": os.environ["PATH"],
            "FLEETING_QUEUE": store,
            "FLEETING_SIGNING_KEY_FILE": str(key_file),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("client", ["fleeting_submit.py", "fleeting-submit.mjs"])
def test_client_that_lacks_something_says_how_it_is_used(client: str) -> None:
    program = [NODE] if client.endswith(".mjs") else [sys.executable]
    done = subprocess.run(
        [*program, CLIENTS / client, SCRIPT, "add"],
        env={"PATH": os.environ["PATH"], "FLEETING_QUEUE": "redis://127.0.0.1:1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert "SCRIPT FUNCTION [ARGS]" in done.stderr
    assert "at " not in done.stderr.splitlines()[-1]


def outcome(platform: Fleeting, key: str) -> tuple[Status, object]:
    """How the task ended, once a worker has had its message."""

    def is_known() -> bool:
        try:
            return platform.task(key).status.is_final
        except ResultGone:
            return False

    wait_until(is_known, within=PATIENCE)
    facts = platform.handle(key).facts(PATIENCE.total_seconds())
    return facts.status, facts.error.code if facts.error else facts.value


@pytest.mark.parametrize("client", ["fleeting_submit.py", "fleeting-submit.mjs"])
def test_who_has_the_key_submits(
    client: str, store: str, platform: Fleeting, key_file: Path
) -> None:
    assert outcome(platform, submitted(client, store, key_file)) == (Status.SUCCEEDED, 3)


@pytest.mark.parametrize("client", ["fleeting_submit.py", "fleeting-submit.mjs"])
def test_who_has_another_key_does_not(
    client: str, store: str, platform: Fleeting, tmp_path: Path
) -> None:
    other = tmp_path / "other.pem"
    create(other)

    assert outcome(platform, submitted(client, store, other)) == (
        Status.FAILED,
        "task_not_trusted",
    )


WAYS: Mapping[str, Mapping[str, object]] = {
    "plain": {},
    "countdown": {"countdown": 1.5},
    "time limit": {"time_limit": 30},
    "expiry": {"expires": 60},
}


@pytest.mark.parametrize("way", WAYS)
def test_who_has_none_does_not(way: str, store: str, platform: Fleeting) -> None:
    """Also where Celery itself sees to the message."""
    key = f"add_{time.time_ns() // 1_000_000}_{secrets.token_hex(8)}"
    app = make_app(store, prefix=Settings().queue_prefix, queue=Settings().queue_name)
    call = {"key": key, "source": SOURCE, "function": "add", "args": [1, 2]}
    with app:
        app.send_task("fleeting.run", kwargs=call, task_id=key, **WAYS[way])

    assert outcome(platform, key) == (Status.FAILED, "task_not_trusted")


FAIL_ONCE = """\
import pathlib


def work(folder, number):
    mark = pathlib.Path(folder) / str(number)
    if number % 3 == 0 and not mark.exists():
        mark.touch()
        raise ValueError("not yet")
    return number
"""


def test_celerys_canvas_is_built_of_signed_calls(store: str, platform: Fleeting) -> None:
    done = subprocess.run(
        [sys.executable, CLIENTS / "celery_canvas.py"],
        env={**os.environ, "FLEETING_STORE": store},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert [outcome(platform, key) for key in done.stdout.split()] == [
        (Status.SUCCEEDED, number + 1) for number in range(5)
    ]


def test_calls_that_are_repeated_or_taken_apart_stay_signed(
    platform: Fleeting, tmp_path: Path
) -> None:
    """Each travels on with the seal that it came with."""
    folders = [str(tmp_path)] * 12
    handles = platform.map(
        FAIL_ONCE, "work", folders, range(12), retry_on=["raised"], max_attempts=2
    )

    assert [handle.result(PATIENCE.total_seconds()) for handle in handles] == list(range(12))
    assert len(list(tmp_path.iterdir())) == 4


def test_a_message_that_is_sent_again_after_its_result_has_expired_runs_nothing(
    store: str, platform: Fleeting, signing_key: str
) -> None:
    key = platform.submit(SOURCE, "add", 1, 2, ttl_seconds=1).key
    task = accept(
        TaskRequest.read({"source": SOURCE, "function": "add", "args": [1, 2], "ttl_seconds": 1}),
        key=ResultKey.parse(key),
        namespace="",
        source_digest=digest(SOURCE),
        limits=Limits(),
    )
    signer = Ed25519Signer.from_pem(signing_key, name="key")
    with redis.Redis.from_url(store) as server:
        wait_until(lambda: not server.exists(f"{{{key}}}:run", key), within=PATIENCE)

        way = Way(queue="fleeting", inline_source_bytes=1024, sign=signer.sign)
        server.xadd(STREAM, {"message": outgoing(task, way).raw})

    assert outcome(platform, key) == (Status.LOST, "task_lost")
