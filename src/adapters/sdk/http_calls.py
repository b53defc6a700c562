"""One HTTP call, tried again where that is safe and may help."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

import httpx2

from ...domain.errors import (
    FleetingError,
    PortError,
    QueueFull,
    QuotaExceeded,
    RateLimited,
    ServiceFault,
    ServiceUnavailable,
)
from .problem import error_of, retry_after

_PAUSES: Final = (0.1, 0.3, 1.0, 2.0)
"""Seconds between tries, the last one repeated: a restart of a service is ridden out, a service
that is not there is noticed soon."""

TRIES: Final = 4
"""Tries in all: with the pauses above, one that cannot be reached is given up after 1.4 s. Who
waits for something anyway goes on trying until that wait is over, and who finds the queue full or
asks too often until the call's own time is."""

_PASSING: Final = (QueueFull, QuotaExceeded, RateLimited)
"""No faults that more tries would only hide: a queue gets shorter, a window moves on."""

_CONNECT: Final = 5.0
"""Most seconds for a connection: what no network needs, and no person wants to wait for."""

Params = Mapping[str, Any]
"""What httpx2 takes for a query: text, numbers, lists of them."""


@dataclass(frozen=True, slots=True)
class _Failure:
    error: FleetingError
    pause: float | None = None
    """Seconds that the service asked for."""


class HttpCalls:
    """Sends calls to one service.

    Every call of the API is safe to repeat: reading changes nothing, cancelling twice is
    cancelling once, and submissions carry an idempotency key. So a lost answer is asked for again.
    """

    def __init__(
        self,
        client: httpx2.AsyncClient,
        *,
        timeout: float,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Send through `client`; each call gets `timeout` seconds, its repetitions included."""
        self._client = client
        self._timeout = timeout
        self._sleep = sleep
        self._now = now

    @property
    def client(self) -> httpx2.AsyncClient:
        """What is sent through."""
        return self._client

    async def json(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        body: object = None,
        wait: float = 0,
    ) -> object:
        """The JSON that the service answers with.

        Args:
            method: of HTTP.
            path: below the service's base address.
            params: of the query.
            body: sent as JSON; None: nothing.
            wait: seconds that the service may take longer than other calls.

        Raises:
            FleetingError: what the service answered instead.
            ServiceUnavailable: it cannot be reached, or asks to come back later than there is time.
            ServiceFault: the answer is none of its API.
        """
        response = await self._insist(method, path, params, body, wait)
        try:
            return json.loads(response.content)
        except (ValueError, RecursionError):
            raise ServiceFault(
                f"{response.request.url} answered something that is no JSON"
            ) from None

    def unreachable(self, error: httpx2.HTTPError) -> FleetingError:
        """What a failed exchange means for the caller."""
        where, why = shown(self._client.base_url), str(error) or type(error).__name__
        if isinstance(error, httpx2.TimeoutException):
            return ServiceUnavailable(f"{where} did not answer in time ({type(error).__name__})")
        if isinstance(error, httpx2.TransportError) and not isinstance(
            error, httpx2.UnsupportedProtocol
        ):
            if "CERTIFICATE_VERIFY_FAILED" in why:
                return ServiceUnavailable(
                    f"the certificate of {where} is not trusted: name the file of its authority "
                    "in SSL_CERT_FILE"
                )
            return ServiceUnavailable(
                f"{where} cannot be reached: {why.removesuffix('.')}. Is the API running, and is "
                "this its address?"
            )
        return ServiceFault(f"{where} cannot be talked to: {why}")

    async def _insist(
        self, method: str, path: str, params: Params | None, body: object, wait: float
    ) -> httpx2.Response:
        patience = self._now() + wait
        until = patience + self._timeout
        for number in count():
            left = max(until - self._now(), 0.001)
            answer = await self._try(method, path, params, body, left)
            if isinstance(answer, httpx2.Response):
                return answer
            pause = self._pause(number, answer)
            is_full = isinstance(answer.error, _PASSING)
            is_enough = number + 1 >= TRIES and self._now() + pause > patience and not is_full
            if not _may_help(answer.error) or is_enough or self._now() + pause >= until:
                raise answer.error
            await self._sleep(pause)
        raise AssertionError("counting does not end")

    async def _try(
        self, method: str, path: str, params: Params | None, body: object, seconds: float
    ) -> httpx2.Response | _Failure:
        content = None if body is None else json.dumps(body, allow_nan=False).encode()
        try:
            response = await self._client.request(
                method,
                f"./{path}",  # or `tasks:batch` would be of a scheme called tasks
                params=params,
                content=content,
                headers={} if content is None else {"Content-Type": "application/json"},
                timeout=httpx2.Timeout(seconds, connect=min(seconds, _CONNECT)),
            )
        except httpx2.HTTPError as exc:
            return _Failure(self.unreachable(exc))
        if response.is_success:
            return response
        return _Failure(error_of(response), retry_after(response))

    def _pause(self, number: int, failure: _Failure) -> float:
        # Half of it by chance, so that many clients do not come back in step.
        own = _PAUSES[min(number, len(_PAUSES) - 1)] * random.uniform(0.5, 1)  # noqa: S311
        return max(own, failure.pause or 0)


def shown(url: httpx2.URL) -> str:
    """The address without the account in it."""
    return str(url.copy_with(username=None, password=None))


def _may_help(error: FleetingError) -> bool:
    return error.retryable and isinstance(error, (PortError, *_PASSING))
