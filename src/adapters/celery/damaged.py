"""What becomes of queued bytes that are no message, but name tasks: those are refused."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from queue import SimpleQueue
from secrets import token_hex
from threading import Lock, Thread
from typing import Any, Final

from ...domain.chunk import CALLS
from ...domain.claimed_task import claimed_in_text
from ...domain.distrust import Distrust, distrusted
from ...domain.errors import MalformedMessage
from ...domain.result_key import Address
from .task import NAME

_log: Final = logging.getLogger(__name__)

_MOST_WAITING: Final = 10_000
"""Refusals that wait for a store that is away; beyond that, tasks end by their deadline."""


def stand_in(raw: bytes | str, queue: str) -> dict[str, Any] | None:
    """A message in place of one that cannot be read, for the tasks that it seems to be of.

    It holds nothing that could be run, so workers refuse it, and say so to who waits.

    Args:
        raw: what was queued.
        queue: where.
    """
    found = claimed_in_text(raw if isinstance(raw, str) else raw.decode("utf-8", "replace"))
    if not found:
        return None
    first, *others = found
    name = f"calls-{token_hex(16)}" if others else first.key
    return {
        "headers": {"lang": "py", "task": NAME, "id": name},
        "content-type": "application/json",
        "content-encoding": "utf-8",
        "body": json.dumps([[], _call(found), None]),
        "properties": {
            "delivery_tag": token_hex(16),
            "delivery_info": {"exchange": "", "routing_key": queue},
            "priority": 0,
        },
    }


def _call(found: Sequence[Address]) -> Mapping[str, object]:
    options = {"namespace": found[0].namespace} if found[0].namespace else {}
    if len(found) == 1:
        return {"key": found[0].key, "options": options}
    return {CALLS: [{"key": one.key} for one in found], "options": options}


def refusals_of(body: object) -> list[MalformedMessage]:
    """The errors of the tasks that a message which Celery cannot use seems to be of."""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)
    return [_refusal(address) for address in claimed_in_text(text)]


def _refusal(address: Address) -> MalformedMessage:
    error = distrusted(Distrust.ALTERED, "no worker can read it")
    error.address = address
    return error


class LaterRefusals:
    """Refuses tasks in a thread of its own, so that the store holds up nobody."""

    def __init__(self, refuse: Callable[[MalformedMessage], object]) -> None:
        self._refuse = refuse
        self._waiting: SimpleQueue[MalformedMessage] = SimpleQueue()
        self._lock = Lock()
        self._thread: Thread | None = None

    def add(self, errors: Sequence[MalformedMessage]) -> None:
        """Refuse these soon."""
        if not errors or self._waiting.qsize() > _MOST_WAITING:
            return
        for error in errors:
            self._waiting.put(error)
        with self._lock:
            if self._thread is None:
                self._thread = Thread(target=self._work, name="fleeting-refusals", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while True:
            error = self._waiting.get()
            try:
                self._refuse(error)
            except Exception as exc:  # noqa: BLE001 - its record ends as lost by its deadline
                _log.error("the task of a dropped message stays open: %s", type(exc).__name__)
