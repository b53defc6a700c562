"""The time zone database in memory, for children that can open no file. Standard library only."""

from __future__ import annotations

import io
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO, Final

_MAGIC: Final = b"TZif"
_LONGEST: Final = 64 * 1024
"""Bytes of a zone; the longest has 4 KiB."""
_COPIES: Final = frozenset({"posix", "right"})
"""Folders that hold the same zones again."""


def keep_zones() -> None:
    """Let `zoneinfo` find in memory what it would find in files."""
    import zoneinfo
    from zoneinfo import _common

    zones: dict[str, bytes] = {}
    for folder in reversed(zoneinfo.TZPATH):
        zones.update(_zones_in(folder))
    if not zones:
        return
    fallback = _common.load_tzdata

    def load(key: str) -> IO[bytes]:
        return io.BytesIO(zones[key]) if key in zones else fallback(key)

    _common.load_tzdata = load  # type: ignore[assignment]  # typeshed knows a file, any reader does
    zoneinfo.reset_tzpath(to=())


def _zones_in(folder: str) -> dict[str, bytes]:
    zones = {}
    for where, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in _COPIES]
        for name in files:
            path = f"{where}/{name}"
            with open(path, "rb") as file:  # noqa: PTH123  # pathlib is slow to load
                data = file.read(_LONGEST)
            if data.startswith(_MAGIC):
                zones[path[len(folder) + 1 :]] = data
    return zones
