"""When the values of a function are read with one command, and when not."""

from __future__ import annotations

from typing import Any

import pytest

from fleeting.adapters.redis import reading
from fleeting.adapters.redis.joins import Joins
from fleeting.adapters.redis.keyspace import Keyspace
from fleeting.adapters.redis.reading import FEW, Shelf
from fleeting.domain.errors import AnswerTooLarge
from fleeting.ports.result_store import LiveValue, Slice

SHELF = Shelf(Keyspace("shop:"), "team", "add", 0)
WHOLE = Slice()


def answered(reply: list[bytes | None], *, max_bytes: int = 100) -> list[LiveValue] | None:
    plan = reading.values_at_once(SHELF, "asc", max_bytes=max_bytes)
    next(plan)
    with pytest.raises(StopIteration) as end:
        plan.send([reply])
    found: Any = end.value.value
    return found  # type: ignore[no-any-return]  # of the plan


def test_the_server_joins_the_values_of_the_namespace_to_their_list() -> None:
    [command] = next(reading.values_at_once(SHELF, "desc", max_bytes=1))

    assert command.words[:2] == ("SORT_RO", "shop:{team:add}:live")
    assert command.words[5:] == ("GET", "#", "GET", "shop:team:*", "DESC", "ALPHA")


def test_what_has_expired_is_left_out() -> None:
    assert answered([b"a", b"1", b"b", None, b"c", b"3"]) == [
        LiveValue("a", b"1"),
        LiveValue("c", b"3"),
    ]


def test_a_list_that_has_become_long_is_told_apart() -> None:
    assert answered([b"x", b"1"] * (FEW + 1)) is None


def test_more_bytes_than_an_answer_may_hold_are_refused() -> None:
    plan = reading.values_at_once(SHELF, "asc", max_bytes=1)
    next(plan)

    with pytest.raises(AnswerTooLarge):
        plan.send([[b"a", b"12"]])


def test_a_list_is_joined_once_it_is_known_to_be_short() -> None:
    joins = Joins(is_possible=True)
    assert not joins.may_serve(SHELF, WHOLE)

    joins.note(SHELF, WHOLE, FEW)

    assert joins.may_serve(SHELF, WHOLE)
    assert not joins.may_serve(Shelf(SHELF.space, "other", "add", 0), WHOLE)


@pytest.mark.parametrize("count", [0, FEW + 1])
def test_a_long_or_empty_list_is_not_joined(count: int) -> None:
    joins = Joins(is_possible=True)

    joins.note(SHELF, WHOLE, count)

    assert not joins.may_serve(SHELF, WHOLE)


@pytest.mark.parametrize("part", [Slice(limit=3), Slice(after="add_1")])
def test_a_part_of_a_list_is_neither_joined_nor_learnt_from(part: Slice) -> None:
    joins = Joins(is_possible=True)
    joins.note(SHELF, part, 3)
    assert not joins.may_serve(SHELF, WHOLE)

    joins.note(SHELF, WHOLE, 3)

    assert not joins.may_serve(SHELF, part)


def test_a_server_that_refuses_is_not_asked_again() -> None:
    joins = Joins(is_possible=True)
    joins.note(SHELF, WHOLE, 3)

    joins.give_up()
    joins.note(SHELF, WHOLE, 3)

    assert not joins.may_serve(SHELF, WHOLE)


def test_a_list_that_grew_is_read_in_pages_again() -> None:
    joins = Joins(is_possible=True)
    joins.note(SHELF, WHOLE, 3)

    joins.forget(SHELF)

    assert not joins.may_serve(SHELF, WHOLE)


def test_memory_of_functions_is_bounded() -> None:
    joins = Joins(is_possible=True)
    for number in range(5000):
        joins.note(Shelf(SHELF.space, "", f"f{number}", 0), WHOLE, 1)

    assert len(joins._few) < 4097
