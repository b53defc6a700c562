"""What the claims of a token say about who has it: pure, whichever way the claims came.

Signatures, times, issuer and audience are checked before; here names are looked up. Issuers differ
in them: PingFederate lets its administrators choose every name, and whether scopes are one text
(RFC 9068 §2.2.3) or a list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .identity import Identity, refused

MAX_SUBJECT: Final = 256
"""Longest subject in characters. OpenID Connect allows 255; it is kept with every task and names
keys of rate limits, so it has a bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimNames:
    """Under which names the claims are; a dot leads into an object, as in `realm.roles`."""

    subject: tuple[str, ...] = ("sub", "client_id")
    """The first that is there counts. Tokens of programs may have no `sub`."""
    client: tuple[str, ...] = ("client_id", "azp")
    """All that are there count."""
    scope: str = "scope"
    groups: str = "groups"


def identity_of(
    claims: Mapping[str, object], names: ClaimNames, *, clients: frozenset[str] = frozenset()
) -> Identity:
    """Whom claims speak for.

    Args:
        claims: Of a token that counts.
        names: Where to look.
        clients: The only clients that tokens may have been issued to; empty: any.

    Raises:
        NotAuthenticated: There is no subject, a claim has another form than it may have, or the
            client is none of `clients`.
    """
    _check_client(claims, names, clients)
    scopes = _find(claims, names.scope)
    return Identity(
        _subject(claims, names),
        _texts(scopes.split() if isinstance(scopes, str) else scopes, names.scope),
        _texts(_find(claims, names.groups), names.groups),
    )


def _subject(claims: Mapping[str, object], names: ClaimNames) -> str:
    for name in names.subject:
        value = _find(claims, name)
        if value is None:
            continue
        if not isinstance(value, str) or not 0 < len(value) <= MAX_SUBJECT:
            raise refused(f"the claim {name} is no text of 1 to {MAX_SUBJECT} characters")
        if not value.isprintable():
            raise refused(f"the claim {name} holds characters that cannot be printed")
        return value
    raise refused(f"there is no claim {' or '.join(names.subject)}")


def _check_client(claims: Mapping[str, object], names: ClaimNames, clients: frozenset[str]) -> None:
    if not clients:
        return
    said = [value for name in names.client if (value := _find(claims, name)) is not None]
    if not said:
        raise refused(f"there is no claim {' or '.join(names.client)}")
    if not all(isinstance(value, str) and value in clients for value in said):
        raise refused("it was issued to a client that is not among those allowed")


def _texts(value: object, name: str) -> frozenset[str]:
    """The texts of a claim: a list of them, one alone, or none."""
    if value is None:
        return frozenset()
    # One group comes as plain text, and is not taken apart: distinguished names hold spaces.
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise refused(f"the claim {name} is neither text nor a list of texts")
    return frozenset(found)


def _find(claims: Mapping[str, object], name: str) -> object:
    """The claim of that very name, else what the dots of the name lead to.

    The very name comes first, because names that are URLs hold dots of their own.
    """
    if name in claims:
        return claims[name]
    found: object = claims
    for step in name.split("."):
        if not isinstance(found, Mapping) or step not in found:
            return None
        found = found[step]
    return found
