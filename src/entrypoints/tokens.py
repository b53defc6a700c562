"""The operator's way to static tokens: straight to the file that the settings name."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import ValidationError

from ..adapters.tokens.token_file import TokenFile
from ..domain.claims import MAX_SUBJECT
from ..domain.errors import InvalidQuery, InvalidSetting
from ..domain.principal import Scope
from ..domain.static_token import (
    ENTROPY_BYTES,
    ID_LENGTH,
    StaticToken,
    StaticTokens,
    compose,
    digest_of,
)
from .settings import load


def create(
    *,
    subject: str,
    scopes: Iterable[str],
    groups: Iterable[str],
    days: int,
    file: Path | None = None,
) -> tuple[str, StaticToken]:
    """Make a token and keep its digest; the token itself is in no file, so show it now.

    Args:
        subject: Who gets it.
        scopes: What it is good for; none: what the policy says.
        groups: Of the subject.
        days: How long it counts; 0: until it is revoked.
        file: Where it is kept; None: as the settings say.

    Raises:
        InvalidQuery: A scope is none, or the subject cannot be.
        ConfigurationError: The settings or the file cannot be.
    """
    token = compose(secrets.token_bytes(ENTROPY_BYTES))
    now = datetime.now(UTC).replace(microsecond=0)
    try:
        kept = StaticToken(
            digest=digest_of(token),
            subject=subject,
            scopes=tuple(_scope(scope) for scope in scopes),
            groups=tuple(groups),
            created=now,
            expires=now + timedelta(days=days) if days else None,
        )
    except ValidationError:
        # The subject alone is as it was given.
        raise InvalidQuery(
            f"a subject has 1 to {MAX_SUBJECT} characters, none of them a control character"
        ) from None
    _file(file).change(lambda known: known.with_token(kept))
    return token, kept


def listed(file: Path | None = None) -> Sequence[StaticToken]:
    """All tokens, also those that have expired.

    Raises:
        ConfigurationError: The settings or the file cannot be.
    """
    return _file(file).read().tokens


def revoke(token_id: str, file: Path | None = None) -> StaticToken:
    """Take a token away; running APIs refuse it from their next request on.

    Raises:
        InvalidQuery: No token has that id.
        ConfigurationError: The settings or the file cannot be.
    """
    revoked: list[StaticToken] = []

    def without(known: StaticTokens) -> StaticTokens:
        revoked.append(_named(known, token_id))
        return known.without(revoked[0])

    _file(file).change(without)
    return revoked[0]


def _named(known: StaticTokens, token_id: str) -> StaticToken:
    for token in known.tokens:
        if token.id == token_id:
            return token
    raise InvalidQuery(
        f"no token has the id {token_id[:ID_LENGTH]}: `fleeting token list` shows them all"
    )


def _scope(name: str) -> Scope:
    try:
        return Scope(name)
    except ValueError:
        raise InvalidQuery(f"{name} is no scope: there are {', '.join(Scope)}") from None


def _file(given: Path | None) -> TokenFile:
    path = given or load().auth_tokens_file
    if not path:
        raise InvalidSetting("say where tokens are kept: set FLEETING_AUTH_TOKENS_FILE, or --file")
    return TokenFile(path)
