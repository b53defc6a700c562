"""Tokens that an installation makes itself: their form, and what is kept of them.

A token is `flt_`, 43 characters that carry 256 random bits, and 6 that carry the CRC-32 of what
stands before them. The prefix lets scanners find tokens that were published, the checksum tells a
typing mistake, or any other text, from a token without a look at those that there are.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import zlib
from datetime import datetime
from typing import Annotated, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from .claims import MAX_SUBJECT
from .identity import Identity, refused
from .principal import Scope

PREFIX: Final = "flt_"
ENTROPY_BYTES: Final = 32
"""Nobody finds 2^256 tokens by trying, so a fast hash of one gives nothing away."""

ID_LENGTH: Final = 12
"""Characters of the digest that name a token: 48 bits, enough for any list that people keep."""

_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BODY: Final = 43
_CHECK: Final = 6
_FORM: Final = re.compile(rf"{PREFIX}[0-9A-Za-z]{{{_BODY + _CHECK}}}")


class StaticToken(BaseModel):
    """What is kept of a token: all but the token."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """SHA-256 of the token."""
    subject: Annotated[str, Field(max_length=MAX_SUBJECT, pattern=r"^[^\x00-\x1f\x7f]+$")]
    """Who has it."""
    scopes: tuple[Scope, ...] = ()
    """What it is good for."""
    groups: tuple[str, ...] = ()
    """Groups of the subject, for the policy."""
    created: AwareDatetime
    """When it was made."""
    expires: AwareDatetime | None = None
    """From when on it counts no more; None: until it is revoked."""

    @property
    def id(self) -> str:
        """What people call it by: the beginning of its digest."""
        return self.digest[:ID_LENGTH]


class StaticTokens(BaseModel):
    """All tokens of an installation, in order of creation."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    version: Annotated[int, Field(ge=1, le=1)] = 1
    """Of this form."""
    tokens: tuple[StaticToken, ...] = ()

    def with_token(self, token: StaticToken) -> StaticTokens:
        """These, and one more."""
        return StaticTokens(tokens=(*self.tokens, token))

    def without(self, token: StaticToken) -> StaticTokens:
        """These, but one."""
        return StaticTokens(tokens=tuple(one for one in self.tokens if one != token))


def compose(entropy: bytes) -> str:
    """The token that carries `entropy`, which must be `ENTROPY_BYTES` from a source of chance."""
    body = PREFIX + _base62(int.from_bytes(entropy), _BODY)
    return body + _checksum(body)


def digest_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_well_formed(token: str) -> bool:
    """Whether a text can be a token at all."""
    body, check = token[:-_CHECK], token[-_CHECK:]
    return _FORM.fullmatch(token) is not None and check == _checksum(body)


def identity_of(token: str, known: dict[str, StaticToken], now: datetime) -> Identity:
    """Whom a token speaks for.

    Args:
        token: As it came.
        known: Tokens by their ids.
        now: When it came.

    Raises:
        NotAuthenticated: It is no token, none that is known, or it has expired.
    """
    if not is_well_formed(token):
        raise refused("it has not the form of a static token")
    digest = digest_of(token)
    # Whoever measures how long this takes learns about digests, which lead to no token; and past
    # the id, which is no secret, not even about them.
    found = known.get(digest[:ID_LENGTH])
    if found is None or not hmac.compare_digest(found.digest, digest):
        raise refused("it is not, or no more, among the static tokens")
    if found.expires is not None and found.expires <= now:
        raise refused("it has expired")
    return Identity(found.subject, frozenset(map(str, found.scopes)), frozenset(found.groups))


def _checksum(text: str) -> str:
    return _base62(zlib.crc32(text.encode()), _CHECK)


def _base62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))
