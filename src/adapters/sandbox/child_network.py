"""`fleeting.connect` as confined scripts see it: the worker connects, and hands the socket over.

A child can make no socket itself. Standard library only, because the sandbox child loads this.
"""

from __future__ import annotations

import errno
import os
from _thread import allocate_lock

from .protocol import CONNECT, CONNECTED, frame, write_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable

_REPLY = 4096


class ChildNetwork:
    """Asks the worker for connections, one after the other."""

    def __init__(self, channel: int) -> None:
        self._channel = channel
        self._lock = allocate_lock()
        self._places: frozenset[str] = frozenset()

    def allow(self, places: Iterable[str]) -> None:
        """Know what this run may ask for; the worker knows it too, and does not rely on this."""
        self._places = frozenset(places)

    def __call__(self, host: str, port: int) -> socket.socket:
        """A TCP connection to one of the places that the task names in `network`.

        Raises:
            PermissionError: the task does not name it, or its address is not to be reached.
            ConnectionError: nobody answers there.
        """
        place = f"tcp:[{host}]:{port}" if ":" in host else f"tcp:{host}:{port}"
        if place.lower() not in self._places:
            raise PermissionError(
                errno.EPERM, f'this run may not connect to it: submit it with network=["{place}"]'
            )
        # Loaded by the fork server; a script that connects nowhere does without.
        import socket

        with self._lock, socket.socket(fileno=os.dup(self._channel)) as asking:
            write_all(self._channel, frame(CONNECT, place.lower().encode()))
            words, descriptors, _, _ = socket.recv_fds(asking, _REPLY, 1)
        if words == CONNECTED and descriptors:
            return socket.socket(fileno=descriptors[0])
        kind = PermissionError if words[:1] == b"!" else ConnectionError
        raise kind(words[1:].decode("utf-8", "replace"))
