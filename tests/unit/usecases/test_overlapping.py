"""Equal reads that overlap are one, and nobody gets what was read before he asked."""

from __future__ import annotations

import asyncio

import pytest

from fleeting.usecases.overlapping import Overlapping


class Shelf:
    """Counts the looks at it; each waits until it is let through, and sees the present."""

    def __init__(self) -> None:
        self.present = 0
        self.looks: list[str] = []
        self.gate = asyncio.Event()
        self.has_begun = asyncio.Event()
        self.fails = False

    async def look(self, what: str) -> int:
        self.looks.append(what)
        seen, fails = self.present, self.fails
        self.has_begun.set()
        await self.gate.wait()
        if fails:
            raise OSError("gone")
        return seen


async def test_who_asks_at_the_same_time_shares_a_look() -> None:
    shelf = Shelf()
    shelf.gate.set()
    read = Overlapping(shelf.look)

    assert await asyncio.gather(*(read("a") for _ in range(10))) == [0] * 10
    assert shelf.looks == ["a"]


async def test_different_things_are_looked_at_apart() -> None:
    shelf = Shelf()
    shelf.gate.set()
    read = Overlapping(shelf.look)

    await asyncio.gather(read("a"), read("b"))

    assert shelf.looks == ["a", "b"]


async def test_who_asks_later_sees_what_has_changed_meanwhile() -> None:
    shelf = Shelf()
    read = Overlapping(shelf.look)
    early = asyncio.create_task(read("a"))
    await shelf.has_begun.wait()
    shelf.present = 1

    late = [asyncio.create_task(read("a")) for _ in range(3)]
    await asyncio.sleep(0)
    shelf.gate.set()

    assert await early == 0
    assert await asyncio.gather(*late) == [1, 1, 1]
    assert shelf.looks == ["a", "a"]


async def test_one_who_gives_up_does_not_take_the_answer_from_others() -> None:
    shelf = Shelf()
    read = Overlapping(shelf.look)
    asked = [asyncio.create_task(read("a")) for _ in range(2)]
    await shelf.has_begun.wait()

    asked[0].cancel()
    await asyncio.wait([asked[0]])
    shelf.gate.set()

    assert asked[0].cancelled()
    assert await asked[1] == 0


async def test_a_failure_reaches_all_who_asked_and_the_next_look_is_a_fresh_one() -> None:
    shelf = Shelf()
    shelf.fails = True
    shelf.gate.set()
    read = Overlapping(shelf.look)

    answers = await asyncio.gather(read("a"), read("a"), return_exceptions=True)
    shelf.fails = False

    assert [type(answer) for answer in answers] == [OSError, OSError]
    with pytest.raises(OSError, match="gone"):
        raise answers[0]  # type: ignore[misc]  # an exception, as was seen
    assert await read("a") == 0


async def test_a_failed_look_does_not_fail_those_who_wait_for_the_next() -> None:
    shelf = Shelf()
    shelf.fails = True
    read = Overlapping(shelf.look)
    early = asyncio.create_task(read("a"))
    await shelf.has_begun.wait()
    late = asyncio.create_task(read("a"))
    await asyncio.sleep(0)

    shelf.fails = False
    shelf.gate.set()
    await asyncio.wait([early])

    assert isinstance(early.exception(), OSError)
    assert await late == 0
