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
    token: str = ""
    """Sent along, if there is one."""

    def encoded(self) -> bytes:
        """The request on the wire."""
        lines = [
            f"{self.method} {self.path} HTTP/1.1",
            f"Host: {HOST}",
            "Content-Type: application/json",
            f"Content-Length: {len(self.body)}",
            *([f"Authorization: Bearer {self.token}"] if self.token else []),
        ]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


class Load:
    """A call that is sent to one server over some connections, as often as one likes."""

    def __init__(self, server: Child, port: int, call: Call, *, connections: int) -> None:
        self._server = server
        self._port = port
        self._call = call
        self._connections = connections
        self._times: list[float] = []
        self._took = self._cpu = 0.0

    def warm_up(self) -> None:
        """Send it for a moment that does not count.

        Raises:
            BenchmarkError: an answer was not 2xx.
        """
        self._send(_WARM_UP_SECONDS)

    def send(self, seconds: float) -> None:
        """Send it for so long; what is found adds up.

        Raises:
            BenchmarkError: an answer was not 2xx.
        """
        cpu, began = self._server.cpu_seconds(), time.perf_counter()
        self._times += self._send(seconds)
        self._took += time.perf_counter() - began
        self._cpu += self._server.cpu_seconds() - cpu

    @property
    def count(self) -> int:
        """How many calls of the platform were sent."""
        return len(self._times) * self._call.tasks

    def figures(self) -> Figures:
        """Rate, latency and the server's cost."""
        count = self.count
        return {
            "calls_per_second": count / self._took,
            "cpu_us_per_call": self._cpu / count * 1e6,
            **in_milliseconds(self._times),
        }

    def _send(self, seconds: float) -> list[float]:
        return uvloop.run(_send(self._port, self._call, self._connections, seconds))


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
