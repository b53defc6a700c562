"""Ends what waits, long polls and streams, when the server stops or the client goes."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect
from starlette.types import Receive

_T = TypeVar("_T")


class Closing:
    """Says that the server is about to stop; whoever stops it calls `begin` first.

    Servers wait for open requests before they tell the app that they stop (the lifespan's end),
    so a stream would hold them up until their patience ends.
    """

    def __init__(self) -> None:
        self._has_begun = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake = asyncio.Event()

    @property
    def has_begun(self) -> bool:
        """Whether the server is about to stop."""
        return self._has_begun

    def begin(self) -> None:
        """End all waiting; also from a signal handler or another thread."""
        self._has_begun = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake.set)

    async def wait(self) -> None:
        """Return once the server is about to stop."""
        self._loop = asyncio.get_running_loop()
        # Looked at after the loop is known: a beginning in between is seen here or heard there.
        if not self._has_begun:
            await self._wake.wait()


async def unless_ended(
    work: Coroutine[Any, Any, _T], *, receive: Receive, closing: Closing
) -> _T | None:
    """The result of `work`, or None if the server stops before it is there.

    `work` is cancelled and has ended on return, whatever the reason.

    Raises:
        ClientDisconnect: the client has gone.
    """
    doing = asyncio.create_task(work)
    gone = asyncio.create_task(_disconnected(receive))
    stops = asyncio.create_task(closing.wait())
    try:
        await asyncio.wait((doing, gone, stops), return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            return doing.result()
        if gone.done():
            raise ClientDisconnect
        return None
    finally:
        for task in (doing, gone, stops):
            task.cancel()
        await asyncio.gather(doing, gone, stops, return_exceptions=True)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
