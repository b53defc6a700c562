"""What Redis has to be told of messages in hand: gathered for milliseconds, owed until it knows."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import Any, Final

from redis.exceptions import RedisError

from .delay import member, ring
from .entry import Entry
from .keys import GROUP
from .scripts import Call, call, run

_log: Final = logging.getLogger(__name__)

GATHER_SECONDS: Final = 0.02
"""How long the first word waits for others: a batch costs Redis and this process little more than
one."""

_PATIENCE_SECONDS: Final = 0.05
"""The same for an acknowledgement, which nobody waits for: a message whose acknowledgement was not
heard comes again, and its claim drops it. To wake up for one costs as much as a short run."""

_RETRY_SECONDS: Final = 0.5
_CHUNK: Final = 500
"""Most entries in one command, so that nobody blocks Redis."""

TROUBLES: Final = (RedisError, OSError)

Part = tuple[str, int]
"""An envelope, and how many calls it carries."""


@dataclass(frozen=True, slots=True)
class _Aside:
    entry: Entry
    step: int
    due: float
    raw: bytes


@dataclass(frozen=True, slots=True)
class _Parts:
    entry: Entry
    parts: Sequence[Part]


@dataclass(slots=True)
class _Words:
    parts: list[_Parts] = field(default_factory=list)
    acks: list[Entry] = field(default_factory=list)
    returns: list[Entry] = field(default_factory=list)
    asides: list[_Aside] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.acks or self.returns or self.asides or self.parts)

    def __len__(self) -> int:
        return len(self.acks) + len(self.returns) + len(self.asides) + len(self.parts)


class Outbox:
    """Acknowledges, gives back and puts aside; every method may be called from any thread.

    Each of these is done once, however often it is tried: so a word whose answer was lost is said
    again.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._lock = Lock()
        self._sending = Lock()
        self._words = _Words()
        self._filled = Event()
        self._pressing = Event()
        self._stopped = Event()
        self._thread: Thread | None = None

    @property
    def is_pressing(self) -> bool:
        """Whether others wait for what was said: then the background sends it sooner."""
        return self._pressing.is_set()

    def ack(self, entry: Entry) -> None:
        """Delete the entry: its message is done with."""
        with self._lock:
            self._words.acks.append(entry)
        if not self._filled.is_set():
            self._filled.set()

    def give_back(self, entries: Iterable[Entry]) -> None:
        """Put the entries in the front of their queues, in this order; none says nothing."""
        returned = list(entries)
        if not returned:
            return
        with self._lock:
            self._words.returns.extend(returned)
        self._press()

    def put_aside(self, entry: Entry, step: int, due: float, raw: bytes) -> None:
        """Have the entry's message wait in its queue for its time."""
        with self._lock:
            self._words.asides.append(_Aside(entry, step, due, raw))
        self._press()

    def put_parts(self, entry: Entry, parts: Sequence[Part]) -> None:
        """Put parts of the entry's message into its place, before all else that is said of it.

        The one word that takes effect twice where its answer was lost: claims drop what is
        delivered twice.
        """
        with self._lock:
            self._words.parts.append(_Parts(entry, parts))
        self._press()

    def start(self) -> None:
        """Begin to send in the background."""
        if self._thread is None:
            self._thread = Thread(target=self._settle, name="fleeting-outbox", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Send no more in the background."""
        self._stopped.set()
        self._press()

    def flush(self, client: Any = None) -> None:
        """Send all there is. What cannot be sent stays.

        Raises:
            RedisError: Redis refused it, or is away.
        """
        with self._sending:
            with self._lock:
                words, self._words = self._words, _Words()
            try:
                self._send(client or self._client, words)
            except TROUBLES:
                self._keep(words)
                raise

    def _press(self) -> None:
        """Have the background send soon: others wait for what was said."""
        self._pressing.set()
        self._filled.set()

    def _keep(self, words: _Words) -> None:
        with self._lock:
            self._words.parts[:0] = words.parts
            self._words.acks[:0] = words.acks
            self._words.returns[:0] = words.returns
            self._words.asides[:0] = words.asides

    def _settle(self) -> None:
        reached = True
        while not self._stopped.is_set():
            self._filled.wait()
            # What comes in the meantime travels along.
            if self._pressing.wait(_PATIENCE_SECONDS):
                self._stopped.wait(GATHER_SECONDS if reached else _RETRY_SECONDS)
            self._pressing.clear()
            self._filled.clear()
            try:
                self.flush()
                reached = True
            except TROUBLES as exc:
                if reached:
                    _log.warning("%d acknowledgement(s) wait for Redis: %s", len(self._words), exc)
                reached = False
                self._press()

    def _send(self, client: Any, words: _Words) -> None:
        run(client, [_put(each) for each in words.parts])
        words.parts.clear()
        for entries in _by_stream(words.acks):
            with client.pipeline() as pipe:
                _delete(pipe, entries)
                pipe.execute()
        for aside in words.asides:
            self._send_aside(client, aside)
        run(client, [_return(entries) for entries in _by_stream(words.returns)])

    def _send_aside(self, client: Any, aside: _Aside) -> None:
        queue = aside.entry.queue
        with client.pipeline() as pipe:
            pipe.zadd(queue.delayed, {member(aside.step, aside.raw): aside.due})
            _delete(pipe, [aside.entry])
            pipe.execute_command(*ring(queue))
            pipe.execute()


def _delete(pipe: Any, entries: Sequence[Entry]) -> None:
    stream, ids = entries[0].stream, [entry.id for entry in entries]
    pipe.xack(stream, GROUP, *ids)
    pipe.xdel(stream, *ids)


def _put(words: _Parts) -> Call:
    """Parts of an urgent message go to the front, as they would have come next."""
    stream, queue = words.entry.stream, words.entry.queue
    target = queue.front if stream == queue.streams[0] else stream
    told = [word for part in words.parts for word in part]
    return call("put_parts", (stream, target), GROUP, words.entry.id, *told)


def _return(entries: Sequence[Entry]) -> Call:
    first = entries[0]
    keys = (first.stream, first.queue.front)
    return call("give_back", keys, GROUP, *(entry.id for entry in entries))


def _by_stream(entries: Iterable[Entry]) -> Iterator[Sequence[Entry]]:
    streams: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        streams[entry.stream].append(entry)
    for found in streams.values():
        for start in range(0, len(found), _CHUNK):
            yield found[start : start + _CHUNK]
