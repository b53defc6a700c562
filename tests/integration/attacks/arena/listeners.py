"""Sockets of every kind that a script may try to speak to; they note whoever does."""

from __future__ import annotations

import os
import socket
from contextlib import suppress


class Listeners:
    """TCP, UDP and Unix sockets, by path and abstract; asked, not served: the kernel queues."""

    def __init__(self, folder: str, sign: str, user: int) -> None:
        self._streams: dict[str, socket.socket] = {}
        self._datagrams: dict[str, socket.socket] = {}
        self.bait: dict[str, object] = {"tcp6": 0, "udp6": 0}
        for name, family, host in (
            ("tcp4", socket.AF_INET, "127.0.0.1"),
            ("tcp6", socket.AF_INET6, "::1"),
        ):
            with suppress(OSError):
                self._stream(name, family, (host, 0))
                self.bait[name] = self._streams[name].getsockname()[1]
            datagram = name.replace("tcp", "udp")
            with suppress(OSError):
                self._datagram(datagram, family, (host, 0))
                self.bait[datagram] = self._datagrams[datagram].getsockname()[1]
        for name in ("unix", "packets"):
            path = f"{folder}/{name}.sock"
            kind = socket.SOCK_STREAM if name == "unix" else socket.SOCK_SEQPACKET
            self._stream(name, socket.AF_UNIX, path, kind)
            self.bait[name] = path
        path = f"{folder}/letters.sock"
        self._datagram("letters", socket.AF_UNIX, path)
        self.bait["letters"] = path
        for path in ("unix", "packets", "letters"):
            os.chmod(str(self.bait[path]), 0o777)
            os.chown(str(self.bait[path]), user, -1)
        # Names without a path: given with their leading NUL.
        self._stream("abstract", socket.AF_UNIX, f"\0{sign}-stream")
        self._datagram("abstract_letters", socket.AF_UNIX, f"\0{sign}-letters")
        self.bait["abstract"] = f"\0{sign}-stream"
        self.bait["abstract_letters"] = f"\0{sign}-letters"

    def heard(self) -> list[str]:
        """Who was spoken to since the last look."""
        heard = []
        for name, listener in self._streams.items():
            with suppress(BlockingIOError):
                while True:
                    listener.accept()[0].close()
                    heard.append(name)
        for name, receiver in self._datagrams.items():
            with suppress(BlockingIOError):
                while True:
                    receiver.recv(65536)
                    heard.append(name)
        return heard

    def close(self) -> None:
        """Close them all."""
        for one in (*self._streams.values(), *self._datagrams.values()):
            one.close()

    def _stream(
        self, name: str, family: int, address: object, kind: int = socket.SOCK_STREAM
    ) -> None:
        listener = socket.socket(family, kind)
        listener.bind(address)  # type: ignore[arg-type]  # as the family wants it
        listener.listen(64)
        listener.setblocking(False)
        self._streams[name] = listener

    def _datagram(self, name: str, family: int, address: object) -> None:
        receiver = socket.socket(family, socket.SOCK_DGRAM)
        receiver.bind(address)  # type: ignore[arg-type]
        receiver.setblocking(False)
        self._datagrams[name] = receiver
