"""Processor time, threads and room for files: what a run asks for is what it is held to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fleeting.adapters.sandbox.confined_runner import ConfinedRunner
from fleeting.adapters.sandbox.confinement import Confinement
from fleeting.adapters.sandbox.process_runner import ProcessRunner
from fleeting.domain.bounds import Bounds
from fleeting.domain.errors import IsolationUnavailable
from fleeting.domain.isolation import Isolation
from fleeting.domain.limits import MIB
from fleeting.ports.runner import Runner, RunReport
from fleeting.testing.runner import Observer, code, sample_run

SPIN = "def f():\n    while True: pass\n"
DEAF_SPIN = f"""
import signal
signal.signal(signal.SIGXCPU, signal.SIG_IGN)
{SPIN}"""
SPIN_IN_THREADS = """
import threading
def spin():
    while True: pass
def f():
    threading.Thread(target=spin).start()
    spin()
"""
THREADS = """
import threading
def f():
    stop, n = threading.Event(), 1
    try:
        while n < 40:
            threading.Thread(target=stop.wait, daemon=True).start()
            n += 1
    except RuntimeError:
        pass
    stop.set()
    return n
"""
NAP_OF_MANY = """
import threading, time
def f():
    for _ in range(4):
        threading.Thread(target=time.sleep, args=(0.2,)).start()
    return threading.active_count()
"""
PID = "import os\ndef f(): return os.getpid()\n"
WRITE = """
import os, shutil, tempfile
from pathlib import Path
def f():
    folder = Path(tempfile.mkdtemp())
    (folder / "a").write_text("x" * 1000)
    shutil.copy(folder / "a", folder / "b")
    (folder / "b").rename(folder / "c")
    read = (folder / "c").read_text()
    with tempfile.TemporaryFile() as file:
        file.write(b"1")
    shutil.rmtree(folder)
    Path("/tmp/left").write_text("behind")
    return [len(read), os.listdir("/tmp")]
"""
FILL = """
import errno
def f():
    written = 0
    try:
        for n in range(100):
            with open(f"/tmp/{n}", "wb", buffering=0) as file:
                for _ in range(10):
                    written += file.write(bytes(1 << 16))
    except OSError as exc:
        return [written, errno.errorcode[exc.errno]]
"""
MANY_FILES = """
import errno
def f():
    try:
        for n in range(5000):
            open(f"/tmp/{n}", "w").close()
    except OSError as exc:
        return [n, errno.errorcode[exc.errno]]
"""


@pytest.fixture(params=[Isolation.CONFINED, Isolation.ISOLATED])
def runner(request: pytest.FixtureRequest) -> Iterator[ConfinedRunner]:
    yield from _runner(request.param)


@pytest.fixture
def isolated() -> Iterator[ConfinedRunner]:
    yield from _runner(Isolation.ISOLATED)


@pytest.fixture
def confined() -> Iterator[ConfinedRunner]:
    yield from _runner(Isolation.CONFINED)


def _runner(isolation: Any) -> Iterator[ConfinedRunner]:
    runner = ConfinedRunner(Confinement(isolation=isolation, reuse=True))
    yield runner
    runner.close()


def held(runner: Runner, source: str, bounds: Bounds, **more: Any) -> RunReport:
    return runner.run(sample_run(source, bounds=bounds, **more), Observer())


def value(runner: Runner, source: str, bounds: Bounds, **more: Any) -> Any:
    report = held(runner, source, bounds, **more)
    assert report.value is not None, report.error
    return json.loads(report.value)


@pytest.mark.parametrize("source", [SPIN, DEAF_SPIN, SPIN_IN_THREADS])
def test_run_that_computes_too_long_is_stopped(runner: ConfinedRunner, source: str) -> None:
    """Whatever it does about the signal, and however many threads share the work."""
    report = held(runner, source, Bounds(cpu_time=timedelta(seconds=0.5)))

    assert code(report) == "cpu_time_exceeded"
    assert report.error is not None
    assert "more processor time than its 0.5 seconds" in report.error.message


@pytest.mark.parametrize("source", [SPIN, DEAF_SPIN])
def test_run_in_a_process_that_computes_too_long_is_stopped(source: str) -> None:
    report = held(ProcessRunner(), source, Bounds(cpu_time=timedelta(seconds=1)))

    assert code(report) == "cpu_time_exceeded"


def test_waiting_takes_no_processor_time(confined: ConfinedRunner) -> None:
    nap = "import time\ndef f(): time.sleep(1.2); return 1\n"

    assert value(confined, nap, Bounds(cpu_time=timedelta(seconds=1))) == 1


@pytest.mark.parametrize("most", [1, 2, 5])
def test_threads_are_counted(runner: ConfinedRunner, most: int) -> None:
    assert value(runner, THREADS, Bounds(threads=most)) == most


def test_threads_of_siblings_are_not_counted(runner: ConfinedRunner) -> None:
    """Although all runs are of one user."""
    others = [
        threading.Thread(target=held, args=(runner, NAP_OF_MANY, Bounds()), kwargs={"run_id": name})
        for name in "abc"
    ]
    for other in others:
        other.start()
    assert value(runner, THREADS, Bounds(threads=3)) == 3
    for other in others:
        other.join()


def test_progress_needs_no_thread(confined: ConfinedRunner) -> None:
    source = """
