"""Read a sealed message: what it says, once its signature was found right, as a plain message."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue, ValidationError
from pydantic_core import from_json

from .distrust import Distrust, distrusted
from .statement import Statement, digest_of

_MARKS: Final = frozenset({"call", "statement", "signature", "signer"})
"""Arguments that a sealed message alone has."""

FIELDS: Final = _MARKS | {"key", "namespace", "source", "source_digest"}
"""All that a sealed message may have."""

IN_A_CALL: Final = frozenset({"key", "args", "kwargs", "deadline"})
"""All that the text of a call may have."""


@dataclass(frozen=True, slots=True)
class Seal:
    """What guards the calls of a message."""

    statement: str
    signature: bytes
    signer: str
    """Id of the key."""


def is_sealed(data: Mapping[str, object]) -> bool:
    """Whether a message claims to be signed."""
    return not _MARKS.isdisjoint(data)


def seal_of(data: Mapping[str, object]) -> Seal:
    """The seal of a message for one call.

    Raises:
        TaskNotTrusted: parts are missing, or are of another kind.
    """
    statement, signature, signer = map(data.get, ("statement", "signature", "signer"))
    if not (isinstance(statement, str) and isinstance(signature, str) and isinstance(signer, str)):
        raise distrusted(Distrust.ALTERED, "it has no complete signature")
    try:
        statement.encode()  # lone surrogates: nothing that was signed
        return Seal(statement, b64decode(signature, validate=True), signer)
    except ValueError:
        raise distrusted(
            Distrust.ALTERED, "its statement is no text, or its signature not base64"
        ) from None


def read_statement(text: str) -> Statement:
    """A statement whose signature was found right.

    Raises:
        TaskNotTrusted: its signer wrote something else.
    """
    try:
        return Statement.model_validate_json(text)
    except ValidationError:
        raise distrusted(Distrust.ALTERED, "its statement is none of version 1") from None


def unseal(
    data: Mapping[str, object], statement: Statement, *, known_source: object = None
) -> dict[str, object]:
    """The plain message for one call, as `message.decode` reads it.

    Args:
        data: the sealed message.
        statement: its statement, signed by somebody who is trusted.
        known_source: a source that was found to be the statement's before.

    Raises:
        TaskNotTrusted: the call, its source or its key is not what the statement says.
    """
    call = _call(data, statement)
    if not data.keys() <= FIELDS:
        raise distrusted(Distrust.ALTERED, "it has arguments that are not signed")
    if data.get("key") != call.get("key"):
        raise distrusted(Distrust.ALTERED, "it stands under another key than was signed")
    options = statement.options
    if "deadline" in call:
        options = {**options, "deadline": call["deadline"]}
    return {
        "key": call["key"],
        "args": call.get("args", []),
        "kwargs": call.get("kwargs", {}),
        "function": statement.function,
        "options": options,
        **_source(data, statement, known_source),
    }


def _call(data: Mapping[str, object], statement: Statement) -> dict[str, JsonValue]:
    text = data.get("call")
    if not isinstance(text, str) or _digest(text) not in statement.calls:
        raise distrusted(Distrust.ALTERED, "its call is not the one that was signed")
    try:
        call = from_json(text, allow_inf_nan=False)
    except ValueError:
        call = None
    if not isinstance(call, dict) or "key" not in call or not call.keys() <= IN_A_CALL:
        raise distrusted(Distrust.ALTERED, "its call is none of version 1")
    return call


def _source(data: Mapping[str, object], statement: Statement, known: object) -> dict[str, object]:
    source, given = data.get("source"), data.get("source_digest", statement.source_digest)
    if given != statement.source_digest:
        raise distrusted(Distrust.ALTERED, "its source is not the one that was signed")
    if source is None:
        return {"source_digest": statement.source_digest}
    # The calls of a chunk hold the very same text.
    if source is not known and not _is_text_of(source, statement.source_digest):
        raise distrusted(Distrust.ALTERED, "its source is not the one that was signed")
    return {"source": source}


def _is_text_of(source: object, digest: str) -> bool:
    return isinstance(source, str) and _digest(source) == digest


def _digest(text: str) -> str | None:
    try:
        return digest_of(text)
    except UnicodeEncodeError:  # lone surrogates: nothing that was signed
        return None
