"""One client of one queue in a process of its own: takes orders as JSON lines, answers the same.

`python -m benchmarks.peers.driver MODULE`, where the module has `open_client()`. A process for
each client, so that every queue's client is measured alike, also those whose libraries do not go
together. It ends with its standard input.
"""

from __future__ import annotations

import json
import os
import select
import sys
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Final, Protocol

_LEAST_SAMPLES: Final = 3
_WARM_UP: Final = 5
"""Calls that are not counted: they open connections and fill caches."""

_LOOK_SECONDS: Final = 0.05
"""How often a load looks whether it shall end."""


class Client(Protocol):
    """What a queue's module offers; `submit_batch` only where the library can."""

    def submit(self) -> None:
        """Queue one task."""
        ...

    def submit_batch(self, count: int) -> None:
        """Queue so many tasks by the library's own means for many."""
        ...

    def call(self, way: str) -> None:
        """Queue one task and wait for its value; `way` names how, where there are several."""
        ...


def fill(client: Client, *, count: int, batch: int) -> Mapping[str, float]:
    """Queue `count` tasks, one by one or `batch` at a time."""
    cpu, began = time.process_time(), time.perf_counter()
    if batch:
        for start in range(0, count, batch):
            client.submit_batch(min(batch, count - start))
    else:
        for _ in range(count):
            client.submit()
    return {"seconds": time.perf_counter() - began, "cpu_seconds": time.process_time() - cpu}


def latency(client: Client, *, way: str, samples: int, seconds: float, pause: float) -> list[float]:
    """Seconds that calls take, one after the other; as many as fit into `seconds` at most."""
    until = time.perf_counter() + seconds
    for _ in range(_WARM_UP):
        client.call(way)
        if time.perf_counter() > until:
            break
    until, times = time.perf_counter() + seconds, []
    while len(times) < samples and (len(times) < _LEAST_SAMPLES or time.perf_counter() < until):
        began = time.perf_counter()
        client.call(way)
        times.append(time.perf_counter() - began)
        if pause:
            time.sleep(pause)
    return times


def load(client: Client, *, rate: float) -> float:
    """Queue `rate` tasks a second until the next order comes; the rate that was kept."""
    began, sent = time.perf_counter(), 0
    while not select.select([0], [], [], 0)[0]:
        ahead = sent / rate - (time.perf_counter() - began)
        if ahead <= 0:
            client.submit()
            sent += 1
        else:
            time.sleep(min(ahead, _LOOK_SECONDS))
    return sent / (time.perf_counter() - began)


def stop(_: Client) -> None:
    """Nothing: any order ends a load."""


_ORDERS: Final[Mapping[str, Callable[..., Any]]] = {
    "fill": fill,
    "latency": latency,
    "load": load,
    "stop": stop,
}


def main(module: str) -> None:
    # What libraries print goes to the log, so that answers stand alone.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)
        client = import_module(module).open_client()
        # Unbuffered, so that a load sees whether the next order is there.
        orders = os.fdopen(0, "rb", buffering=0, closefd=False)
        while line := orders.readline():
            order = json.loads(line)
            answer = _ORDERS[order.pop("do")](client, **order)
            print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
    # Without waiting for threads and loops of libraries: what they held ends with the server.
    os._exit(0)
