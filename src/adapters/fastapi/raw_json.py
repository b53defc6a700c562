"""Stored JSON on its way out: joined and spliced as bytes, never decoded and encoded again."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Final

from starlette.responses import Response, StreamingResponse

MEDIA_TYPE: Final = "application/json"

_CHUNK: Final = 256 * 1024
"""Bytes handed to the server at once: large answers flow at the pace of their reader, and are not
copied as a whole."""

_TAGS: Final = re.compile(r'(?:W/)?"([^"]*)"')


def with_member(facts: bytes, name: str, value: bytes) -> bytes:
    """The JSON object `facts` (not empty) with one member more, whose value is JSON already."""
    return b'%b,"%b":%b}' % (facts[:-1], name.encode(), value)


def list_response(values: Sequence[bytes], headers: Mapping[str, str]) -> Response:
    """The JSON list of values that are JSON already."""
    size = sum(map(len, values)) + max(0, len(values) - 1) + 2
    if size <= _CHUNK:
        return Response(b"[%b]" % b",".join(values), headers=headers, media_type=MEDIA_TYPE)
    length = {"Content-Length": str(size)}
    return StreamingResponse(
        _streamed(values), headers={**headers, **length}, media_type=MEDIA_TYPE
    )


def is_known(if_none_match: str | None, etag: str) -> bool:
    """Whether the client has what `etag` names, by weak comparison (RFC 9110 §13.1.2)."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or etag in _TAGS.findall(if_none_match)


async def _streamed(values: Sequence[bytes]) -> AsyncIterator[bytes]:
    for chunk in _chunks(values):
        yield chunk


def _chunks(values: Sequence[bytes]) -> Iterator[bytes]:
    parts, size = [b"["], 1
    for position, value in enumerate(values):
        parts += (b",", value) if position else (value,)
        size += len(value) + 1
        if size >= _CHUNK:
            yield b"".join(parts)
            parts, size = [], 0
    parts.append(b"]")
    yield b"".join(parts)
