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
        self._begun = asyncio.Event()

    @property
    def has_begun(self) -> bool:
        """Whether the server is about to stop."""
        return self._begun.is_set()

    def begin(self) -> None:
        """End all waiting; from the event loop's own thread."""
        self._begun.set()

    async def wait(self) -> None:
        """Return once the server is about to stop."""
        await self._begun.wait()


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
