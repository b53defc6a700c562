"""The least that each role needs on Redis, as rules for `ACL SETUSER name on >password …`.

docs/reference/keys.md shows the same text, and integration tests run everything under it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

RIGHTS: Final[Mapping[str, str]] = {
    "retrieve": """\
resetchannels -@all
+hello +auth +ping +time
+get +mget +hgetall +exists +pttl +zrange +zrangebyscore +zcount +sort_ro +xread +xrevrange
%R~*_?????????????_???????????????? %R~{*}:run %R~{*}:live %R~{*}:other
%R~*functions %R~*events %R~{workers}:facts
""",
    "api": """\
resetchannels &cancel -@all
+hello +auth +ping +time +publish
+get +mget +set +del +exists +pttl +pexpire +pexpireat
+hget +hset +hdel +hmget +hgetall
+zadd +zrem +zscore +zrange +zrangebyscore +zremrangebyscore +zcount +zcard +sort_ro
+xadd +xread +xrevrange
+eval +evalsha
~*_?????????????_???????????????? ~{*}:run ~{*}:live ~{*}:other
~*functions ~*events ~open ~source:* ~*idem:* %R~{workers}:facts %R~{quarantine}:facts
+multi +exec +sadd ~{fleeting}:_kombu.binding*
(+xadd +zadd +xlen +xpending +xinfo|groups +llen +exists +eval +evalsha +multi +exec
~{fleeting}:fleeting*)
(+eval +evalsha ~{*}:run ~*_?????????????_???????????????? ~*events ~{fleeting}:fleeting*)
""",
    "worker": """\
resetchannels &cancel -@all
+hello +auth +ping +time +publish +subscribe +unsubscribe
+get +set +del +exists +pttl +pexpire +pexpireat
+hget +hset +hdel +hmget +hgetall
+zadd +zrem +zscore +zrange +zrangebyscore +zremrangebyscore
+xadd +xdel
+eval +evalsha
~*_?????????????_???????????????? ~{*}:run ~{*}:live ~{*}:other
~*functions ~*events ~open ~{workers} ~{workers}:facts %R~source:*
~{quarantine} ~{quarantine}:facts ~*lost:*
&{fleeting}:/0.celery.pidbox
&{fleeting}:/0.celeryev/worker.* &{fleeting}:/0.celeryev/task.multi
&{fleeting}:celery-task-meta-*
+multi +exec +watch +unwatch +discard +expire
+xreadgroup +xack +xrange +xlen +xpending +xread
+xgroup|create +xgroup|delconsumer +xinfo|consumers
+llen +lpush +rpop +brpop +sadd +srem +smembers +sismember +setex +zcount +mget
+psubscribe +punsubscribe +script|load +script|exists
~{fleeting}:*
""",
    "flower": """\
resetchannels -@all
+hello +auth +ping +time +publish +subscribe +psubscribe +unsubscribe +punsubscribe
&{fleeting}:/0.celery.pidbox &{fleeting}:/0.celeryev/*
+multi +exec +sadd +srem +smembers +sismember +exists +llen +lpush +rpop +brpop +del +expire
+eval +evalsha +script|load +script|exists
+xadd +xdel +xack +xreadgroup +xgroup|create +xgroup|delconsumer +xlen
+zadd +zrem +zrangebyscore +zremrangebyscore +hset +hdel +hgetall
~{fleeting}:_kombu.binding* ~{fleeting}:*reply.celery.pidbox*
(+llen +xlen +xpending +xinfo|groups +exists ~{fleeting}:*)
""",
}
"""By role, for an installation without prefix and with the queue's own."""

_COUNTING: Final = "(+eval +evalsha +llen +lindex +lpush +ltrim +expire ~{rate:*)"

LIMIT_RIGHTS: Final[Mapping[str, str]] = {
    "retrieve": f"{_COUNTING}\n",
    "api": f"~*queued %R~*bytes\n{_COUNTING}\n",
    "worker": "+hincrby +hkeys ~*queued ~*bytes\n",
}
"""By role, what comes to that where an installation has rate limits or quotas; else nothing."""

_QUEUE: Final = "{fleeting}:"


def rights(
    role: str, *, prefix: str = "", queue_prefix: str = _QUEUE, has_limits: bool = False
) -> tuple[str, ...]:
    """The rules of `role`; with a prefix they allow all keys under it, and no others.

    Args:
        role: one of `RIGHTS`.
        prefix: put before every key of the stores.
        queue_prefix: put before every key of the queue.
        has_limits: whether the installation has rate limits or quotas.
    """
    words = (RIGHTS[role] + LIMIT_RIGHTS.get(role, "") * has_limits).split()
    if prefix:
        words = list(_narrowed(words, prefix))
    return tuple(word.replace(_QUEUE, queue_prefix) for word in words)


def _narrowed(words: list[str], prefix: str) -> Iterator[str]:
    """In a selector, which stands in brackets, each pattern has a successor of its own."""
    is_selector, mode = False, "%R~"
    for word in words:
        is_selector = is_selector or word.startswith("(")
        if "~" not in word or _QUEUE in word:
            yield word.replace("&cancel", f"&{prefix}:cancel")
        elif is_selector:
            yield f"~{{{prefix}:*}}:run" if word == "~{*}:run" else f"~{prefix}:{word[1:]}"
        elif word.startswith("~"):
            mode = "~"
        is_selector = is_selector and not word.endswith(")")
    yield f"{mode}{prefix}:*"
    yield f"{mode}{{{prefix}:*}}:run"
