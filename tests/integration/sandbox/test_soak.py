"""Thousands of runs of all sorts side by side: each ends as it should, and nothing adds up.

5,000 take ten seconds; `make soak` has ten times as many.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fleeting.adapters.sandbox.confined_runner import ConfinedRunner
from fleeting.adapters.sandbox.confinement import Confinement
from fleeting.ports.runner import RunReport
from fleeting.testing.runner import DEATHS, Observer, code, comes_true, sample_run

RUNS = int(os.environ.get("SOAK_RUNS", "5000"))
THREADS = 7
"""No multiple of the modes: each thread has to do with all of them."""
MODES: dict[str, dict[str, Any]] = {
    "fresh": {"warm": 0},
    "warm": {"warm": 2},
    "reuse": {"warm": 0, "reuse": True, "reuse_runs": 50, "reuse_idle": 8},
    "sets": {"warm": 1, "libraries": {"data": ("numpy",)}},
}


@dataclass(frozen=True)
class Kind:
    """A run of some sort, and how it ends: with a value made of its number, or an error."""

    source: str
    ends: str = "value"
    share: int = 1
    limits: dict[str, Any] = field(default_factory=dict)


_LARGE = 80_000
"""Characters of a large value: ten for each number in it, at most."""
KINDS = {
    "plain": Kind("def f(n): return n", share=16),
    "computes": Kind(
        "import json\ndef f(n): return len(json.dumps(list(range(n)))) and n", share=6
    ),
    "prints": Kind("def f(n):\n print(n)\n return n", share=6),
    "threads": Kind(
        "import threading\ndef f(n):\n found = []\n"
        " t = threading.Thread(target=found.append, args=(n,))\n t.start(); t.join()\n"
        " return found[0]",
        share=2,
    ),
    "large": Kind(f"def f(n): return [n] * {_LARGE // 10}", share=2),
    "too large": Kind(f"def f(n): return 'x' * {2 * _LARGE}", ends="value_too_large"),
    "raises": Kind("def f(n): raise ValueError(n)", ends="script_raised", share=3),
    "no syntax": Kind("def f(:", ends="source_syntax_error"),
    **{how: Kind(source.replace("f()", "f(n)"), ends="run_died") for how, source in DEATHS.items()},
    "out of memory": Kind(
        "def f(n): return len(bytearray(256 << 20))",
        ends="memory_exceeded",
        limits={"memory_bytes": 62 << 20},
    ),
    "too long": Kind(
        "def f(n):\n while True: pass",
        ends="run_timed_out",
        limits={"timeout": timedelta(seconds=0.05)},
    ),
    "floods": Kind("def f(n):\n while True: print('x' * 1000)", ends="output_too_large"),
    "stopped": Kind(
        "import time\ndef f(n):\n print('ready', flush=True)\n time.sleep(600)",
        ends="run_cancelled",
    ),
}
ORDER = [name for name, kind in KINDS.items() for _ in range(kind.share)]


class Stopper(Observer):
    """Stops its run at its first word."""

    def __init__(self, runner: ConfinedRunner, run_id: str) -> None:
        super().__init__()
        self._runner, self._run_id = runner, run_id

    def on_output(self, text: str) -> None:
        super().on_output(text)
        self._runner.stop(self._run_id)


@pytest.fixture
def runners() -> Iterator[list[ConfinedRunner]]:
    # The same fork servers all the time: it is them that could grow.
    modes = [{"server_births": 10**9, **mode} for mode in MODES.values()]
    runners = [ConfinedRunner(Confinement(**mode)) for mode in modes]
    yield runners
    for runner in runners:
        runner.close()


@pytest.mark.alone
@pytest.mark.timeout(600)
def test_thousands_of_mixed_runs_end_as_they_should_and_leave_nothing(
    runners: list[ConfinedRunner],
) -> None:
    def run(numbers: range) -> Counter[str]:
        return Counter(wrong(runners[number % len(MODES)], number) for number in numbers)

    def run_all(numbers: range) -> Counter[str]:
        shares = [numbers[start::THREADS] for start in range(THREADS)]
        return sum(pool.map(run, shares), Counter())

    with ThreadPoolExecutor(THREADS) as pool:
        errors = run_all(range(RUNS // 3))
        servers = processes(runners)
        before = [memory(pid) for pid in processes(runners)]
        files = files_of(runners)
        errors += run_all(range(RUNS // 3, RUNS))

        assert errors == {"": RUNS}
        assert processes(runners) == servers
        # What is put away after the last reports takes a moment.
        assert comes_true(lambda: grown(files, files_of(runners)) == [])
        after = [memory(pid) for pid in processes(runners)]
        told = f"{RUNS} runs; KiB of memory before {kib(before)} and after {kib(after)}"
        sys.stdout.write(told)
        assert grown([there + (2 << 20) for there in before], after) == [], told
        assert comes_true(lambda: not zombies(processes(runners)))


def wrong(runner: ConfinedRunner, number: int) -> str:
    """What was not as it should be with a run; nothing, most likely."""
    name = ORDER[number // len(MODES) % len(ORDER)]
    kind, run_id = KINDS[name], f"run-{number}"
    request = sample_run(
        kind.source,
        number,
        run_id=run_id,
        libraries=set_of(runner, number),
        **{"max_value_bytes": 100_000, **kind.limits},
    )
    observer = Stopper(runner, run_id) if kind.ends == "run_cancelled" else Observer()
    report = runner.run(request, observer)
    ended = code(report) if report.error else "value"
    if ended != kind.ends or (ended == "value" and not is_right(name, report, number)):
        return f"{name}: {ended} {report.error or report.value!r}"
    return ""


def set_of(runner: ConfinedRunner, number: int) -> str:
    """Any of those that it has, by turns."""
    names = list(runner._servers.keepers)
    return names[number // len(MODES) // len(ORDER) % len(names)]


def is_right(name: str, report: RunReport, number: int) -> bool:
    printed = f"{number}\n" if name == "prints" else ""
    value = [number] * (_LARGE // 10) if name == "large" else number
    return json.loads(report.value or b"null") == value and report.output == printed


def processes(runners: list[ConfinedRunner]) -> list[int]:
    """This one and the fork servers, which are to be the same all the time."""
    keepers = [keeper for runner in runners for keeper in runner._servers.keepers.values()]
    return [os.getpid(), *(keeper.server().pid for keeper in keepers)]


def files_of(runners: list[ConfinedRunner]) -> list[int]:
    """Open files of each, without those of children that are kept."""
    for runner in runners:
        runner._kept.close()
        runner._attendant.close()
    return [len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in processes(runners)]


def grown(before: list[int], after: list[int]) -> list[int]:
    return [now - then for then, now in zip(before, after, strict=True) if now > then]


def kib(sizes: list[int]) -> list[int]:
    return [size >> 10 for size in sizes]


def memory(pid: int) -> int:
    """What is its own of it, in bytes."""
    pages = Path(f"/proc/{pid}/statm").read_text().split()
    return (int(pages[1]) - int(pages[2])) * os.sysconf("SC_PAGE_SIZE")


def zombies(parents: list[int]) -> list[int]:
    """Children of these processes that have died and that nobody has waited for."""
    found = []
    for parent in parents:
        for file in Path(f"/proc/{parent}/task").glob("*/children"):
            found += [int(pid) for pid in file.read_text().split() if is_zombie(int(pid))]
    return found


def is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
