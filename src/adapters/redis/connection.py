"""Carries plans out on a Redis: with a few quick tries, and errors in fleeting's own words."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from threading import Lock
from typing import Any, Final, TypeVar

from .clients import AsyncClient, Client, aclose, async_client_for, client_for, close
from .commands import Command, Plan, Reply
from .exchange import checked, completed
from .faults import VENDOR_ERRORS, is_passing, is_refusal, translated
from .pipelines import refresh, send, send_async
from .shared_trips import SharedTrips
from .url import RedisUrl

T = TypeVar("T")

PAUSES: Final = (0.0, 0.05, 0.2, 0.5)
"""Seconds before each further try: a broken connection is made anew at once, a restart gets most
of a second. Whoever can wait longer, as a worker can, has a loop of its own."""

_NOTHING_YET: Final[Any] = None
"""What starts a generator."""


class RedisConnection:
    """One Redis, with a blocking and an asynchronous client, each made when it is first needed.

    Every command of a plan may be sent again when its reply was lost: scripts and lists are made
    so that it takes effect once, and an announcement may be made twice.
    """

    def __init__(
        self,
        make_client: Callable[[], Client],
        make_async_client: Callable[[], AsyncClient],
        *,
        where: str,
        hint: str = "",
        is_cluster: bool = False,
        has_changing_credentials: bool = False,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        self.where = where
        self.hint = hint
        self.is_cluster = is_cluster
        self._has_changing_credentials = has_changing_credentials
        self._make_client = make_client
        self._make_async_client = make_async_client
        self._pauses = pauses
        self._lock = Lock()
        self._client: Client | None = None
        self._async_client: AsyncClient | None = None
        self._together: SharedTrips

    @classmethod
    def to(cls, url: RedisUrl) -> RedisConnection:
        """The connection to what `url` names; nothing happens before the first command."""
        return cls(
            lambda: client_for(url),
            lambda: async_client_for(url),
            where=str(url),
            hint=url.hint,
            is_cluster=url.kind == "cluster",
            has_changing_credentials=url.credentials is not None,
        )

    def run(self, plan: Plan[T]) -> T:
        """Carry out a plan, blocking.

        Raises:
            StoreUnavailable: Redis cannot be reached or does not answer in time.
            StoreDenied: it refuses the credentials or a command.
            StoreCorrupt: a key holds something that fleeting did not write.
        """
        steps, replies = completed(plan, self.where), _NOTHING_YET
        try:
            while True:
                replies = self._attempt(steps.send(replies))
        except StopIteration as end:
            result: T = end.value
            return result

    async def run_async(self, plan: Plan[T], *, shared: bool = False) -> T:
        """Carry out a plan in the running event loop; raises as `run`.

        Args:
            plan: what is to be said.
            shared: in round trips with what others have to say, which is cheaper under load; not
                for what may take the server long.
        """
        steps, replies = completed(plan, self.where), _NOTHING_YET
        cancellations = _cancellations()
        try:
            while True:
                replies = await self._attempt_async(steps.send(replies), shared=shared)
                if _cancellations() > cancellations:
                    # On Python 3.11 `asyncio.wait_for`, by which redis-py sends, forgets a
                    # cancellation that meets the end of its work (fixed in 3.12: gh-86296).
                    raise asyncio.CancelledError
        except StopIteration as end:
            result: T = end.value
            return result

    def client(self) -> Client:
        """The blocking client, for what is not a plan: a subscription."""
        with self._lock:
            if self._client is None:
                self._client = self._make_client()
            return self._client

    def close(self) -> None:
        """Close the blocking client; the next use makes another."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            close(client)

    async def aclose(self) -> None:
        """Close the asynchronous client; the next use, in any event loop, makes another."""
        client, self._async_client = self._async_client, None
        if client is not None:
            await aclose(client)

    def _attempt(self, commands: Sequence[Command]) -> list[Reply]:
        pauses = iter(self._pauses)
        while True:
            try:
                return checked(send(self.client(), commands))
            except VENDOR_ERRORS as error:
                pause = self._pause_after(error, pauses)
            time.sleep(pause)

    async def _attempt_async(self, commands: Sequence[Command], *, shared: bool) -> list[Reply]:
        pauses, is_first = iter(self._pauses), True
        while True:
            try:
                client = self._async()
                if not is_first:
                    await refresh(client)
                if shared and is_first:
                    return checked(await self._together(commands))
                return checked(await send_async(client, commands))
            except VENDOR_ERRORS as error:
                pause, is_first = self._pause_after(error, pauses), False
            await asyncio.sleep(pause)

    def _async(self) -> AsyncClient:
        if self._async_client is None:
            client = self._async_client = self._make_async_client()
            self._together = SharedTrips(partial(send_async, client))
        return self._async_client

    def _pause_after(self, error: Exception, pauses: Iterator[float]) -> float:
        # A password is changed in two places, one after the other.
        may_pass = is_passing(error) or (self._has_changing_credentials and is_refusal(error))
        pause = next(pauses, None) if may_pass else None
        if pause is None:
            raise translated(error, self.where, self.hint) from error
        return pause


def _cancellations() -> int:
    """How often the running task was asked to end."""
    task = asyncio.current_task()
    return 0 if task is None else task.cancelling()
