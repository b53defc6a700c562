"""A reader with a memory says what the plain one says, whatever it has read before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from fleeting.domain.errors import MalformedMessage
from fleeting.domain.limits import Limits
from fleeting.domain.message import decode
from fleeting.domain.message_reader import MessageReader
from fleeting.domain.task import Task

LIMITS = Limits(max_parameters_bytes=64)
SOURCE = "def add(a, b):\n    return a + b\n"
AT = 1763683200000
SOON = datetime.fromtimestamp(AT / 1000, UTC) + timedelta(seconds=9)


def a_message(number: int = 0, **changes: Any) -> dict[str, Any]:
    key = f"add_{AT + number}_{number:016x}"
    return {"key": key, "source": SOURCE, "function": "add", "args": [1, number]} | changes


@pytest.fixture
def reader() -> MessageReader:
    reader = MessageReader(LIMITS)
    reader(a_message())
    return reader


@pytest.mark.parametrize(
    "message",
    [
        a_message(1),
        a_message(1, args=["x"], kwargs={"b": [None, {"c": 1.5}]}),
        a_message(1, options={"timeout_seconds": 3, "labels": {"a": "b"}}),
        a_message(1, options={"deadline": SOON.isoformat()}),
        a_message(1, options={"deadline": "2286-01-01T00:00:00Z"}),
        a_message(1, source=None, source_digest="0" * 64),
        a_message(1, source=SOURCE + "#" * 20_000),
    ],
)
def test_what_it_remembers_changes_nothing(reader: MessageReader, message: dict[str, Any]) -> None:
    assert [reader(message), reader(message)] == 2 * [decode(message, limits=LIMITS)]


@pytest.mark.parametrize(
    "message",
    [
        a_message(1, key="add"),
        a_message(1, key=7),
        a_message(1, key=f"other_{AT}_{0:016x}"),
        a_message(1, args={"a": 1}),
        a_message(1, args=[object()]),
        a_message(1, args=["x" * 99]),
        a_message(1, kwargs=[]),
        a_message(1, options={"deadline": "soon"}),
        a_message(1, options=[]),
        a_message(1, options={"timeout_seconds": "x"}),
        a_message(1, function=None),
        a_message(1, source=5),
        a_message(1, source_digest=5),
        a_message(1, more=1),
    ],
)
def test_what_is_wrong_is_refused_in_the_same_words(
    reader: MessageReader, message: dict[str, Any]
) -> None:
    with pytest.raises(MalformedMessage) as plain:
        decode(message, limits=LIMITS)
    with pytest.raises(MalformedMessage) as remembered:
        reader(message)

    assert remembered.value.message == plain.value.message


@pytest.mark.parametrize("read", [MessageReader(LIMITS), partial(decode, limits=LIMITS)])
def test_each_message_is_looked_at_for_references(read: Callable[[dict[str, Any]], Task]) -> None:
    found = [
        read(a_message(number, args=args)).may_refer
        for number, args in enumerate([[1], [{"$secret": "kv/db#password"}], [{"a": "$secret"}]])
    ]

    assert found == [False, True, True]


def test_it_remembers_the_latest_kinds_only(reader: MessageReader) -> None:
    for number in range(300):
        message = a_message(number, options={"ttl_seconds": 100 + number})
        assert reader(message) == decode(message, limits=LIMITS)

    assert reader(a_message(2)) == decode(a_message(2), limits=LIMITS)
