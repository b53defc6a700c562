"""Debian's redis-server, alone: plain or with an append-only file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .port import Port
from .server import Server

PROGRAM = "redis-server"


class RedisServer(Server):
    """A redis-server without users; with `append_only` an acknowledged write survives `kill`."""

    def __init__(
        self,
        directory: Path,
        *,
        append_only: bool = False,
        settings: Sequence[str] = (),
        program: str | Path = PROGRAM,
    ) -> None:
        """Prepare the server.

        Args:
            directory: Where its data goes.
            append_only: Write every change to disk before it is acknowledged.
            settings: Further lines of its configuration.
            program: Another server that understands the same configuration.
        """
        port = Port()
        lines = [f"port {port.number}", *persistence(append_only=append_only), *settings]
        super().__init__(program, directory, lines, port=port)


def persistence(*, append_only: bool) -> list[str]:
    """Return the settings that write everything, or nothing, to disk."""
    return ['save ""', f"appendonly {'yes' if append_only else 'no'}", "appendfsync always"]
