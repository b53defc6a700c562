"""Keys of one process sort as they were made."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from fleeting.adapters.memory.clock import ManualClock
from fleeting.usecases.mint import KeyMint


class Drawn:
    """Randomness that gives what a test wants."""

    def __init__(self, *numbers: int) -> None:
        self._numbers = iter(numbers)

    def unique(self) -> str:
        return f"{next(self._numbers):016x}"

    def draw(self) -> float:
        return 0.5


numbers = st.integers(min_value=0, max_value=2**64 - 1)
pauses = st.integers(min_value=0, max_value=3000).map(lambda us: timedelta(microseconds=us))


@given(st.lists(st.tuples(numbers, pauses), min_size=2, max_size=20))
def test_each_key_sorts_after_all_before_it(steps: list[tuple[int, timedelta]]) -> None:
    clock = ManualClock()
    mint = KeyMint(clock=clock, randomness=Drawn(*(number for number, _ in steps)))
    keys = []
    for _, pause in steps:
        keys.append(str(mint.key("add")))
        clock.advance(pause)
    assert keys == sorted(set(keys))


def test_first_key_of_a_millisecond_is_as_random_as_the_draw() -> None:
    mint = KeyMint(clock=ManualClock(), randomness=Drawn(0xFEDCBA9876543210))
    assert mint.key("add").unique == "7f6e5d4c3b2a1908"


def test_next_key_of_a_millisecond_is_a_random_step_away() -> None:
    mint = KeyMint(clock=ManualClock(), randomness=Drawn(0, 5 << 24))
    mint.key("add")
    assert mint.key("add").unique == f"{6:016x}"


def test_exhausted_range_moves_on_to_the_next_millisecond() -> None:
    mint = KeyMint(clock=ManualClock(), randomness=Drawn(*[2**64 - 1] * 2))
    first = mint.key("add")
    mint._unique = 2**64 - 1
    second = mint.key("add")
    assert second.milliseconds == first.milliseconds + 1
    assert second.unique == "7fffffffffffffff"


def test_time_of_the_key_is_the_clocks() -> None:
    clock = ManualClock()
    mint = KeyMint(clock=clock, randomness=Drawn(0))
    assert mint.key("add").submitted_at == clock.now()
