"""fleeting as it is installed: `fleeting worker`, the Python client, the API."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Final, Self

import redis

from fleeting.adapters.sdk.client import Client as HttpClient
from fleeting.adapters.sdk.surface import Surface
from fleeting.entrypoints.local import Fleeting as LocalClient
from fleeting.entrypoints.stack import free_port

from ..child import HOST, BenchmarkError, Child, wait_for_port
from ..platform import Call, Ground
from .scripts import ARGUMENTS, SOURCE, VALUE

_COMMAND: Final = "fleeting.entrypoints.cli"

_PATIENCE: Final = 60
"""Seconds for one value: the first one waits for a worker that starts."""


def start_api(ground: Ground, port: int) -> Child:
    """The API with both halves; does not wait for it."""
    return Child(
        [_COMMAND, "api", "--port", str(port)],
        log=ground.logs / "fleeting-api.log",
        environment={"FLEETING_STORE": ground.url},
    )


class FleetingClient:
    """Submits to one server from this process; over HTTP too, where an API is asked for."""

    def __init__(self, name: str, ground: Ground, *, has_api: bool) -> None:
        self._name = name
        self._ground = ground
        self._has_api = has_api
        self._open = ExitStack()
        self._redis = self._open.enter_context(redis.Redis.from_url(ground.url))
        self._local = self._open.enter_context(LocalClient.from_settings(store=ground.url))

    def fill(self, count: int) -> None:
        for _ in range(count):
            self._local.submit(SOURCE, "add", *ARGUMENTS)

    def stored(self) -> int:
        # The live values of the function, as docs/reference/keys.md has it.
        return int(self._redis.zcard("{add}:live"))

    def calls(self) -> Mapping[str, Call]:
        local = {self._name: _call(self._local)}
        return (
            local | {f"{self._name} over http": _call(self._remote())} if self._has_api else local
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def _remote(self) -> Surface:
        port = free_port()
        api = self._open.enter_context(start_api(self._ground, port))
        wait_for_port(api, port)
        return self._open.enter_context(HttpClient(f"http://{HOST}:{port}"))


class Fleeting:
    """`fleeting worker` with its default settings, but for those named here."""

    def __init__(self, name: str, *, pace: int, has_api: bool = False, **settings: str) -> None:
        self.name = name
        self.pace = pace
        self._has_api = has_api
        self._settings = {f"FLEETING_{key.upper()}": value for key, value in settings.items()}

    def workers(self, ground: Ground) -> Child:
        return Child(
            [_COMMAND, "worker", "--concurrency", "2"],
            log=ground.logs / "worker.log",
            environment={"FLEETING_STORE": ground.url, **self._settings},
        )

    def client(self, ground: Ground) -> FleetingClient:
        return FleetingClient(self.name, ground, has_api=self._has_api)


class FleetingInside(Fleeting):
    """The same worker, but runs happen within it: see `fleeting_inside`."""

    def workers(self, ground: Ground) -> Child:
        module = "benchmarks.subjects.fleeting_inside"
        return Child([module, ground.url], log=ground.logs / "worker.log")


def _call(surface: Surface) -> Call:
    def call() -> None:
        if (value := surface.submit(SOURCE, "add", *ARGUMENTS).result(_PATIENCE)) != VALUE:
            raise BenchmarkError(f"fleeting returned {value!r}")

    return call
