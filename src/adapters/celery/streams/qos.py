"""What one channel has delivered: counted for the prefetch limit, in custody until settled."""

from __future__ import annotations

from typing import Any

from ..kombu_redis import VirtualQoS


class QoS(VirtualQoS):
    """Acknowledges and rejects from any thread, also after the connection has gone."""

    channel: Any

    def can_consume(self) -> bool:
        """Whether to ask for messages, or to read those that Redis has handed out already.

        kombu leaves an answer unread while the prefetch count is used up, also where that has
        been lowered since it asked: nobody else could have those messages meanwhile.
        """
        return bool(self.channel._in_poll) or super().can_consume()  # noqa: SLF001 - as kombu's poller

    def ack(self, delivery_tag: str) -> None:
        self.channel.custody.ack(delivery_tag)
        super().ack(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:  # noqa: FBT001, FBT002 - kombu's
        if requeue:
            self.channel.custody.give_back([delivery_tag])
        else:
            self.channel.custody.ack(delivery_tag)
        super().ack(delivery_tag)

    def has(self, delivery_tag: str) -> bool:
        """Whether a consumer has got the message."""
        return delivery_tag in self._delivered

    def let_go(self) -> tuple[int, int]:
        """After the connection broke: keep what runs, give back what Celery has dropped.

        Returns:
            How many messages are kept, and how many go back.
        """
        delivered = self._undone()
        going_on = self.channel.custody.going_on() if delivered else frozenset()
        dropped = [tag for tag in delivered if tag not in going_on]
        self._give_back(dropped)
        return len(delivered) - len(dropped), len(dropped)

    def restore_unacked(self) -> None:
        self._give_back(self._undone())

    def restore_unacked_once(self, stderr: Any | None = None) -> None:
        """Give back what came on this connection: the consumer stops in good order."""
        self.restore_unacked()

    def _give_back(self, tags: list[str]) -> None:
        if tags:
            self.channel.custody.give_back(tags)

    def _undone(self) -> list[str]:
        self._on_collect.cancel()
        self._flush()
        tags = list(self._delivered)
        self._delivered.clear()
        return tags
