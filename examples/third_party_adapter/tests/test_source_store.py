"""The directory keeps the contract of a source store, as fleeting publishes it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from fleeting_dir.source_store import DirSourceReader, DirSourceWriter, source_store
from fleeting_dir.text_files import TextFiles

from fleeting.domain.errors import InvalidSetting
from fleeting.ports.bundles import StoreOptions
from fleeting.testing import SourceReaderContract, SourceWriterContract


class TestDirSourceWriter(SourceWriterContract):
    """The API's half."""

    @pytest.fixture
    def broken(self, tmp_path: Path) -> DirSourceWriter:
        return DirSourceWriter(TextFiles(tmp_path / "not there"))


class TestDirSourceReader(SourceReaderContract):
    """The worker's half."""

    @pytest.fixture
    def broken(self, tmp_path: Path) -> DirSourceReader:
        return DirSourceReader(TextFiles(tmp_path / "not there"))


def test_what_is_no_digest_reads_no_file(tmp_path: Path, files: TextFiles) -> None:
    (tmp_path / "secret.py").write_text("x")

    assert DirSourceReader(files).get("secret") is None
    assert DirSourceReader(files).get("../secret") is None


def test_url_names_the_directory(tmp_path: Path) -> None:
    store = source_store(f"dir://{tmp_path}", StoreOptions(prefix="team:"))

    asyncio.run(store.writer.put("0" * 64, "a = 1", keep=timedelta(minutes=1)))

    assert store.reader.get("0" * 64) == "a = 1"
    assert [path.name for path in tmp_path.iterdir()] == [f"team%3A{'0' * 64}.py"]


@pytest.mark.parametrize("url", ["dir://", "dir://relative/path", "dir:relative"])
def test_url_without_an_absolute_path_is_refused(url: str) -> None:
    with pytest.raises(InvalidSetting, match="dir:///absolute/path"):
        source_store(url, StoreOptions())
