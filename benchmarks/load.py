"""A closed-loop HTTP load: connections that send one request after the other.

Much lighter than a full HTTP client, because it shares the machine with what it measures.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Final

import httptools
import uvloop

from .child import HOST, BenchmarkError, Child
from .measure import Figures, in_milliseconds

_WARM_UP_SECONDS: Final = 0.2


@dataclass(frozen=True, slots=True)
class Call:
    """One request, again and again."""

    method: str
    path: str
    body: bytes = b""
    tasks: int = 1
    """How many calls of the platform it stands for."""

    def encoded(self) -> bytes:
        """The request on the wire."""
        lines = [
            f"{self.method} {self.path} HTTP/1.1",
            f"Host: {HOST}",
            "Content-Type: application/json",
            f"Content-Length: {len(self.body)}",
        ]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


def load(server: Child, port: int, call: Call, *, connections: int, seconds: float) -> Figures:
    """Rate, latency and the server's cost of `call`.

    Raises:
        BenchmarkError: an answer was not 2xx.
    """
    uvloop.run(_send(port, call, connections, _WARM_UP_SECONDS))
    cpu, began = server.cpu_seconds(), time.perf_counter()
    times = uvloop.run(_send(port, call, connections, seconds))
    took, cpu = time.perf_counter() - began, server.cpu_seconds() - cpu
    count = len(times) * call.tasks
    return {
        "calls_per_second": count / took,
        "cpu_us_per_call": cpu / count * 1e6,
        **in_milliseconds(times),
    }


async def _send(port: int, call: Call, connections: int, seconds: float) -> list[float]:
    until = time.perf_counter() + seconds
    each = await asyncio.gather(*(_keep_sending(port, call, until) for _ in range(connections)))
    return [time for times in each for time in times]


async def _keep_sending(port: int, call: Call, until: float) -> list[float]:
    loop = asyncio.get_running_loop()
    transport, answers = await loop.create_connection(_Answers, HOST, port)
    request = call.encoded()
    times: list[float] = []
    try:
        while not times or time.perf_counter() < until:
            began = time.perf_counter()
            answer = answers.expect()
            transport.write(request)
            await answer
            times.append(time.perf_counter() - began)
    finally:
        transport.close()
    return times


class _Answers(asyncio.Protocol):
    """Reads one answer after the other; httptools calls the `on_…` methods."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._body: list[bytes] = []
        self._answer: asyncio.Future[None] | None = None

    def expect(self) -> asyncio.Future[None]:
        """A future for the end of the next answer."""
        self._answer = asyncio.get_running_loop().create_future()
        self._body.clear()
        return self._answer

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        status = self._parser.get_status_code()
        if 200 <= status < 300:
            self._end(None)
        else:
            self._end(f"was answered with {status}: {b''.join(self._body)[:500]!r}")

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(f"was cut off: {exc}")

    def _end(self, complaint: str | None) -> None:
        if self._answer is None or self._answer.done():
            return
        if complaint is None:
            self._answer.set_result(None)
        else:
            self._answer.set_exception(BenchmarkError(f"a request {complaint}"))
