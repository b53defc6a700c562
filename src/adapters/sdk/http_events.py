"""Server-sent events over HTTP, resumed after each interruption."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Final

import httpx2

from ...domain.errors import FleetingError, PortError, ServiceUnavailable
from .http_calls import HttpCalls
from .problem import error_of, error_of_event
from .server_events import EventParser, ServerEvent

_SILENCE: Final = 60.0
"""Seconds without a byte after which a connection counts as dead: the service sends a comment
every 15."""

_PAUSE: Final = 1.0
"""Seconds before a reconnection, unless the service asks for another pause."""

TRIES: Final = 10
"""Connections in a row that are refused or lost at once before a stream is given up."""


class HttpEvents:
    """Follows one stream of a service for as long as somebody asks for more."""

    def __init__(
        self, calls: HttpCalls, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._calls = calls
        self._sleep = sleep

    async def follow(
        self, path: str, after: str | None
    ) -> AsyncGenerator[ServerEvent | None, None]:
        """None whenever the service listens, and its events.

        An event may come again after an interruption. What happens during an interruption can be
        missed while no event has brought a position yet.

        Raises:
            FleetingError: the service refuses, or cannot be reached again and again.
        """
        parser = EventParser(after)
        failures = 0
        while True:
            error: FleetingError
            try:
                async for event in self._connection(path, parser):
                    failures = 0
                    yield event
            except httpx2.HTTPError as exc:
                error = self._calls.unreachable(exc)
            except PortError as exc:
                error = exc
            else:
                error = ServiceUnavailable(f"{path}: the service closes every stream at once")
            failures += 1
            if failures >= TRIES or not error.retryable:
                raise error
            await self._sleep(_PAUSE if parser.retry_seconds is None else parser.retry_seconds)
            parser = parser.again()

    async def _connection(
        self, path: str, parser: EventParser
    ) -> AsyncGenerator[ServerEvent | None, None]:
        """None once the service has accepted, then its events until the connection ends."""
        # Compressed, events would wait in some proxy for a block to fill up.
        headers = {"Accept": "text/event-stream", "Accept-Encoding": "identity"}
        if parser.last_id:
            headers["Last-Event-ID"] = parser.last_id
        timeout = httpx2.Timeout(5, read=_SILENCE)
        async with self._calls.client.stream(
            "GET", path, headers=headers, timeout=timeout
        ) as answer:
            if not answer.is_success:
                await answer.aread()
                raise error_of(answer)
            yield None
            async for chunk in answer.aiter_bytes():
                for event in parser.feed(chunk):
                    if event.name == "problem":
                        raise error_of_event(event)
                    yield event
