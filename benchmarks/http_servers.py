"""fleeting's API and the plain one, side by side on one server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from fleeting.entrypoints.stack import free_port

from .child import Child, wait_for_port
from .ground import Ground
from .load import Call, Load
from .measure import Figures
from .subjects import fleeting_api, plain_api


@dataclass(frozen=True, slots=True)
class HttpServer:
    """One of them, listening."""

    child: Child
    port: int

    def load(self, call: Call, *, connections: int, seconds: float) -> Figures:
        """Rate, latency and the server's cost of a call.

        Raises:
            BenchmarkError: an answer was not 2xx.
        """
        load = self.begin(call, connections=connections)
        load.send(seconds)
        return load.figures()

    def begin(self, call: Call, *, connections: int) -> Load:
        """Begin to send a call; the server is warm then.

        Raises:
            BenchmarkError: an answer was not 2xx.
        """
        load = Load(self.child, self.port, call, connections=connections)
        load.warm_up()
        return load


@contextmanager
def both(ground: Ground) -> Iterator[tuple[HttpServer, HttpServer]]:
    """Fleeting's and the plain one."""
    with ExitStack() as stack:

        def start(make: Callable[[Ground, int], Child]) -> HttpServer:
            port = free_port()
            return HttpServer(stack.enter_context(make(ground, port)), port)

        servers = start(fleeting_api.start_api), start(plain_api.start)
        for server in servers:
            wait_for_port(server.child, server.port)
        yield servers
