"""What each protection of the API costs: the same calls to APIs that are set up differently."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Final

import redis

from fleeting.entrypoints.stack import free_port

from . import submit
from .child import wait_for_port
from .ground import Ground, fresh_ground
from .http_servers import HttpServer
from .load import Call
from .measure import Figures, server_cpu_seconds
from .platforms import BATCH
from .profile import Profile
from .protections import Protection, protections
from .rows import Measured, Place
from .subjects import quotes
from .subjects.fleeting_api import start_api
from .subjects.issuer import Issuer
from .values import USUAL_CONNECTIONS, USUAL_VALUES

VALUES: Final = f"{USUAL_VALUES} values"
SINGLE: Final = "single"
IN_BATCHES: Final = f"batch of {BATCH}"

_CALLS: Final[Mapping[str, Call]] = {
    # First: the other two leave more and more tasks behind.
    VALUES: Call("GET", f"/functions/{quotes.function(USUAL_VALUES)}/values"),
    SINGLE: submit.SINGLE_TASK,
    IN_BATCHES: submit.BATCH_OF_TASKS,
}

_FOREIGN_KEYS: Final = 1_000

_PIECE_SECONDS: Final = 0.3
"""What is to be told from each other are a few per cent: so short are the pieces of time that
something else on the machine hits all alike."""


def one_round(profile: Profile) -> Iterator[Measured]:
    """Each call to all APIs in turn, again and again; no worker takes anything meanwhile."""
    with (
        fresh_ground() as ground,
        Issuer() as issuer,
        redis.Redis.from_url(ground.url) as client,
        _listening(ground, protections(ground.logs, issuer)) as servers,
    ):
        quotes.store(ground.url, counts=[USUAL_VALUES], foreign_keys=_FOREIGN_KEYS)
        pieces = max(round(profile.load_seconds / _PIECE_SECONDS), 1)
        for case, call in _CALLS.items():
            turns = [_Turns(one, server, call, client) for one, server in servers]
            for _ in range(pieces):
                for each in turns:
                    each.take(profile.load_seconds / pieces)
            for each in turns:
                yield Measured(Place("protection", each.name, case), each.figures())


class _Turns:
    """One API, asked whenever it is its turn, and what that costs it and the Redis behind it."""

    def __init__(
        self, protection: Protection, server: HttpServer, call: Call, client: redis.Redis
    ) -> None:
        self.name: Final = protection.name
        asked = replace(call, token=protection.token)
        self._load = server.begin(asked, connections=USUAL_CONNECTIONS)
        self._client = client
        self._redis_cpu = 0.0

    def take(self, seconds: float) -> None:
        before = server_cpu_seconds(self._client)
        self._load.send(seconds)
        self._redis_cpu += server_cpu_seconds(self._client) - before

    def figures(self) -> Figures:
        of_redis = self._redis_cpu / self._load.count * 1e6
        return {**self._load.figures(), "server_cpu_us_per_call": of_redis}


@contextmanager
def _listening(
    ground: Ground, wanted: list[Protection]
) -> Iterator[list[tuple[Protection, HttpServer]]]:
    with ExitStack() as stack:
        servers = []
        for protection in wanted:
            port = free_port()
            child = stack.enter_context(start_api(ground, port, protection.settings))
            servers.append((protection, HttpServer(child, port)))
        for _, server in servers:
            wait_for_port(server.child, server.port)
        yield servers
