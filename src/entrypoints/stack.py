"""Everything on one machine: an embedded server, a worker and the API, as child processes."""

from __future__ import annotations

import os
import random
import socket
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from ..adapters.redis.embedded import EmbeddedValkey
from ..adapters.redis.leashed_process import LeashedProcess
from ..adapters.sdk.client import Client
from ..domain.errors import PortError, ResultNotReady, ServiceUnavailable
from .key_file import in_folder
from .settings import PREFIX, load

_PATIENCE: Final = 30.0
"""Seconds that a part may take to answer; a cold start on a busy machine takes a few."""

_GRACE: Final = timedelta(seconds=10)
"""Seconds between the polite and the firm way to end a child, as platforms give them."""

_PORTS: Final = range(30_000, 32_768)
"""Below Linux' ephemeral ports: one of those may be a connection's before we listen on it."""

PROBE: Final = "def ready():\n    return True\n"


def free_port() -> int:
    """A port of loopback that nobody listens on at the moment."""
    for port in random.sample(_PORTS, len(_PORTS)):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError(f"none of the ports {_PORTS.start} to {_PORTS.stop - 1} is free on 127.0.0.1")


class Stack:
    """Starts the parts in order, waits until a task has gone through, stops them in reverse."""

    def __init__(self, *, port: int, data: Path | None = None, logs: Path) -> None:
        self._port = port
        self._server = EmbeddedValkey(data_dir=data)
        self._logs = logs
        self._signing = _signing_settings(data or logs)
        self._children: dict[str, LeashedProcess] = {}
        self._open = ExitStack()

    @property
    def api_url(self) -> str:
        """Where the API listens."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def store_url(self) -> str:
        """Where the embedded server listens."""
        return self._server.url

    def start(self, on_step: Callable[[str], None]) -> None:
        """Start all parts; `on_step` hears what is being waited for.

        Raises:
            ServiceUnavailable: a part did not start; the message has the end of its log.
        """
        on_step("starting the embedded server")
        self._open.enter_context(self._server)
        self._spawn("worker", "worker")
        self._spawn("api", "api", "--port", str(self._port))
        on_step("waiting for the API")
        with Client(self.api_url) as client:
            self._until(client.ping)
            on_step("waiting for the worker")
            handle = client.submit(PROBE, "ready", ttl_seconds=1)
            self._until(lambda: handle.result(timeout=1))

    def wait(self) -> None:
        """Block until one of the parts ends.

        Raises:
            ServiceUnavailable: a part has ended.
        """
        while True:
            self._check()
            time.sleep(0.5)

    def stop(self) -> None:
        """Stop all parts, the last started first; asks, and insists after a while."""
        self._open.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _spawn(self, name: str, *arguments: str) -> None:
        own = {"STORE": self._server.url, "QUEUE": self._server.url} | self._signing
        with self._log(name).open("wb") as log:
            child = LeashedProcess(
                [sys.executable, "-m", "fleeting.entrypoints.cli", *arguments],
                directory=Path.cwd(),
                log=log,
                environment=os.environ | {f"{PREFIX}{key}": value for key, value in own.items()},
            )
        self._children[name] = child
        self._open.callback(child.stop, _GRACE)

    def _log(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def _until(self, answered: Callable[[], object]) -> None:
        until = time.monotonic() + _PATIENCE
        while True:
            self._check()
            try:
                answered()
            except (PortError, ResultNotReady):
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)
            else:
                return

    def _check(self) -> None:
        for name, child in self._children.items():
            if not child.running:
                tail = self._log(name).read_text(errors="replace").splitlines()[-15:]
                raise ServiceUnavailable(f"the {name} has ended:\n" + "\n".join(tail))


def _signing_settings(folder: Path) -> dict[str, str]:
    """A key for these parts alone, beside their data, unless the operator has settled that."""
    settings = load()
    is_settled = settings.accept_unsigned or settings.signing_key_file or settings.signing_transit
    if is_settled or settings.signing_key.get_secret_value():
        return {}
    folder.mkdir(parents=True, exist_ok=True)
    return {"SIGNING_KEY_FILE": str(in_folder(folder).absolute())}
