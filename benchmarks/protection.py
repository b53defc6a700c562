"""What each protection of the API costs: the same calls to APIs that are set up differently."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Final

from fleeting.entrypoints.stack import free_port

from . import submit
from .child import wait_for_port
from .ground import Ground, fresh_ground
from .http_servers import HttpServer
from .load import Call
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

_TURNS: Final = 5
"""What is to be told from each other are a few per cent: so short are the pieces of time that
something else on the machine hits all alike."""


def one_round(profile: Profile) -> Iterator[Measured]:
    """Each call to all APIs in turn, again and again; no worker takes anything meanwhile."""
    with fresh_ground() as ground, Issuer() as issuer:
        quotes.store(ground.url, counts=[USUAL_VALUES], foreign_keys=_FOREIGN_KEYS)
        with _listening(ground, protections(ground.logs, issuer)) as servers:
            for case, call in _CALLS.items():
                yield from _in_turn(case, call, servers, profile)


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


def _in_turn(
    case: str, call: Call, servers: list[tuple[Protection, HttpServer]], profile: Profile
) -> Iterator[Measured]:
    loads = {
        protection.name: server.begin(
            replace(call, token=protection.token), connections=USUAL_CONNECTIONS
        )
        for protection, server in servers
    }
    for _ in range(_TURNS):
        for load in loads.values():
            load.send(profile.load_seconds / _TURNS)
    for name, load in loads.items():
        yield Measured(Place("protection", name, case), load.figures())
