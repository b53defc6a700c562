"""A service in this process for the commands that ask one, and a way to give commands."""

from __future__ import annotations

import json
import random
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from typer.testing import CliRunner

from fleeting.adapters.sdk.client import Client
from fleeting.entrypoints.api import make_app
from fleeting.entrypoints.cli.app import app
from fleeting.entrypoints.container import Container
from fleeting.entrypoints.embedded import embedded_worker
from fleeting.entrypoints.settings import Settings

SCRIPT = """\
import fleeting

def add(a, b=0):
    return a + b

def fail(text):
    print("about to fail")
    raise ValueError(text)

def steps(count):
    for step in range(count):
        fleeting.progress(step + 1, count)
        print("step", step)
    return {"count": count}
"""


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    exit_code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def problem(self) -> Any:
        return json.loads(self.err.splitlines()[-1])


@pytest.fixture
def script(tmp_path: Path) -> str:
    path = tmp_path / "script.py"
    path.write_text(SCRIPT)
    return str(path)


@pytest.fixture
def fleeting(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """Runs a command in this process; what is set on this machine does not count."""
    for name in ("FLEETING_URL", "FLEETING_TOKEN", "FLEETING_NAMESPACE"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str, stdin: str | None = None, **environment: str) -> Done:
        result = CliRunner().invoke(app, list(arguments), input=stdin, env=environment)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Done(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Where an API with everything in memory listens."""
    container = Container(settings=Settings(store="memory://", isolation="none"))
    server = uvicorn.Server(
        uvicorn.Config(make_app(container, container.settings()), log_config=None)
    )
    with _listener() as listener, embedded_worker(container):
        serving = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        serving.start()
        url = "http://{}:{}".format(*listener.getsockname())
        with Client(url) as client:
            client.ping()
        yield url
        server.should_exit = True
        serving.join()


@pytest.fixture
def ask(fleeting: Callable[..., Done], address: str, request: Any) -> Callable[..., Done]:
    """Runs a command against the service, each test in a namespace of its own."""
    namespace = f"test-{random.randrange(10**9)}"

    def run(*arguments: str, stdin: str | None = None) -> Done:
        return fleeting(*arguments, stdin=stdin, FLEETING_URL=address, FLEETING_NAMESPACE=namespace)

    return run


def _listener() -> socket.socket:
    # Listening from here on, so that the first client finds a queue where no server serves yet.
    while True:
        listener = socket.socket()
        try:
            listener.bind(("127.0.0.1", random.randrange(20_000, 32_000)))
            listener.listen()
        except OSError:
            listener.close()
        else:
            return listener
