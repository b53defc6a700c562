"""Extension modules that nobody has imported take few mappings, and a script can have each."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest

from fleeting.adapters.sandbox.confined_runner import ConfinedRunner
from fleeting.adapters.sandbox.confinement import Confinement
from fleeting.adapters.sandbox.zygote.library import _NOT_PRELOADED
from fleeting.testing.runner import Observer, sample_run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="fork servers are for Linux")

IMPORT: Final = """
import importlib

def f(names):
    found = []
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError:
            found.append(name)
    return found
"""

USE: Final = """
import bz2, csv, datetime, decimal, hashlib, io, lzma, pickle, random, sqlite3, unicodedata, zlib
import xml.etree.ElementTree as tree

def f():
    rows = list(csv.reader(io.StringIO("1,2")))
    packed = [module.decompress(module.compress(b"data")) for module in (bz2, lzma, zlib)]
    return [
        rows,
        [piece.decode() for piece in packed],
        str(decimal.Decimal(1) / 3),
        tree.XML("<a/>").tag,
        hashlib.sha3_256(b"").hexdigest()[:4],
        pickle.loads(pickle.dumps(datetime.date(2026, 1, 2))),
        sqlite3.connect(":memory:").execute("select 1 + 1").fetchone()[0],
        "\u65e5".encode("euc_jp").hex(),
        unicodedata.name("a"),
        random.Random(1).random(),
    ]
"""


@pytest.fixture(scope="module")
def runner() -> Iterator[ConfinedRunner]:
    runner = ConfinedRunner(Confinement(warm=0, files="sealed"))
    yield runner
    runner.close()


def value_of(runner: ConfinedRunner, source: str, *args: Any) -> Any:
    report = runner.run(sample_run(source, *args), Observer())
    assert report.value is not None, report.error
    return json.loads(report.value)


def modules() -> list[str]:
    """Names of all extension modules of this Python that do not take a screen or a terminal."""
    folder = next(Path(path) for path in sys.path if path.endswith("lib-dynload"))
    names = [file.name.partition(".")[0] for file in folder.iterdir() if file.suffix == ".so"]
    return sorted(name for name in names if not name.startswith(_NOT_PRELOADED))


def loads(name: str) -> bool:
    """Whether the libraries that it needs are installed."""
    try:
        import_module(name)
    except ImportError:
        return False
    return True


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_script_can_import_each(runner: ConfinedRunner) -> None:
    names = list(filter(loads, modules()))

    assert names
    assert value_of(runner, IMPORT, names) == []


def test_each_works(runner: ConfinedRunner) -> None:
    assert value_of(runner, USE) == [
        [["1", "2"]],
        ["data"] * 3,
        "0.3333333333333333333333333333",
        "a",
        "a7ff",
        "2026-01-02",
        2,
        "c6fc",
        "LATIN SMALL LETTER A",
        0.13436424411240122,
    ]


def test_fork_server_has_few_mappings_and_none_is_writable_and_executable(
    runner: ConfinedRunner,
) -> None:
    value_of(runner, IMPORT, [])
    pid = runner._servers.keepers["default"].server().pid

    rights = [line.split()[1] for line in Path(f"/proc/{pid}/maps").read_text().splitlines()]

    # Each module by itself has two or five.
    assert len(rights) < 60 + len(modules())
    assert "rwxp" not in rights
