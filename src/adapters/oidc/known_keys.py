"""The issuer's keys as this process knows them: when they are fetched, and how long they count."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from ...domain.errors import AuthenticatorUnavailable
from .key_ring import KeyRing

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds, as the settings `auth_keys_…` describe them."""

    refresh: float
    floor: float
    grace: float

    @property
    def life(self) -> float:
        """How long keys count without another answer."""
        return max(self.refresh, self.grace)


class KnownKeys:
    """Fetches keys when they are old or one is missing: one fetch at a time, never too often.

    Old keys are used while they are fetched again, so that no request waits for it.
    """

    def __init__(
        self,
        fetch: Callable[[], Awaitable[KeyRing]],
        pace: Pace,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = fetch
        self._pace = pace
        self._now = now
        self._ring: KeyRing | None = None
        self._answered_at = self._asked_at = float("-inf")
        self._failure: AuthenticatorUnavailable | None = None
        self._task: asyncio.Task[None] | None = None

    def at_hand(self) -> KeyRing | None:
        """The keys that count, the same object until the issuer changes them; None: ask first."""
        age = self._now() - self._answered_at
        if age >= self._pace.life:
            return None
        if age >= self._pace.refresh and self._may_ask():
            self._start()
        return self._ring

    async def get(self) -> KeyRing:
        """The keys that count; waits for them where there are none.

        As a sign of life it says whether requests can be served, which they can be for some time
        after the issuer has gone.

        Raises:
            AuthenticatorUnavailable: There are none, and the issuer does not give any.
        """
        return self.at_hand() or await self._ask()

    async def after(self, ring: KeyRing) -> KeyRing:
        """Keys that may be newer than `ring`, in which a key was missing.

        Gives `ring` itself where the issuer was asked a moment ago and still has no others.

        Raises:
            AuthenticatorUnavailable: The issuer does not answer, so nobody knows.
        """
        if self._ring is not None and self._ring is not ring:
            return self._ring
        if self._task is None and not self._may_ask():
            if self._failure is not None:
                raise self._away()
            return ring
        return await self._ask()

    async def close(self) -> None:
        """End a fetch that is under way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _ask(self) -> KeyRing:
        if self._task is None and not self._may_ask():
            raise self._away()
        # Whoever gives up waiting must not end what others wait for.
        await asyncio.shield(self._start())
        if self._failure is not None or self._ring is None:
            raise self._away()
        return self._ring

    def _may_ask(self) -> bool:
        return self._task is None and self._now() - self._asked_at >= self._pace.floor

    def _start(self) -> asyncio.Task[None]:
        if self._task is None:
            self._asked_at = self._now()
            self._task = asyncio.create_task(self._take())
        return self._task

    async def _take(self) -> None:
        try:
            ring = await self._fetch()
        except AuthenticatorUnavailable as exc:
            self._failure = exc
            _log.warning("the issuer's keys could not be fetched: %s", exc.message)
        else:
            self._failure, self._answered_at = None, self._now()
            if self._ring is None or self._ring.source != ring.source:
                self._ring = ring
                _log.info("the issuer has %d usable keys", len(ring.keys))
        finally:
            self._task = None

    def _away(self) -> AuthenticatorUnavailable:
        error = AuthenticatorUnavailable(
            self._failure.message if self._failure else "the issuer's keys are not known yet"
        )
        error.retry_after = max(0.0, self._pace.floor - (self._now() - self._asked_at))
        return error
