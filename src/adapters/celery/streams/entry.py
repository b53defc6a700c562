"""One message in a stream, as Redis hands it out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from kombu.utils.encoding import bytes_to_str

from .keys import DELIVERIES, MESSAGE, QueueKeys


class Entry(NamedTuple):
    """Where a message stands that this process has taken."""

    queue: QueueKeys
    stream: str
    id: str

    @property
    def tag(self) -> str:
        """The delivery tag: no other delivery has it, whatever the message says of itself."""
        return f"{self.stream}@{self.id}"


class Delivery(NamedTuple):
    """A message as it came: not looked into."""

    stream: str
    id: str
    raw: bytes
    deliveries: int
    """How often it was handed out before."""


def read_reply(reply: Any) -> Iterator[Delivery]:
    """What XREADGROUP answered, alone (RESP 2 or 3) or within a script."""
    rows: Iterable[Any] = reply.items() if isinstance(reply, dict) else reply or ()
    for stream, entries in rows:
        for entry_id, fields in entries:
            found = _fields(fields)
            count = found.get(DELIVERIES.encode(), b"")
            yield Delivery(
                bytes_to_str(stream),
                bytes_to_str(entry_id),
                found.get(MESSAGE.encode(), b""),
                int(count) if count.isdigit() else 0,
            )


def _fields(flat: Mapping[bytes, bytes] | Sequence[bytes] | None) -> Mapping[bytes, bytes]:
    if isinstance(flat, Mapping):
        return flat
    flat = flat or ()
    return dict(zip(flat[::2], flat[1::2], strict=True))
