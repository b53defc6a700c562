"""Calls to Vault as whoever this process is: the seam for all that is built on its engines.

A call takes a path below `/v1/` and gives an `Answer`; tokens, retries and the words of errors are
seen to here. What path an engine wants for what is the business of who calls.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...domain.errors import PortError
from .answer import Answer
from .faults import VENDOR_ERRORS, is_refusal, translated
from .session import VaultSession
from .transport import Transport


class VaultClient:
    """Calls one server; safe to use from several threads.

    Raises (every call):
        SecretNotFound: there is nothing at the path.
        SecretForbidden: a policy, or the server, refuses the call, or the login is refused.
        SecretsUnavailable: the server is away, sealed or overloaded, or fails.
    """

    def __init__(self, transport: Transport, session: VaultSession) -> None:
        self._transport, self._session = transport, session

    def __str__(self) -> str:
        return str(self._transport)

    def read(self, path: str) -> Answer:
        """What is at a path."""
        return self.call("GET", path, f"to read {path}")

    def list(self, path: str) -> tuple[str, ...]:
        """The names below a path; those of folders end with a slash."""
        return tuple(self.call("LIST", path, f"to list {path}").data.get("keys", ()))

    def write(self, path: str, data: Mapping[str, Any], *, wrap_ttl: str = "") -> Answer:
        """Put `data` to a path: store it, or have something done with it.

        Args:
            path: where.
            data: sent as JSON; no error repeats it.
            wrap_ttl: have the answer wrapped for so long, as in `60s`.
        """
        return self.call("POST", path, f"to write {path}", data, wrap_ttl=wrap_ttl)

    def delete(self, path: str) -> None:
        """Delete what is at a path."""
        self.call("DELETE", path, f"to delete {path}")

    def call(
        self,
        method: str,
        path: str,
        what: str,
        data: Mapping[str, Any] | None = None,
        *,
        wrap_ttl: str = "",
    ) -> Answer:
        """Make any call; with another token, once, where the one at hand is none any more."""
        try:
            return self.raw(method, path, data, wrap_ttl=wrap_ttl)
        except VENDOR_ERRORS as exc:
            raise self.translated(exc, what, data) from exc

    def raw(
        self,
        method: str,
        path: str,
        data: Mapping[str, Any] | None = None,
        *,
        wrap_ttl: str = "",
    ) -> Answer:
        """The same with the errors of hvac, for who can tell more from them."""
        token = self._session.token()
        try:
            return self._send(method, path, data, token.text, wrap_ttl)
        except VENDOR_ERRORS as exc:
            other = self._session.replaced(token) if is_refusal(exc) else None
            if other is None:
                raise
        return self._send(method, path, data, other.text, wrap_ttl)

    def translated(
        self, error: Exception, what: str, data: Mapping[str, Any] | None = None
    ) -> PortError:
        """The error of the port for one of `raw`."""
        return translated(error, str(self), what, _texts(data or {}))

    def ask(self, method: str, path: str) -> Answer:
        """Make a call as nobody in particular, which some paths answer."""
        try:
            return self._transport.send(method, path)
        except VENDOR_ERRORS as exc:
            raise self.translated(exc, f"to read {path}") from exc

    def log_in(self) -> None:
        """See that there is a token."""
        self._session.token()

    def close(self) -> None:
        """Let go of the token and of the connections."""
        self._session.close()
        self._transport.close()

    def _send(
        self, method: str, path: str, data: Mapping[str, Any] | None, token: str, wrap_ttl: str
    ) -> Answer:
        return self._transport.send(method, path, token=token, body=data, wrap_ttl=wrap_ttl)


def _texts(value: object) -> Iterator[str]:
    """All texts in what was sent."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)
