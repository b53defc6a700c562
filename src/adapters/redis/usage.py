"""What each namespace has: its open tasks, and the bytes of its live values.

Kept where an installation has quotas alone. Open tasks are a sorted set like the one of all
namespaces: see `lists`. Bytes are counted by the minute in which they expire, so that they are
forgotten with the values, and a day of them is read with one command. Counts may be wrong by what
was written while an answer was lost, for as long as those values live.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from ...domain.change import Change
from ...domain.usage import Usage
from .commands import Command, Plan, Word, command
from .keyspace import Keyspace
from .lists import Entry, Removal, open_words
from .record_codec import corrupt, milliseconds
from .scripts import script

_MINUTE_MS: Final = 60_000


def list_open(space: Keyspace, entries: Iterable[Entry | Removal]) -> list[Command]:
    """List open tasks by namespace, as `lists.place` lists those of all."""
    by_namespace: dict[str, list[Word]] = defaultdict(list)
    for entry in entries:
        by_namespace[entry.address.namespace] += open_words(entry)
    return [
        script("place").call([space.namespace_tasks(namespace)], "time", 0, *words)
        for namespace, words in by_namespace.items()
    ]


def count_values(
    space: Keyspace, changes: Sequence[Change], *, are_refused: bool = False
) -> list[Command]:
    """Count the values that come with changes, or take back what was counted for nothing."""
    sign = -1 if are_refused else 1
    by_namespace: dict[str, list[Word]] = defaultdict(list)
    for change in changes:
        if change.value is not None:
            words = (milliseconds(change.keep), sign * len(change.value))
            by_namespace[change.record.namespace] += words
    return [
        script("usage").call([space.namespace_bytes(namespace)], *words)
        for namespace, words in by_namespace.items()
    ]


def usage(space: Keyspace, namespace: str) -> Plan[Usage]:
    """What a namespace has; the cost does not grow with it."""
    key = space.namespace_bytes(namespace)
    count, minutes, (seconds, micros) = yield [
        command("ZCARD", space.namespace_tasks(namespace)),
        command("HGETALL", key),
        Command(key, ("TIME",)),
    ]
    now = int(seconds) * 1000 + int(micros) // 1000
    try:
        counted = {_MINUTE_MS * int(minute) - now: int(size) for minute, size in minutes.items()}
    except ValueError:
        raise corrupt(key) from None
    live = {left: size for left, size in counted.items() if left > 0 and size > 0}
    relief = timedelta(milliseconds=min(live)) if live else None
    return Usage(int(count), sum(live.values()), relief)
