"""What a caller works with: one set of methods, wherever the platform runs."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Self

from ...domain.worker_facts import WorkerFacts
from .async_surface import AsyncSurface
from .background_loop import BackgroundLoop
from .calls import Calls
from .gateway import Gateway
from .reading import Reading
from .submitting import Submitting


def nothing() -> None:
    """Close nothing more than the gateway."""


class Surface(Submitting, Reading):
    """Functions in, fleeting results out: submit calls, and read what became of them.

    The first arguments of `submit`, `map` and `check` say what to call: module text and the name
    of a function in it, or a function object whose own text is enough. **Every further positional
    argument is the function's, every keyword is an option of the platform**, and the function's
    keyword parameters stand in `kwargs={...}`:

        handle = fleeting.submit(SOURCE, "add", 1, 2, ttl_seconds=60)
        handle = fleeting.submit(add, 1, kwargs={"b": 2}, ttl_seconds=60)

    So a call reads like a call, options are typed and complete in an editor, and neither a
    misspelt option nor a parameter that is called like one can ever be taken for the other.

    Methods block. Inside a running event loop use `await handle`, `async for`, or the same
    methods of `.aio`. Every object is safe to use from several threads.
    """

    def __init__(
        self,
        gateway: Gateway,
        *,
        loop: BackgroundLoop | None = None,
        close: Callable[[], None] = nothing,
    ) -> None:
        """Build on `gateway`.

        Args:
            gateway: used on `loop` alone, and closed with this surface.
            loop: where everything runs; None: one of its own.
            close: called after the gateway and the loop are closed.
        """
        calls = Calls(gateway, loop=loop or BackgroundLoop())
        super().__init__(calls)
        self._aio = AsyncSurface(calls)
        self._close = close
        self._is_closed = False

    @property
    def aio(self) -> AsyncSurface:
        """The same methods, to be awaited in any asyncio loop."""
        return self._aio

    def workers(self) -> list[WorkerFacts]:
        """The workers there are: what each has proven to hold back, its versions and libraries.

        Raises:
            PortError: that cannot be known, the service does not answer.
        """
        return self._loop.run(self._calls.gateway.workers())

    def ping(self) -> None:
        """Return if the platform can serve.

        Raises:
            PortError: it cannot, or does not answer.
        """
        self._loop.run(self._calls.gateway.ping())

    def close(self) -> None:
        """Release connections and threads; what is submitted stays submitted."""
        if self._is_closed:
            return
        self._is_closed = True
        try:
            self._loop.run(self._calls.gateway.close())
        finally:
            self._loop.close()
            self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
