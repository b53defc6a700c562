"""Joining the mappings of a process: fewer, and what they hold stays as it was."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any, Final

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="fork servers are for Linux")

PROGRAM: Final = """
import json, sqlite3, ssl
from fleeting.adapters.sandbox.policy.kernel import Kernel
from fleeting.adapters.sandbox.zygote.mappings import join
from fleeting.adapters.sandbox.zygote.own_memory import OwnMemory

def mappings():
    with open("/proc/self/maps") as file:
        return [line.split(None, 5) for line in file]

def size(lines):
    places = [line[0].split("-") for line in lines if ".so" in line[-1]]
    return sum(int(end, 16) - int(begin, 16) for begin, end in places)

kernel = Kernel()
before = mappings()
join(kernel, OwnMemory())
after = mappings()
print(json.dumps({
    "before": len(before),
    "after": len(after),
    "same_size": size(before) == size(after),
    "rights": sorted({line[1] for line in after if ".so" in line[-1]}),
    "works": [sqlite3.connect(":memory:").execute("select 1").fetchone(), len(ssl.RAND_bytes(4))],
}))
"""


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    told = subprocess.check_output([sys.executable, "-c", PROGRAM], text=True)
    answer: dict[str, Any] = json.loads(told)
    return answer


def test_libraries_take_fewer_mappings(found: dict[str, Any]) -> None:
    assert found["after"] < found["before"]


def test_nothing_is_unmapped(found: dict[str, Any]) -> None:
    assert found["same_size"]


def test_no_library_is_writable_and_executable(found: dict[str, Any]) -> None:
    assert "rwxp" not in found["rights"]


def test_libraries_work_afterwards(found: dict[str, Any]) -> None:
    assert found["works"] == [[1], 4]
