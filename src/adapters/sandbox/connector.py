"""Opens the connections that a run may have, outside of its sandbox, and hands them over."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from threading import Lock, Thread
from typing import Final

from ...domain.errors import InvalidTask
from ...domain.network import Endpoint, is_allowed, is_reachable
from .protocol import CONNECTED, BadFrame

_PATIENCE: Final = 10.0
"""Seconds for a peer to answer: most do within one, and the time limit of the run goes on."""

_MOST: Final = 256
"""Connections that one run may ask for: what is on its way to it counts as open here."""


class _Unreachable(Exception):
    """All that a name stands for is closed to runs."""


class Connector:
    """One run's way to the network; names are resolved here, and what was judged is connected to.

    Args:
        channel: the run's.
        places: what its task names, each as `tcp:host:port`.
        rules: the operator's patterns.
    """

    def __init__(self, channel: socket.socket, places: Sequence[str], rules: Sequence[str]) -> None:
        self._channel = channel
        self._places = places
        self._rules = rules
        self._lock = Lock()
        self._asked = 0
        self._is_busy = False
        self._is_closed = False

    def connect(self, payload: bytes) -> None:
        """Answer a run's wish, from a thread of its own: the run's clock goes on.

        Raises:
            BadFrame: it is no wish of an honest process.
        """
        place = payload.decode("ascii", "replace")
        self._asked += 1
        if place not in self._places or self._asked > _MOST or self._is_busy:
            raise BadFrame("it asked for a connection that it may not have")
        self._is_busy = True
        Thread(target=self._serve, args=(place,), name="fleeting-connect", daemon=True).start()

    def close(self) -> None:
        """Hand over nothing more; what is under way ends by itself."""
        with self._lock:
            self._is_closed = True

    def _serve(self, place: str) -> None:
        try:
            with self._opened(Endpoint.parse(place)) as opened:
                self._tell(CONNECTED, [opened.fileno()])
        except (_Unreachable, InvalidTask):
            self._tell(f"!{place} is not open to runs: its operator has not listed that".encode())
        except (OSError, UnicodeError) as exc:
            reason = getattr(exc, "strerror", None) or "no answer"
            self._tell(f"-{place} cannot be reached: {reason}"[:1000].encode())

    def _opened(self, endpoint: Endpoint) -> socket.socket:
        if not is_allowed(endpoint, self._rules):
            raise _Unreachable
        found = socket.getaddrinfo(
            endpoint.host, endpoint.port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
        )
        open_to_runs = [one for one in found if is_reachable(endpoint, str(one[4][0]), self._rules)]
        if not open_to_runs:
            raise _Unreachable
        failure = OSError("no answer")
        for family, _, _, _, address in open_to_runs:
            try:
                return _connected(family, address)
            except OSError as exc:
                failure = exc
        raise failure

    def _tell(self, words: bytes, descriptors: Sequence[int] = ()) -> None:
        with self._lock:
            self._is_busy = False
            if self._is_closed:
                return
            try:
                socket.send_fds(self._channel, [words], descriptors)
            except OSError:
                # The run has ended, or does not listen.
                return


def _connected(family: int, address: object) -> socket.socket:
    opened = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        opened.settimeout(_PATIENCE)
        opened.connect(address)  # type: ignore[arg-type]  # as getaddrinfo gives it
        # A run can set no option itself.
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened.settimeout(None)
    except BaseException:
        opened.close()
        raise
    return opened
