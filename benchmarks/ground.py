"""A server for one subject and one round, so that nobody inherits anything."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fleeting.adapters.redis.embedded import EmbeddedValkey


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a subject stands: an empty server of its own, and a folder for its logs."""

    url: str
    logs: Path


@contextmanager
def fresh_ground() -> Iterator[Ground]:
    """An empty Valkey without persistence, and an empty folder; both gone at the end."""
    with (
        tempfile.TemporaryDirectory(prefix="fleeting-benchmark-") as logs,
        EmbeddedValkey() as server,
    ):
        yield Ground(server.url, Path(logs))
