"""How a call is shown where everybody may look: message headers, events, logs, remote control."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from ...domain.errors import MalformedKey
from ...domain.result_key import ResultKey
from ...domain.source import digest

ARGSREPR: Final = "()"
"""`fleeting.run` takes no positional arguments."""

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def describe_call(kwargs: object) -> str:
    """The keyword arguments of `fleeting.run`: a well-formed key, its function, the digest.

    Of a message with many calls, how many, and the first one's key.
    """
    if not isinstance(kwargs, Mapping):
        return "{}"
    calls = kwargs.get("calls")
    if not isinstance(calls, list):
        return repr(_name(kwargs.get("key")) | _source(kwargs))
    first = calls[0] if calls and isinstance(calls[0], Mapping) else {}
    return repr({"calls": len(calls), **_name(first.get("key")), **_source(kwargs)})


def _name(key: object) -> dict[str, str]:
    try:
        parsed = ResultKey.parse(key) if isinstance(key, str) else None
    except MalformedKey:
        parsed = None
    return {} if parsed is None else {"key": str(parsed), "function": parsed.function}


def _source(kwargs: Mapping[str, object]) -> dict[str, str]:
    given, source = kwargs.get("source_digest"), kwargs.get("source")
    if isinstance(given, str) and _DIGEST.fullmatch(given):
        return {"source_digest": given}
    try:
        return {"source_digest": digest(source)} if isinstance(source, str) else {}
    except UnicodeEncodeError:  # lone surrogates: no source that could be run
        return {}
