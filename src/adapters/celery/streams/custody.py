"""What this process holds of a broker's queues, whichever of its connections it came by.

Connections come and go; the runs that they brought go on. So messages in hand are known here, by
process, until they are acknowledged or given back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from threading import Lock
from typing import Any, Final

from ..server_clock import ServerClock
from .entry import Entry
from .keys import QueueKeys
from .outbox import TROUBLES, Outbox, Part
from .reader import Reader, make_groups
from .scripts import call, run

Running = Callable[[], Collection[str]]


class Custody:
    """The messages in hand, by delivery tag. All methods may be called from any thread."""

    def __init__(self, client: Any, *, visibility_seconds: float) -> None:
        """Hold nothing yet; connects when it is first used.

        Args:
            client: sends whole keys, and is used from several threads.
            visibility_seconds: silence after which a consumer counts as dead.
        """
        self.client: Final = client
        self.visibility_seconds: Final = visibility_seconds
        self.clock: Final = ServerClock(patience=visibility_seconds / 2)
        self.outbox: Final = Outbox(client)
        self.running: Final[list[Running]] = []
        """Each names the delivery tags of tasks that go on when the connection is lost."""
        self._lock = Lock()
        self._held: dict[str, Entry] = {}
        self._readers: list[Reader] = []

    @property
    def readers(self) -> tuple[Reader, ...]:
        """The live ones, and those before them that still hold something."""
        with self._lock:
            return tuple(self._readers)

    @property
    def queues(self) -> tuple[QueueKeys, ...]:
        """All queues that messages are taken from."""
        found = (queue for reader in self.readers for queue in reader.queues)
        return tuple(dict.fromkeys(found))

    def enroll(self, reader: Reader, queues: Iterable[QueueKeys]) -> None:
        """Have `reader` known to Redis as alive before it takes anything from `queues`.

        Raises:
            RedisError: Redis refused it, or is away.
        """
        wanted = tuple(queues)
        make_groups(self.client, wanted)
        self.note_life([(queue, [reader.name]) for queue in wanted])
        reader.queues = wanted
        with self._lock:
            if reader not in self._readers:
                self._readers.append(reader)

    def note_life(self, signs: Iterable[tuple[QueueKeys, Collection[str]]]) -> None:
        """Tell Redis that these consumers live, and learn its time."""
        calls = [call("beat", (queue.consumers,), *names) for queue, names in signs]
        for now in run(self.client, calls)[-1:]:
            self.clock.note(float(now))

    def dismiss(self, reader: Reader) -> None:
        """Forget a reader that holds nothing any more; another thread may have been quicker."""
        with self._lock:
            if reader in self._readers:
                self._readers.remove(reader)

    def hold(self, entry: Entry) -> str:
        """Take charge of a message; returns its delivery tag."""
        with self._lock:
            self._held[entry.tag] = entry
        return entry.tag

    def holds(self, tag: str) -> bool:
        """Whether the message is neither acknowledged nor given back."""
        with self._lock:
            return tag in self._held

    def ack(self, tag: str) -> None:
        """Be done with a message; Redis hears of it within milliseconds, or when it is back."""
        with self._lock:
            entry = self._held.pop(tag, None)
            if entry is not None:
                self.outbox.ack(entry)

    def put_aside(self, tag: str, step: int, due: float, raw: bytes) -> None:
        """Have a message wait for its time in Redis."""
        with self._lock:
            for entry in self._let_go([tag]):
                self.outbox.put_aside(entry, step, due, raw)

    def put_parts(self, tag: str, parts: Sequence[Part]) -> None:
        """Put parts of a message that is held into its place; it stays held.

        What is acknowledged or given back afterwards is done after that.
        """
        with self._lock:
            entry = self._held.get(tag)
            if entry is not None and parts:
                self.outbox.put_parts(entry, parts)

    def give_back(self, tags: Iterable[str]) -> None:
        """Put messages in front of their queues, for anybody to take."""
        with self._lock:
            self.outbox.give_back(self._let_go(tags))

    def give_all_back(self) -> None:
        """Hold nothing any more."""
        self.give_back(tuple(self._held))

    def going_on(self) -> frozenset[str]:
        """The tags of tasks that a lost connection does not end."""
        return frozenset(tag for source in tuple(self.running) for tag in source())

    def flush(self) -> Exception | None:
        """Tell Redis at once what it has to know; returns what kept it from hearing."""
        try:
            self.outbox.flush()
        except TROUBLES as exc:
            return exc
        return None

    def _let_go(self, tags: Iterable[str]) -> list[Entry]:
        """Under the lock, as what is no longer held must be in the outbox for all to see."""
        found = [self._held.pop(tag, None) for tag in tags]
        return [entry for entry in found if entry is not None]
