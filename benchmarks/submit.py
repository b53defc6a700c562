"""Submission over HTTP: one by one and in batches, beside FastAPI with `apply_async`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from .ground import fresh_ground
from .http_servers import both
from .load import Call
from .platforms import BATCH
from .profile import Profile
from .rows import Measured, Place
from .subjects.scripts import ARGUMENTS, SOURCE

_TASK: Final = {"source": SOURCE, "function": "add", "args": ARGUMENTS}
_CALL: Final = dict(zip("ab", ARGUMENTS, strict=True))


def _post(path: str, body: object, tasks: int = 1) -> Call:
    return Call("POST", path, json.dumps(body).encode(), tasks)


SINGLE_TASK: Final = _post("/tasks", _TASK)
BATCH_OF_TASKS: Final = _post("/tasks:batch", {"tasks": [_TASK] * BATCH}, BATCH)
"""What fleeting is sent."""

_SINGLE: Final = SINGLE_TASK, _post("/submit", _CALL)
_BATCH: Final = BATCH_OF_TASKS, _post("/submit-many", [_CALL] * BATCH, BATCH)


def one_round(profile: Profile) -> Iterator[Measured]:
    """Both ways with few and many connections; no worker takes anything meanwhile."""
    with fresh_ground() as ground, both(ground) as servers:
        for connections in profile.connections:
            for kind, calls in (("single", _SINGLE), (f"batch of {BATCH}", _BATCH)):
                case = f"{kind}, {connections} connection{'s' * (connections > 1)}"
                for name, server, call in zip(
                    ("fleeting over http", "fastapi apply_async"), servers, calls, strict=True
                ):
                    figures = server.load(
                        call, connections=connections, seconds=profile.load_seconds
                    )
                    yield Measured(Place("submit", name, case), figures)
