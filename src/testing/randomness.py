"""What every `Randomness` must do."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

from ..ports.randomness import Randomness
from .contract import Contract


class RandomnessContract(Contract):
    """The contract of `ports.randomness.Randomness`.

    Fixtures to supply:
        randomness: a `Randomness`.
    """

    def test_unique_has_its_form(self, randomness: Randomness) -> None:
        """16 lower-case hexadecimal digits, leading zeros included."""
        drawn = [randomness.unique() for _ in range(1000)]

        assert all(re.fullmatch("[0-9a-f]{16}", unique) for unique in drawn)

    def test_unique_is_unique(self, randomness: Randomness) -> None:
        """Also for several threads at once."""

        def draw(_: int) -> list[str]:
            return [randomness.unique() for _ in range(2500)]

        with ThreadPoolExecutor(4) as pool:
            drawn = list(chain.from_iterable(pool.map(draw, range(4))))

        assert len(set(drawn)) == len(drawn)

    def test_every_bit_of_unique_is_drawn(self, randomness: Randomness) -> None:
        """64 bits of chance: none of them is always the same."""
        drawn = [int(randomness.unique(), 16) for _ in range(200)]

        ever, always = 0, 2**64 - 1
        for number in drawn:
            ever, always = ever | number, always & number
        assert (ever, always) == (2**64 - 1, 0)

    def test_draw_is_a_fraction(self, randomness: Randomness) -> None:
        """In [0, 1), and over the whole of it."""
        drawn = [randomness.draw() for _ in range(1000)]

        assert all(0 <= number < 1 for number in drawn)
        assert min(drawn) < 0.1
        assert max(drawn) > 0.9
