"""Where module texts live, each once, under the SHA-256 of its UTF-8 bytes."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol


class SourceWriter(Protocol):
    """The API's half.

    Raises (every method):
        StoreUnavailable: the store cannot be reached.
        StoreDenied: the store refuses the credentials or the command.
    """

    async def put(self, digest: str, source: str, *, keep: timedelta) -> None:
        """Keep `source` for at least `keep` from here on; storing it again extends its life."""
        ...

    async def get(self, digest: str) -> str | None:
        """The module text, or None if none is stored under that digest."""
        ...


class SourceReader(Protocol):
    """The worker's half."""

    def get(self, digest: str) -> str | None:
        """The module text, or None if none is stored under that digest.

        Raises:
            StoreUnavailable: the store cannot be reached.
            StoreDenied: the store refuses the credentials or the command.
        """
        ...
