"""The plans of the retriever: plain reading commands only, so that a user with no other right
will do, and none whose cost depends on what else is stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Sized
from dataclasses import dataclass
from typing import Final

from ...domain.errors import AnswerTooLarge
from ...domain.result import Record, Status
from ...domain.result_key import Address
from ...ports.result_store import LiveValue, Order, Slice, StoredResult
from .commands import Command, Plan, command
from .keyspace import Keyspace
from .record_codec import decode_shown, fields_of

PAGE: Final = 1_000
"""Keys asked for in one round trip: more would hold up the server for milliseconds."""

FEW: Final = 500
"""Values that a server joins to their list in well under a millisecond."""

CLOCK_MARGIN_MS: Final = 300_000
"""How far the clocks of readers and servers may be apart. Entries of a list that expired longer
ago are not read; what expired since then is read and dropped, because its value has gone."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The results of one function, as a reader finds them at its present."""

    space: Keyspace
    namespace: str
    function: str
    now_ms: int

    def address(self, key: str) -> Address:
        """Where one of the results lives."""
        return Address(self.namespace, key)


def read(space: Keyspace, address: Address) -> Plan[StoredResult | None]:
    """A record and its value.

    The record is read first: where it says succeeded, its value was there at that moment, since
    one script writes both. If the value has gone meanwhile, both have expired.
    """
    key = space.record(address)
    reply, value = yield [_fields(key), command("GET", space.value(address))]
    fields = fields_of(reply)
    if not fields:
        return None
    record = decode_shown(key, fields)
    if record.status is not Status.SUCCEEDED:
        return StoredResult(record, None)
    return None if value is None else StoredResult(record, value)


def values(shelf: Shelf, part: Slice, *, max_bytes: int, one_by_one: bool) -> Plan[list[LiveValue]]:
    """Live values in order: one round trip for the list, and one for each page of values.

    Args:
        shelf: whose values.
        part: which of them.
        max_bytes: what they may come to together.
        one_by_one: ask for each value with a command of its own, as a cluster needs it.
    """
    live = shelf.space.live(shelf.namespace, shelf.function)
    keys = yield from _candidates(shelf, [live], part)
    found: list[LiveValue] = []
    size = 0
    for page in pages(keys, part.limit, found):
        replies = yield _gets(shelf, page, one_by_one=one_by_one)
        texts = [text for reply in replies for text in reply]
        new = [LiveValue(key, text) for key, text in zip(page, texts, strict=True) if text]
        found += new if part.limit is None else new[: part.limit - len(found)]
        size += sum(len(value.value) for value in new)
        _check_size(shelf, size, max_bytes)
    return found


def values_at_once(shelf: Shelf, order: Order, *, max_bytes: int) -> Plan[list[LiveValue] | None]:
    """All live values in order with one command; None: the list has become too long for that.

    The server sorts the list and joins the values to it, which holds it up for as long as the
    list is: so this is for functions that are known to have few. It needs SORT_RO (Redis 7) and
    the right to read every key, and serves one shard only.
    """
    live = shelf.space.live(shelf.namespace, shelf.function)
    pattern = shelf.space.value(shelf.address("*"))
    words = ("LIMIT", 0, FEW + 1, "GET", "#", "GET", pattern, order.upper(), "ALPHA")
    [reply] = yield [command("SORT_RO", live, *words)]
    keys, texts = reply[::2], reply[1::2]
    if len(keys) > FEW:
        return None
    found = [LiveValue(key.decode(), text) for key, text in zip(keys, texts, strict=True) if text]
    _check_size(shelf, sum(len(value.value) for value in found), max_bytes)
    return found


def records(shelf: Shelf, part: Slice, statuses: frozenset[Status]) -> Plan[list[Record]]:
    """Records in order: one round trip for the lists, and one for each page of records."""
    keys = yield from _candidates(shelf, _lists(shelf, statuses), part)
    found: list[Record] = []
    for page in pages(keys, part.limit, found):
        names = [shelf.space.record(shelf.address(key)) for key in page]
        replies = yield [_fields(name) for name in names]
        hashes = [(name, fields_of(reply)) for name, reply in zip(names, replies, strict=True)]
        shown = [decode_shown(name, fields) for name, fields in hashes if fields]
        found += [record for record in shown if record.status in statuses]
    return found[: part.limit]


def pages(keys: Sequence[str], limit: int | None, found: Sized) -> Iterator[list[str]]:
    """Cut keys into pages until the caller has `found` as many as it wants.

    The first page is as long as the limit, for most keys are; later ones grow, so that a list
    of which little is wanted does not take a round trip for each.
    """
    start, length = 0, PAGE if limit is None else min(PAGE, limit)
    while start < len(keys) and (limit is None or len(found) < limit):
        yield list(keys[start : start + length])
        start, length = start + length, min(PAGE, 4 * length)


def _candidates(shelf: Shelf, lists: Sequence[str], part: Slice) -> Plan[list[str]]:
    if not lists:
        return []
    oldest = shelf.now_ms - CLOCK_MARGIN_MS
    replies = yield [command("ZRANGEBYSCORE", name, oldest, "+inf") for name in lists]
    keys = sorted({key.decode() for reply in replies for key in reply})
    if part.order == "desc":
        keys.reverse()
    if part.after is None:
        return keys
    after, is_descending = part.after, part.order == "desc"
    return [key for key in keys if (key < after if is_descending else key > after)]


def _check_size(shelf: Shelf, size: int, max_bytes: int) -> None:
    if size > max_bytes:
        raise AnswerTooLarge(
            f"the values of {shelf.function} are more than {max_bytes} bytes together: ask for "
            "fewer at once with limit, and for the rest with after"
        )


def _lists(shelf: Shelf, statuses: frozenset[Status]) -> list[str]:
    """The lists that hold these statuses; the live ones last, for that way keys move."""
    lists = []
    if statuses - {Status.SUCCEEDED}:
        lists.append(shelf.space.other(shelf.namespace, shelf.function))
    if Status.SUCCEEDED in statuses:
        lists.append(shelf.space.live(shelf.namespace, shelf.function))
    return lists


def _gets(shelf: Shelf, page: Sequence[str], *, one_by_one: bool) -> list[Command]:
    names = [shelf.space.value(shelf.address(key)) for key in page]
    if one_by_one:
        return [command("MGET", name) for name in names]
    return [command("MGET", *names)]


def _fields(key: str) -> Command:
    return command("HGETALL", key)
