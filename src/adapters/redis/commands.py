"""What is to be said to Redis, apart from who says it.

A plan is a generator: it yields the commands of one round trip, gets their replies, and returns
its result. So one plan serves the worker's blocking connection and the API's asynchronous one.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")

Word: TypeAlias = str | bytes | int
Reply: TypeAlias = Any
"""What redis-py makes of an answer; plans know its shape from their commands."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command; on a cluster it goes to the node of `key`."""

    key: str
    words: tuple[Word, ...]
    script: str = ""
    """Text of the script, where `words` call one by its digest."""

    def in_full(self) -> Command:
        """The same call with the text of the script, for a server that does not know it."""
        _, _, *rest = self.words
        return Command(self.key, ("EVAL", self.script, *rest))


Plan: TypeAlias = Generator[Sequence[Command], list[Reply], T]


def command(name: str, key: str, *words: Word) -> Command:
    """A command on one key, which follows its name."""
    return Command(key, (name, key, *words))
