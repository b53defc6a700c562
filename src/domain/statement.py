"""What a signer says of calls: what runs, how, for whom, where, and until when.

The text is signed as it stands and read only after that was checked, so nobody has to agree on a
canonical form of JSON. `docs/reference/wire.md` is the page for other languages.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

PAYLOAD_TYPE: Final = "application/vnd.fleeting.statement.v1+json"
"""Keeps a signature of a statement from being one of anything else, or of another version."""

MOST_CALLS: Final = 100
"""Calls of one statement: each of them carries all digests wherever it goes alone."""

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

_dumps: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


class Statement(BaseModel):
    """A statement that was read; who signed it is known before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    calls: Annotated[frozenset[Digest], Field(min_length=1, max_length=MOST_CALLS)]
    function: str
    source_digest: Digest
    options: dict[str, JsonValue] = Field(default_factory=dict)
    not_after: AwareDatetime
    queue: str | None = None


def write(
    calls: Sequence[str],
    *,
    function: str,
    source_digest: str,
    options: dict[str, JsonValue],
    not_after: datetime,
    queue: str | None,
) -> str:
    """The text of a statement about these texts of calls."""
    return _dumps(
        {
            "calls": [digest_of(call) for call in calls],
            "function": function,
            "source_digest": source_digest,
            "options": options,
            "not_after": not_after.isoformat(),
            "queue": queue,
        }
    )


def write_call(call: dict[str, JsonValue]) -> str:
    """The text of a call: its key, its parameters and, where it has its own, its deadline."""
    return _dumps(call)


def digest_of(text: str) -> str:
    """SHA-256 of a text in UTF-8, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def signed_bytes(statement: str) -> bytes:
    """What is signed: the pre-authentication encoding of DSSE 1.

    See https://github.com/secure-systems-lab/dsse/blob/v1.0.0/protocol.md.
    """
    body = statement.encode()
    return b"DSSEv1 %d %b %d %b" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(body), body)
