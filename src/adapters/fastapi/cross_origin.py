"""What pages of other origins may send and read, where an installation lets them call at all.

Credentials of the browser (cookies) are never allowed: a token comes in a header, or not at all.
See https://fetch.spec.whatwg.org/#http-cors-protocol.
"""

from __future__ import annotations

from typing import Final, TypedDict

from . import request_id, rights


class _Cors(TypedDict):
    allow_methods: tuple[str, ...]
    allow_headers: tuple[str, ...]
    expose_headers: tuple[str, ...]
    max_age: int


CORS: Final = _Cors(
    allow_methods=("GET", "POST", "DELETE"),
    allow_headers=(
        "Authorization",
        "Content-Type",
        "Last-Event-ID",
        rights.HEADER,
        request_id.HEADER,
    ),
    expose_headers=(
        "Location",
        "RateLimit-Limit",
        "RateLimit-Remaining",
        "RateLimit-Reset",
        "Retry-After",
        "WWW-Authenticate",
        request_id.HEADER,
    ),
    # An hour: what may be called does not change while a process runs.
    max_age=3600,
)
