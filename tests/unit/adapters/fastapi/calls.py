"""One good request for each operation of the API, and what stands in the tables of its tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from httpx2 import AsyncClient, Response

from .make import TASK

READS_BY_KEY: Final = ("getResult", "getTask", "streamTask")
BY_KEY: Final = (*READS_BY_KEY, "cancelTask")
BY_FUNCTION: Final = ("getValues", "getResults", "getStats", "streamResults")
SUBMISSIONS: Final = ("submitTask", "submitTasks", "checkTask")


@dataclass(frozen=True)
class Call:
    """A request; `{key}` in its path is the task's."""

    method: str
    path: str
    body: dict[str, Any] | None = None
    status: int = 200
    """What it is answered with where nothing is in its way."""
    variants: tuple[str, ...] = field(default=())
    """More queries, each of which takes another way through the same operation."""


CALLS: Final = {
    "submitTask": Call("POST", "/tasks", TASK, 202),
    "submitTasks": Call("POST", "/tasks:batch", {"tasks": [TASK, TASK]}, 202),
    "checkTask": Call("POST", "/tasks:check", TASK),
    "cancelTask": Call("DELETE", "/tasks/{key}"),
    "getTask": Call("GET", "/tasks/{key}"),
    "streamTask": Call("GET", "/tasks/{key}/stream"),
    "getResult": Call("GET", "/get-result?key={key}", variants=("&wait_seconds=0.01",)),
    "listFunctions": Call("GET", "/functions"),
    "getValues": Call("GET", "/functions/add/values", variants=("?limit=2",)),
    "getResults": Call("GET", "/functions/add/results"),
    "getStats": Call("GET", "/functions/add/stats"),
    "streamResults": Call("GET", "/functions/add/stream"),
    "getHealth": Call("GET", "/healthz"),
    "getReadiness": Call("GET", "/readyz"),
    "getMetrics": Call("GET", "/metrics"),
    "getCapabilities": Call("GET", "/capabilities"),
}


async def send(
    client: AsyncClient, call: Call, key: str, headers: dict[str, str], variant: str = ""
) -> Response:
    """The answer to a call about a task."""
    path = call.path.format(key=key) + variant
    return await client.request(call.method, path, json=call.body, headers=headers)
