"""`SourceWriter` and `SourceReader` on a directory, and the factory that fleeting finds."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from fleeting.domain.errors import InvalidSetting
from fleeting.ports.bundles import SourceStoreAdapter, StoreOptions

from .text_files import TextFiles


class DirSourceReader:
    """The worker's half: synchronous."""

    def __init__(self, files: TextFiles, prefix: str = "") -> None:
        self._files = files
        self._prefix = prefix

    def get(self, digest: str) -> str | None:
        # What is no digest names no source, and must not name a file elsewhere either.
        if re.fullmatch("[0-9a-f]{64}", digest) is None:
            return None
        return self._files.read(_file_name(self._prefix, digest))


class DirSourceWriter:
    """The API's half: asynchronous, so files are touched in another thread."""

    def __init__(self, files: TextFiles, prefix: str = "") -> None:
        self._files = files
        self._prefix = prefix
        self._reader = DirSourceReader(files, prefix)

    async def put(self, digest: str, source: str, *, keep: timedelta) -> None:
        name = _file_name(self._prefix, digest)
        await asyncio.to_thread(self._files.write, name, source, keep)

    async def get(self, digest: str) -> str | None:
        return await asyncio.to_thread(self._reader.get, digest)


def source_store(url: str, options: StoreOptions) -> SourceStoreAdapter:
    """The source store for `dir:///absolute/path`.

    Raises:
        InvalidSetting: the URL has a host, or no absolute path.
    """
    parts = urlsplit(url)
    if parts.netloc or not parts.path.startswith("/"):
        raise InvalidSetting("a directory of sources is written dir:///absolute/path")
    files = TextFiles(Path(unquote(parts.path)))
    return SourceStoreAdapter(
        reader=DirSourceReader(files, options.prefix),
        writer=DirSourceWriter(files, options.prefix),
    )


def _file_name(prefix: str, digest: str) -> str:
    return f"{quote(prefix, safe='')}{digest}.py"
