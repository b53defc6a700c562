"""One thing that an installation wants in Vault: look, compare, write where it differs, tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ....domain.errors import SecretNotFound
from ..answer import Answer
from ..faults import VENDOR_ERRORS, translated
from ..transport import Transport

Outcome = Literal["created", "changed", "unchanged", "left out"]


@dataclass(frozen=True, slots=True)
class Step:
    """What was done, or would be."""

    kind: str
    name: str
    outcome: Outcome
    note: str = ""


class Desk:
    """The Vault that is set up, as one token sees it."""

    def __init__(self, transport: Transport, token: str, *, is_dry: bool = False) -> None:
        """Ask nothing yet.

        Args:
            transport: carries the calls.
            token: who asks.
            is_dry: whether nothing may be written.
        """
        self._transport, self._token, self._is_dry = transport, token, is_dry

    def read(self, path: str) -> Mapping[str, Any] | None:
        """The data at `path`; None: nothing is there.

        Raises:
            SecretForbidden: the token may not do this.
            SecretsUnavailable: Vault does not answer.
        """
        try:
            return self._sent("GET", path).data
        except SecretNotFound:
            return None

    def ensure(
        self,
        kind: str,
        name: str,
        path: str,
        wanted: Mapping[str, Any],
        *,
        found: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict,
        unseen: Mapping[str, Any] | None = None,
    ) -> Step:
        """See to it that `path` says what is wanted.

        Args:
            kind: what it is, in words.
            name: what it is called.
            path: where it is read and written.
            wanted: what it is to say.
            found: takes that out of an answer.
            unseen: what is written too and never read back, as passwords are.
        """
        at_first = self.read(path)
        outcome = _compared(None if at_first is None else found(at_first), wanted)
        if outcome != "unchanged":
            self.write(path, {**wanted, **(unseen or {})})
        return Step(kind, name, outcome)

    def write(self, path: str, data: Mapping[str, Any]) -> None:
        """Write, unless this is a rehearsal; raises as `read`."""
        if not self._is_dry:
            self._sent("POST", path, data)

    def wrapped(self, path: str, ttl_seconds: int) -> str:
        """Have something made at `path`; returns the token with which it can be fetched once."""
        return self._sent("POST", path, {}, wrap_ttl=f"{ttl_seconds}s").wrapping_token

    def _sent(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, wrap_ttl: str = ""
    ) -> Answer:
        try:
            return self._transport.send(
                method, path, token=self._token, body=body, wrap_ttl=wrap_ttl
            )
        except VENDOR_ERRORS as exc:
            what = f"{'to read' if method == 'GET' else 'to write'} {path}"
            secrets = [value for value in (body or {}).values() if isinstance(value, str)]
            raise translated(exc, str(self._transport), what, secrets) from exc


def _compared(found: Mapping[str, Any] | None, wanted: Mapping[str, Any]) -> Outcome:
    if found is None:
        return "created"
    is_alike = all(found.get(name) == value for name, value in wanted.items())
    return "unchanged" if is_alike else "changed"
