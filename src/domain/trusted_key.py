"""Whose signatures count, for how long, and for what: one line of text for each key."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError, field_validator

from .distrust import Distrust, distrusted
from .errors import InvalidSetting

KIND: Final = "ed25519"
SIZE: Final = 32
"""Bytes of a public key of Ed25519, RFC 8032."""

_ANY: Final = ("*",)


class _Bounds(BaseModel):
    """What may stand behind a key, as `name=value`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    not_before: AwareDatetime | None = None
    not_after: AwareDatetime | None = None
    namespaces: tuple[str, ...] = _ANY
    principals: tuple[str, ...] = _ANY

    @field_validator("namespaces", "principals", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(value.split(";")) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A public key whose signatures count."""

    public: bytes
    not_before: datetime | None = None
    not_after: datetime | None = None
    namespaces: tuple[str, ...] = _ANY
    """Globs of the namespaces that its holder may submit to; the unnamed one is the empty text."""
    principals: tuple[str, ...] = _ANY
    """Globs of the subjects that its holder may speak for."""

    @property
    def key_id(self) -> str:
        """What messages call the key."""
        return key_id(self.public)

    @property
    def line(self) -> str:
        """The key as it is written into a list, with what bounds it."""
        return " ".join([f"{KIND} {b64encode(self.public).decode()}", *self._bounds()])

    def _bounds(self) -> Iterator[str]:
        for name, time in (("not_before", self.not_before), ("not_after", self.not_after)):
            if time is not None:
                yield f"{name}={time.isoformat()}"
        for name, globs in (("namespaces", self.namespaces), ("principals", self.principals)):
            if globs != _ANY:
                yield f"{name}={';'.join(globs)}"

    def check(self, *, at: datetime, namespace: str, principal: str) -> None:
        """Pass if a signature by this key counts for that at this time.

        Raises:
            TaskNotTrusted: the key's time has not come or is over, or it may not speak for them.
        """
        if self.not_before is not None and at < self.not_before:
            raise distrusted(Distrust.UNKNOWN_SIGNER, f"key {self.key_id} is not valid yet")
        if self.not_after is not None and at > self.not_after:
            raise distrusted(Distrust.UNKNOWN_SIGNER, f"key {self.key_id} is not valid any more")
        if not _matches(namespace, self.namespaces):
            raise distrusted(
                Distrust.OVERREACHING, f"key {self.key_id} may not sign for that namespace"
            )
        if not _matches(principal, self.principals):
            raise distrusted(
                Distrust.OVERREACHING, f"key {self.key_id} may not sign for that principal"
            )


def key_id(public: bytes) -> str:
    """The name of a public key: the first 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(public).hexdigest()[:16]


def read_trusted_keys(text: str, *, name: str = "trusted keys") -> list[TrustedKey]:
    """The keys in a list, one a line or between commas; # begins a comment.

    Args:
        text: the list.
        name: what errors call it.

    Raises:
        InvalidSetting: a line holds something else; the message has its number.
    """
    return [_read(f"{name}, line {number}", line) for number, line in _lines(text)]


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.replace(",", "\n").splitlines(), start=1):
        if bare := line.partition("#")[0].strip():
            yield number, bare


def _read(where: str, line: str) -> TrustedKey:
    kind, encoded, *rest = [*line.split(), ""]
    public = _public(encoded) if kind == KIND else None
    if public is None:
        raise InvalidSetting(
            f"{where}: not of the form `ed25519 <public key in base64>`, as "
            "`fleeting key public` prints it"
        )
    try:
        bounds = _Bounds.model_validate(dict(word.partition("=")[::2] for word in rest if word))
    except ValidationError as exc:
        bound = exc.errors()[0]["loc"][0]
        raise InvalidSetting(f"{where}: {bound} cannot be read") from None
    return TrustedKey(public, **dict(bounds))


def _public(encoded: str) -> bytes | None:
    try:
        public = b64decode(encoded, validate=True)
    except ValueError:
        return None
    return public if len(public) == SIZE else None


def _matches(name: str, globs: tuple[str, ...]) -> bool:
    return globs == _ANY or any(fnmatchcase(name, glob) for glob in globs)
