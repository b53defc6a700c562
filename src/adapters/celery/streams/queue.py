"""Queues as kombu's channels see them: put, counted, purged, deleted."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import redis
from kombu.utils.json import dumps
from redis.exceptions import RedisError, ResponseError

from ..kombu_redis import StockChannel
from .delay import due_time
from .greeting import greeting
from .keys import GROUP, QueueKeys, queue_keys
from .publication import Words, publication
from .scripts import call, run

_PURGED_AT_ONCE: Final = 1000


def is_list(queue: str) -> bool:
    """Whether the queue is one of remote control's answers: short-lived, so a list as in kombu."""
    return queue.endswith(".pidbox")


class StreamQueues(StockChannel):
    """The half of a channel that knows queues but takes nothing from them."""

    @cached_property
    def raw_client(self) -> Any:
        """A client that puts no prefix before keys: those here are whole."""
        return redis.Redis(connection_pool=self.pool)

    def _connparams(self, asynchronous: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002 - kombu's
        params = super()._connparams(asynchronous)
        credentials = self.connection.client.transport_options.get("credentials")
        if credentials is None:
            return params
        who = {"username": None, "password": None}
        return params | who | {"redis_connect_func": greeting(credentials)}

    def keys(self, queue: str) -> QueueKeys:
        """The keys of `queue` on this broker."""
        steps = tuple(self.priority_steps)
        return queue_keys(self.global_keyprefix, queue, steps=steps, separator=self.sep)

    def _put(self, queue: str, message: Mapping[str, Any], **kwargs: Any) -> None:
        if is_list(queue):
            super()._put(queue, message, **kwargs)
            return
        commands = self._publication(queue, message)
        batch = kwargs.pop("_publish_batch", None)
        if batch is not None:
            for words in commands:
                batch.add("pipeline_execute_command", *words)
        elif len(commands) == 1:
            self.raw_client.execute_command(*commands[0])
        else:
            with self.raw_client.pipeline() as pipe:
                for words in commands:
                    pipe.execute_command(*words)
                pipe.execute()

    def _publication(self, queue: str, message: Mapping[str, Any]) -> Sequence[Words]:
        keys = self.keys(queue)
        commands = publication(
            keys,
            dumps(message),
            priority=self._get_message_priority(message, reverse=False),
            due=due_time(message),
            now=time.time(),
        )
        if queue not in self._expires:
            return commands
        lives = self._expires[queue]
        waiting = (*keys.readable, keys.delayed)
        return [*commands, *(("PEXPIRE", key, lives) for key in waiting)]

    def _size(self, queue: str) -> int:
        """Messages that nobody has taken yet and that may be taken now."""
        if is_list(queue):
            return int(super()._size(queue))
        keys = self.keys(queue)
        with self.raw_client.pipeline(transaction=False) as pipe:
            for stream in keys.readable:
                pipe.xlen(stream)
                pipe.xpending(stream, GROUP)
            for inbox in keys.inboxes:
                pipe.llen(inbox)
            replies = pipe.execute(raise_on_error=False)
        return max(sum(map(_counted, replies)), 0)

    def _has_queue(self, queue: str, **kwargs: Any) -> bool:
        if is_list(queue):
            return bool(super()._has_queue(queue, **kwargs))
        keys = self.keys(queue)
        return bool(self.raw_client.exists(*keys.readable, *keys.inboxes, keys.delayed))

    def _purge(self, queue: str) -> int:
        """Delete what nobody has taken yet, delayed messages included."""
        if is_list(queue):
            return int(super()._purge(queue))
        keys = self.keys(queue)
        waiting = (*keys.inboxes, keys.delayed)
        with self.raw_client.pipeline() as pipe:
            for inbox in keys.inboxes:
                pipe.llen(inbox)
            pipe.zcard(keys.delayed)
            pipe.delete(*waiting)
            counts = pipe.execute()[:-1]
        return int(sum(counts)) + sum(map(self._purge_stream, keys.readable))

    def _purge_stream(self, stream: str) -> int:
        purged = 0
        while found := run(self.raw_client, [call("purge", (stream,), GROUP, _PURGED_AT_ONCE)])[0]:
            purged += found
        return purged

    def _delete(self, queue: str, *args: Any, **kwargs: Any) -> None:
        super()._delete(queue, *args, **kwargs)
        if not is_list(queue):
            keys = self.keys(queue)
            self.raw_client.delete(*keys.readable, keys.delayed, keys.alarm, keys.consumers)


def _counted(reply: Any) -> int:
    """A length counts for itself, a summary of what is taken against it, no group for nothing."""
    if isinstance(reply, dict):
        return -int(reply["pending"])
    if isinstance(reply, ResponseError) and "NOGROUP" in str(reply):
        return 0
    if isinstance(reply, RedisError):
        raise reply
    return int(reply)
