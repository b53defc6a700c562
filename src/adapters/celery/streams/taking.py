"""How a channel asks Redis for messages, and what it makes of the answers.

kombu's event loop sends a blocking command and reads the answer when there is one. Here that is
XREADGROUP, which takes messages and notes who has them in one step. It would take a whole batch
from every stream that has any, so a script looks first for as long as there is something.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from redis.exceptions import NoScriptError, ResponseError

from .entry import read_reply
from .keys import GROUP, QueueKeys
from .reader import Reader
from .scripts import call

BATCH: Final = 64
"""Most messages at a time: a round trip costs little for each, and none waits behind many."""


class Asking:
    """One connection's questions: one at a time, each of the kind that fits what came before."""

    def __init__(self, block_seconds: float) -> None:
        self._block = max(1, round(block_seconds * 1000))
        self._is_dry = False
        self._is_script_known = True
        self._asked: frozenset[str] = frozenset()
        self._limit = 1

    def words(self, reader: Reader, queues: Sequence[QueueKeys], limit: int) -> tuple[Any, ...]:
        """The next command: look, or wait where the last answer left nothing behind."""
        streams = _in_order(queues)
        known, self._asked = self._asked, frozenset(streams)
        self._limit = limit
        # A queue that is new to us may be full: the next wait would take from all its streams.
        if self._is_dry and known == self._asked:
            return (
                *("XREADGROUP", "GROUP", GROUP, reader.name, "COUNT", limit),
                *("BLOCK", self._block, "STREAMS", *streams, *[">"] * len(streams)),
            )
        return look(streams, reader, limit, whole=not self._is_script_known)

    def understand(self, reply: Any) -> list[Any]:
        """The messages in an answer, the most urgent first."""
        found = list(read_reply(reply))
        # Whoever gives less than was asked for has no more, which is as good as another look.
        self._is_dry = len(found) < self._limit
        self._is_script_known = True
        return found

    def forgive(self, error: ResponseError) -> bool:
        """Whether asking again is all that is needed."""
        self._is_script_known = not isinstance(error, NoScriptError)
        return not self._is_script_known

    def start_over(self) -> None:
        """Look before the next wait."""
        self._is_dry = False


def look(
    streams: Sequence[str], reader: Reader, limit: int, *, whole: bool = False
) -> tuple[Any, ...]:
    """The command that takes what there is, without waiting."""
    return call("take", streams, GROUP, reader.name, limit).words(whole=whole)


def are_streams_gone(error: ResponseError) -> bool:
    """Whether Redis has lost streams or groups, or was demoted while it was asked."""
    return "NOGROUP" in str(error) or "UNBLOCKED" in str(error)


def _in_order(queues: Sequence[QueueKeys]) -> tuple[str, ...]:
    """First what came back, then by priority; queues take turns within each."""
    return tuple(
        stream for level in zip(*(q.readable for q in queues), strict=True) for stream in level
    )