import fleeting
def f():
    for n in range(50):
        fleeting.progress(n, 50)
    return n
"""
    observer = Observer()
    report = confined.run(sample_run(source, bounds=Bounds(threads=1)), observer)

    assert report.value == b"49"
    assert observer.progress[-1].done == 49


@pytest.mark.parametrize(
    "bounds", [Bounds(cpu_time=timedelta(seconds=5)), Bounds(threads=1), Bounds(threads=3)]
)
def test_bounded_run_shares_no_process(confined: ConfinedRunner, bounds: Bounds) -> None:
    """Although this installation keeps processes."""
    pids = [value(confined, PID, bounds) for _ in range(2)]
    shared = [value(confined, PID, Bounds()) for _ in range(2)]

    assert len({*pids, *shared}) == 3


def test_scratch_is_there_for_files_and_gone_afterwards(isolated: ConfinedRunner) -> None:
    room = Bounds(scratch_bytes=MIB)

    assert value(isolated, WRITE, room) == [1000, ["left"]]
    assert value(isolated, WRITE, room) == [1000, ["left"]]
    assert not Path("/tmp/left").exists()  # that of the machine


@pytest.mark.parametrize(("source", "error"), [(FILL, "ENOSPC"), (MANY_FILES, "ENOSPC")])
def test_scratch_takes_no_more_than_its_size(
    isolated: ConfinedRunner, source: str, error: str
) -> None:
    amount, found = value(isolated, source, Bounds(scratch_bytes=2 * MIB))

    assert found == error
    assert amount <= 2 * MIB


def test_without_scratch_nothing_can_be_written(isolated: ConfinedRunner) -> None:
    report = held(isolated, "def f(): open('/tmp/x', 'w')\n", Bounds())

    assert report.error is not None
    assert report.error.exception in {"OSError", "PermissionError"}


def test_scratch_of_a_run_is_not_that_of_its_siblings(isolated: ConfinedRunner) -> None:
    look = "import os, time\ndef f(n):\n    open(f'/tmp/{n}', 'w').close(); time.sleep(0.2)\n"
    look += "    return os.listdir('/tmp')\n"
    found: list[Any] = []

    def run(number: int) -> None:
        report = isolated.run(
            sample_run(look, number, run_id=str(number), bounds=Bounds(scratch_bytes=MIB)),
            Observer(),
        )
        found.append(json.loads(report.value or b"null"))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(found) == [["0"], ["1"], ["2"]]


def test_all_bounds_go_together(isolated: ConfinedRunner) -> None:
    bounds = Bounds(cpu_time=timedelta(seconds=5), threads=1, scratch_bytes=MIB)

    assert value(isolated, WRITE, bounds) == [1000, ["left"]]
    assert value(isolated, THREADS, bounds) == 1


def test_scratch_is_refused_where_it_cannot_be_given(confined: ConfinedRunner) -> None:
    with pytest.raises(IsolationUnavailable, match="scratch_mb takes isolation isolated"):
        held(confined, WRITE, Bounds(scratch_bytes=MIB))


def test_scratch_leaves_no_mount(isolated: ConfinedRunner) -> None:
    server = isolated._servers.keepers["default"].server().pid
    before = Path(f"/proc/{server}/mounts").read_text()

    value(isolated, PID, Bounds(scratch_bytes=MIB, threads=4))

    assert Path(f"/proc/{server}/mounts").read_text() == before
