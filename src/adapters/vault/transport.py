"""One exchange with the server: a path, a token, an answer; with timeouts and bounded retries."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping
from threading import Lock
from typing import Any, Final

from hvac.adapters import RawAdapter

from .answer import Answer
from .faults import VENDOR_ERRORS, is_passing
from .forks import in_children
from .url import VaultUrl

_PAUSES: Final = (0.1, 0.4)
"""Seconds before each retry, on average: a restart of a standby or a dropped connection is over by
then, and what takes longer is for the caller to wait for."""


class Transport:
    """Carries calls to one server; safe to use from several threads, and after a fork."""

    _lock: Lock
    _adapter: RawAdapter | None

    def __init__(self, url: VaultUrl) -> None:
        self._url = url
        self._forget()
        in_children(self._forget)

    def __str__(self) -> str:
        return str(self._url)

    def send(
        self,
        method: str,
        path: str,
        *,
        token: str = "",
        body: Mapping[str, Any] | None = None,
        wrap_ttl: str = "",
        is_repeatable: bool = True,
    ) -> Answer:
        """Make one call.

        Args:
            method: GET, LIST, PUT, POST or DELETE.
            path: below `/v1/`; it is sent as it is, so names in it must have been checked.
            token: who asks; empty: nobody in particular.
            body: sent as JSON.
            wrap_ttl: have the answer kept for so long, as in `60s`, to be fetched once.
            is_repeatable: whether the call may be made again where its answer may be lost.

        Raises:
            VENDOR_ERRORS: as they are.
        """
        for pause in _pauses(is_repeatable=is_repeatable):
            try:
                return self._once(method, path, token, body, wrap_ttl)
            except VENDOR_ERRORS as exc:
                if not is_passing(exc):
                    raise
            time.sleep(pause)
        return self._once(method, path, token, body, wrap_ttl)

    def close(self) -> None:
        """Close the connections; another call opens new ones."""
        with self._lock:
            adapter, self._adapter = self._adapter, None
        if adapter is not None:
            adapter.close()

    def _forget(self) -> None:
        """Begin without connections: a child process must not speak on its parent's."""
        self._lock = Lock()
        self._adapter = None

    def _once(
        self, method: str, path: str, token: str, body: Mapping[str, Any] | None, wrap_ttl: str
    ) -> Answer:
        response = self._connected().request(
            method,
            f"/v1/{path}",
            headers={"X-Vault-Token": token} if token else {},
            json=body,
            wrap_ttl=wrap_ttl,
        )
        return Answer.of(response.json() if response.content else {})

    def _connected(self) -> RawAdapter:
        with self._lock:
            if self._adapter is None:
                self._adapter = _adapter(self._url)
            return self._adapter


def _adapter(url: VaultUrl) -> RawAdapter:
    options = url.options
    return RawAdapter(
        base_uri=url.address,
        verify=str(options.ca) if options.ca else True,
        timeout=(options.connect_timeout, options.timeout),
        namespace=options.namespace.strip("/") or None,
    )


def _pauses(*, is_repeatable: bool) -> Iterator[float]:
    # Spread, so that workers that lost the server together do not come back together.
    return (pause * random.uniform(0.5, 1.5) for pause in _PAUSES if is_repeatable)  # noqa: S311
