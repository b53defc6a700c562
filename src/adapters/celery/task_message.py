"""Look at a message before Celery does, which trusts it: what it chokes on can block a slot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ...domain.errors import MalformedMessage

Check = Callable[[object], bool]


def _is(*types: type) -> Check:
    return lambda value: isinstance(value, types) and not isinstance(value, bool)


def _is_list(item: Check) -> Check:
    return lambda value: isinstance(value, list | tuple) and all(item(part) for part in value)


_TEXT: Final = _is(str)
_COUNT: Final = _is(int)
_NUMBER_OR_NOTHING: Final = _is(int, float, type(None))
_OBJECT: Final = _is(dict)
_LIST: Final = _is(list, tuple)

_MAY_BE: Final[Mapping[str, Check]] = {
    **dict.fromkeys(("eta", "expires", "shadow", "root_id", "parent_id", "group"), _TEXT),
    **dict.fromkeys(("argsrepr", "kwargsrepr", "origin", "lang", "reply_to"), _TEXT),
    **dict.fromkeys(("retries", "group_index", "replaced_task_nesting"), _COUNT),
    "timelimit": _is_list(_NUMBER_OR_NOTHING),
    "stamped_headers": _is_list(_TEXT),
    "stamps": _OBJECT,
    "groups": _LIST,
    "callbacks": _is_list(_OBJECT),
    "errbacks": _is_list(_OBJECT),
    "chain": _is_list(_OBJECT),
    "chord": _OBJECT,
}
"""What the fields of a task message hold, where they hold anything: headers and embedded canvas in
protocol 2, the body itself in protocol 1."""


def check_task_message(message: Any) -> None:
    """Refuse what Celery's worker cannot turn into a request for a task.

    Raises:
        MalformedMessage: the text names the part that is wrong, and never holds any of it.
    """
    headers = message.headers
    if "task" in headers:
        _check_fields(headers)
        _check_body(message.payload)
    else:
        _check_protocol_1(message.payload)


def _check_body(body: object) -> None:
    if not isinstance(body, list | tuple) or len(body) != 3:
        raise MalformedMessage("its body is not args, kwargs and what belongs to a canvas")
    args, kwargs, embedded = body
    _check_call(args, kwargs)
    if embedded is not None:
        if not isinstance(embedded, dict):
            raise MalformedMessage("the canvas in its body is no object")
        _check_optional(embedded)


def _check_protocol_1(body: object) -> None:
    if not isinstance(body, dict) or "task" not in body:
        raise MalformedMessage("it names no task")
    _check_fields(body)
    _check_call(body.get("args", ()), body.get("kwargs", {}))


def _check_fields(fields: Mapping[str, object]) -> None:
    for name in ("task", "id"):
        if not isinstance(fields.get(name), str):
            raise MalformedMessage(f"its {name} is no text")
    _check_optional(fields)


def _check_optional(fields: Mapping[str, object]) -> None:
    for name, value in fields.items():
        is_right = _MAY_BE.get(name)
        if value is not None and is_right is not None and not is_right(value):
            raise MalformedMessage(f"its {name} is of the wrong kind")


def _check_call(args: object, kwargs: object) -> None:
    if not _LIST(args):
        raise MalformedMessage("its args are no list")
    if not _OBJECT(kwargs):
        raise MalformedMessage("its kwargs are no object")
