"""Whose task a message claims to be, as far as that can be guessed: for one that is refused.

Nothing is run for a guess. It only says where the refusal is noted, so that who waits hears of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import product
from typing import Final

from pydantic_core import from_json

from .errors import FleetingError
from .result_key import (
    FUNCTION_PATTERN,
    NAMESPACE_PATTERN,
    UNIQUE_PATTERN,
    Address,
    ResultKey,
    check_namespace,
)

_MOST: Final = 1_000
"""Tasks of one message: as many as it may have calls."""

# JSON within JSON: each layer escapes the quotes of those inside once more. A pattern that began
# with backslashes would look at a long row of them again and again.
_IS: Final = r'\\*"\s*:\s*\\*"'
_END: Final = r'\\*"'
_KEY: Final = re.compile(rf'(?<=")key{_IS}({FUNCTION_PATTERN}_[0-9]{{13}}_{UNIQUE_PATTERN}){_END}')
_NAMESPACE: Final = re.compile(rf'(?<=")namespace{_IS}({NAMESPACE_PATTERN}){_END}')


def claimed_in_call(data: Mapping[str, object]) -> tuple[Address, ...]:
    """Of a sealed message with one call: every copy of key and namespace in it counts."""
    call, statement = _object(data.get("call")), _object(data.get("statement"))
    options = statement.get("options")
    inner = options.get("namespace", "") if isinstance(options, Mapping) else ""
    keys = [data.get("key"), call.get("key")]
    return _addresses([data.get("namespace", ""), inner], keys)


def claimed_in_text(text: str) -> tuple[Address, ...]:
    """Of anything that was queued and is no message: what looks like the keys of its calls."""
    namespaces = [match[1] for match in _NAMESPACE.finditer(text)]
    return _addresses(namespaces[:1] or [""], [match[1] for match in _KEY.finditer(text)])


def _addresses(namespaces: Iterable[object], keys: Iterable[object]) -> tuple[Address, ...]:
    named = dict.fromkeys(product(filter(_is_namespace, namespaces), filter(_is_key, keys)))
    return tuple(Address(str(namespace), str(key)) for namespace, key in named)[:_MOST]


def _is_key(value: object) -> bool:
    return isinstance(value, str) and _passes(ResultKey.parse, value)


def _is_namespace(value: object) -> bool:
    return isinstance(value, str) and _passes(check_namespace, value)


def _passes(check: Callable[[str], object], value: str) -> bool:
    try:
        check(value)
    except FleetingError:
        return False
    return True


def _object(text: object) -> Mapping[str, object]:
    if not isinstance(text, str):
        return {}
    try:
        value = from_json(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
