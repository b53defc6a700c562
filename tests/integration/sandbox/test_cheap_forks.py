"""What makes a birth cheap, seen from outside: how often a child is stopped for memory."""

from __future__ import annotations

import ctypes
import json
import os
import re
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from fleeting.adapters.sandbox.confined_runner import ConfinedRunner
from fleeting.adapters.sandbox.confinement import Confinement
from fleeting.adapters.sandbox.zygote_process import ZygoteProcess
from fleeting.testing.runner import ADD, Observer, sample_run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="fork servers are for Linux")

RUNS: Final = 50
IO_URING_SETUP: Final = 425


def has_io_uring() -> bool:
    """And the right to hold enough in memory for it."""
    if os.geteuid() and resource.getrlimit(resource.RLIMIT_MEMLOCK)[1] in range(8 << 20):
        return False
    library = ctypes.CDLL(None, use_errno=True)
    ring: int = library.syscall(IO_URING_SETUP, 1, ctypes.create_string_buffer(120))
    return ring >= 0


def has_large_pages() -> bool:
    size = Path("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size")
    return size.exists() and int(size.read_text()) <= 2 << 20


@pytest.fixture(scope="module")
def runner() -> Iterator[ConfinedRunner]:
    runner = ConfinedRunner(Confinement(warm=0))
    run(runner)
    yield runner
    runner.close()


def run(runner: ConfinedRunner) -> None:
    report = runner.run(sample_run(ADD, 1, 2), Observer())
    assert report.value is not None, report.error
    assert json.loads(report.value) == 3


def server_of(runner: ConfinedRunner) -> ZygoteProcess:
    return runner._servers.keepers["default"].server()


def faults(pid: int) -> tuple[int, int]:
    """Minor page faults of a process, and of its children that have been waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[7]), int(fields[8])


@pytest.mark.skipif(not has_io_uring(), reason="this system has no io_uring for this user")
def test_what_each_birth_changes_is_copied_at_once(runner: ConfinedRunner) -> None:
    """Without it a child is stopped for some 230 pages, and its fork server for 80."""
    server = server_of(runner)
    before = faults(server.pid)
    for _ in range(RUNS):
        run(runner)
    after = faults(server.pid)

    assert server.facts["hot_pages"] > 100
    assert (after[0] - before[0]) / RUNS < 40
    assert (after[1] - before[1]) / RUNS < 100


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's is counted for nobody")
@pytest.mark.skipif(not has_io_uring(), reason="this system has no io_uring")
def test_fork_servers_do_not_take_each_other_s_room() -> None:
    """A user may hold eight megabytes in memory on most systems, and each takes more than one."""
    runners = [ConfinedRunner(Confinement(warm=0)) for _ in range(8)]
    try:
        assert all(server_of(runner).facts["hot_pages"] > 100 for runner in runners)
    finally:
        for runner in runners:
            runner.close()


@pytest.mark.skipif(not has_large_pages(), reason="this system has no large pages")
def test_python_itself_lies_in_large_pages(runner: ConfinedRunner) -> None:
    found = re.findall(
        r"^[0-9a-f]+-[0-9a-f]+ r-xp [^\n]*\n(?:[A-Z][^\n]*\n)*?AnonHugePages: +(\d+) kB",
        Path(f"/proc/{server_of(runner).pid}/smaps").read_text(),
        re.MULTILINE,
    )

    assert max(map(int, found), default=0) >= 2048


@pytest.mark.skipif(not has_large_pages(), reason="this system has no large pages")
def test_memory_for_objects_lies_in_one_piece(runner: ConfinedRunner) -> None:
    maps = Path(f"/proc/{server_of(runner).pid}/maps").read_text()
    nameless = re.findall(r"^([0-9a-f]+)-([0-9a-f]+) rw-p \S+ \S+ 0 *$", maps, re.MULTILINE)

    assert max(int(end, 16) - int(begin, 16) for begin, end in nameless) >= 6 << 20


def test_fork_server_and_children_are_known_by_a_name(runner: ConfinedRunner) -> None:
    assert Path(f"/proc/{server_of(runner).pid}/comm").read_text() == "fleeting-run\n"


def test_fork_server_is_held_to_a_filter_itself(runner: ConfinedRunner) -> None:
    status = Path(f"/proc/{server_of(runner).pid}/status").read_text()

    assert "Seccomp_filters:\t1\n" in status
