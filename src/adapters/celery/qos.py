"""What a consumer holds of a Redis queue: taken, shown to be alive, acknowledged, given back.

The keys are kombu's: the hash `unacked` keeps the messages, the sorted set `unacked_index` tells
when each was last known to be in good hands. Its scores are Redis' own time.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Collection, Sequence
from typing import Any, Final

from kombu.transport import virtual
from kombu.utils.encoding import bytes_to_str
from kombu.utils.json import dumps

from ...domain.errors import MalformedMessage
from .envelope import open_entry
from .kombu_redis import StockQoS
from .server_clock import ServerClock

_log: Final = logging.getLogger(__name__)

_CHUNK: Final = 1000
"""Most tags in one command, so that a worker with many delayed tasks does not block Redis."""

Debt = Callable[[Any], object]
"""Puts commands into a pipeline that could not be sent when they should have been."""


class QoS(StockQoS):
    """The messages that one channel took and nobody has acknowledged yet.

    `_delivered` and `_dirty` are read from the heartbeat's thread too: each look at them is one
    step of the interpreter.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clock: Final = ServerClock(patience=self.visibility_timeout / 2)
        self.running: Callable[[], Collection[str]] = frozenset
        """The delivery tags of tasks that go on when the connection is lost."""
        self._kept: set[str] = set()
        self._owed: deque[Debt] = deque()
        self._troubles: Final = (*self.channel.connection_errors, self.channel.ResponseError)

    @property
    def held(self) -> list[str]:
        """The delivery tags of all messages that are this process's responsibility."""
        return [tag for tag in (*self._delivered, *self._kept) if tag not in self._dirty]

    @property
    def is_idle(self) -> bool:
        """Whether nothing is held and nothing owed to Redis."""
        return not self.held and not self._owed

    def owe(self, debt: Debt) -> None:
        """Have `debt` paid with the next heartbeat that reaches Redis."""
        self._owed.append(debt)

    def refresh(self) -> None:
        """Pay what is owed, then set the visibility clock of everything held to the present."""
        with self.channel.conn_or_acquire() as client:
            self._pay(client)
            tags = self.held
            now = self.clock.read(client)
            for start in range(0, len(tags), _CHUNK):
                scores = dict.fromkeys(tags[start : start + _CHUNK], now)
                client.zadd(self.unacked_index_key, scores, xx=True)

    def append(self, message: Any, delivery_tag: str) -> None:
        info = message.delivery_info
        entry = [message._raw, info["exchange"], info["routing_key"]]  # noqa: SLF001 - as stock
        try:
            with self.channel.conn_or_acquire() as client, client.pipeline() as pipe:
                pipe.zadd(self.unacked_index_key, {delivery_tag: self.clock.now(client)})
                pipe.hset(self.unacked_key, delivery_tag, dumps(entry))
                pipe.execute()
        except self._troubles:
            # BRPOP has taken it out of the queue: here is the only copy.
            self.owe(lambda pipe: self.channel.put_back(*entry, pipe))
            raise
        virtual.QoS.append(self, message, delivery_tag)

    def ack(self, delivery_tag: str) -> None:
        try:
            self._remove_from_indices(delivery_tag).execute()
        except self._troubles as exc:
            _log.warning("the acknowledgement of %s waits for Redis: %s", delivery_tag, exc)
            self.owe(lambda pipe: self._remove_from_indices(delivery_tag, pipe))
        self._forget(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:  # noqa: FBT001, FBT002 - kombu's
        if not requeue:
            self.ack(delivery_tag)
            return
        self._give_back([delivery_tag], leftmost=True)
        self._forget(delivery_tag)

    def let_go(self) -> None:
        """After the connection broke: keep what runs, give back what Celery has dropped."""
        self._on_collect.cancel()
        self._flush()
        running = set(self.running())
        dropped = [tag for tag in self._delivered if tag not in running]
        self._kept |= running.intersection(self._delivered)
        self._delivered.clear()
        if self._kept or dropped:
            _log.warning(
                "connection to Redis lost: %d running task(s) keep their message, %d go(es) back",
                len(self._kept),
                len(dropped),
            )
        self._give_back(dropped)

    def restore_unacked_once(self, stderr: Any | None = None) -> None:
        """Give back what came on this connection: the consumer stops in good order."""
        self._on_collect.cancel()
        self._flush()
        held = list(self._delivered)
        self._delivered.clear()
        if held:
            _log.info("giving %d unacknowledged message(s) back", len(held))
            self._give_back(held)

    def let_go_of_kept(self) -> None:
        """Give back the messages that outlived their connection: the worker stops in good order."""
        kept = [tag for tag in self._kept if tag not in self._dirty]
        self._kept.clear()
        self._give_back(kept)

    def restore_visible(self, start: int = 0, num: int | None = None, interval: int = 1) -> None:
        """Put back the messages whose holder has not been heard of for `visibility_timeout`.

        While Redis was away no holder could be heard: nobody is judged before Redis has been
        there for one full `visibility_timeout`.
        """
        with self.channel.conn_or_acquire() as client:
            latest = self.clock.read(client) - self.visibility_timeout
            if self.clock.served < self.visibility_timeout:
                return
            found = client.zrange(
                self.unacked_index_key, latest, 0, desc=True, byscore=True, offset=start, num=num
            )
            own = set(self.held)
            for tag in map(bytes_to_str, found):
                if tag not in own:
                    self._take_over(client, tag, latest)

    def restore_by_tag(
        self,
        tag: str,
        client: Any = None,
        leftmost: bool = False,  # noqa: FBT001, FBT002 - kombu's
    ) -> None:
        with self.channel.conn_or_acquire(client) as connected:
            connected.transaction(
                lambda pipe: self._move(pipe, tag, leftmost=leftmost), self.unacked_key
            )

    def _take_over(self, client: Any, tag: str, latest: float) -> None:
        # kombu's prefixing client does not know ZSCORE, so it gets the whole key.
        index = f"{self.channel.global_keyprefix}{self.unacked_index_key}"

        def move_if_still_stale(pipe: Any) -> None:
            score = pipe.zscore(index, tag)
            if score is not None and score <= latest:
                self._move(pipe, tag, leftmost=False)

        try:
            client.transaction(move_if_still_stale, self.unacked_key, self.unacked_index_key)
        except self._troubles:
            raise
        except Exception:  # noqa: BLE001 - one that cannot must not hold up the others
            _log.exception("message %s cannot be taken over", tag)

    def _move(self, pipe: Any, tag: str, *, leftmost: bool) -> None:
        """From `unacked` to its queue, in a transaction that watches `unacked`."""
        entry = pipe.hget(self.unacked_key, tag)
        pipe.multi()
        self._remove_from_indices(tag, pipe)
        if entry:
            try:
                raw, exchange, routing_key = open_entry(entry)
            except MalformedMessage as exc:
                _log.error("dropped what was kept as message %s: %s", tag, exc.message)
            else:
                self.channel.put_back(raw, exchange, routing_key, pipe, leftmost=leftmost)

    def _give_back(self, tags: Sequence[str], *, leftmost: bool = False) -> None:
        left = list(tags)
        try:
            while left:  # the oldest last, as the queue is read from that end
                self.restore_by_tag(left[-1], leftmost=leftmost)
                left.pop()
        except self._troubles as exc:
            _log.warning(
                "%d message(s) cannot be given back; they will be taken over: %s", len(left), exc
            )

    def _forget(self, delivery_tag: str) -> None:
        self._kept.discard(delivery_tag)
        virtual.QoS.ack(self, delivery_tag)

    def _pay(self, client: Any) -> None:
        debts = tuple(self._owed)
        if not debts:
            return
        with client.pipeline() as pipe:
            for debt in debts:
                debt(pipe)
            pipe.execute()
        for _ in debts:
            self._owed.popleft()
