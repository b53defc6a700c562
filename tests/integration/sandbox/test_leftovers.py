"""Nothing of a run is left: no process, no zombie, no descriptor, no thread."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from fleeting.adapters.sandbox.process_runner import ProcessRunner
from fleeting.testing.runner import ADD, Observer, sample_run

DETACHED = """
import os, time
def f(ending):
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.write(writing, b"%d" % os.getpid())
            os.closerange(0, 100)
            time.sleep(600)
        os._exit(0)
    os.wait()
    print(os.read(reading, 20).decode(), flush=True)
    if ending == "return": return
    if ending == "exit": os._exit(1)
    time.sleep(600)
"""
"""Starts a daemon as daemons are started, prints its number, and ends in some way."""


@pytest.fixture
def runner() -> ProcessRunner:
    return ProcessRunner()


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def comes_true(condition: Callable[[], bool]) -> bool:
    until = time.monotonic() + 10
    while not (holds := condition()) and time.monotonic() < until:
        time.sleep(0.01)
    return holds


@pytest.mark.parametrize("ending", ["return", "exit", "time"])
def test_daemon_of_a_run_ends_with_it(runner: ProcessRunner, ending: str) -> None:
    request = sample_run(DETACHED, ending, timeout=timedelta(seconds=2))

    report = runner.run(request, Observer())

    daemon = int(report.output)
    assert comes_true(lambda: not is_alive(daemon))


def test_many_descendants_end_with_their_run(runner: ProcessRunner) -> None:
    source = """
    import os, time
    def f():
        for n in range(50):
            if os.fork() == 0:
                if n % 2: os.setsid()
                time.sleep(600)
        time.sleep(0.1)
        return os.getpid()
    """

    report = runner.run(sample_run(textwrap.dedent(source)), Observer())

    assert report.value is not None
    mark = str(Path(sys.modules[ProcessRunner.__module__].__file__ or "").with_name("child.py"))
    assert comes_true(lambda: not children_of_mine(mark))


def children_of_mine(mark: str) -> list[int]:
    """Processes that execute the sandbox's script for this very process."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = file.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if mark in command and str(os.getpid()) in command and is_alive(int(file.parent.name)):
            found.append(int(file.parent.name))
    return found


def test_run_ends_with_the_process_that_asked_for_it() -> None:
    """Even if that is killed and cannot clean up."""
    program = """
    from fleeting.adapters.sandbox.process_runner import ProcessRunner
    from fleeting.testing.runner import Observer, sample_run
    class Echo(Observer):
        def on_output(self, text): print(text, end="", flush=True)
    source = "import os\\ndef f():\\n print(os.getpid())\\n while True: pass"
    ProcessRunner().run(sample_run(source), Echo())
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        run = int(worker.stdout.readline())
        assert is_alive(run)
        worker.send_signal(signal.SIGKILL)

    assert comes_true(lambda: not is_alive(run))


MIXTURE = [
    ("def f(n): return n", "value"),
    ("def f(n): print(n); raise ValueError(n)", "script_raised"),
    ("import os\ndef f(n): os._exit(n % 7)", "run_died"),
    ("import os\ndef f(n): os.kill(os.getpid(), 11)", "run_died"),
    ("def f(n):\n while True: print('x' * 1000)", "output_too_large"),
    ("import os\ndef f(n): os.closerange(3, 100)", "run_died"),
    ("import os, time\ndef f(n):\n os.fork()\n return n", "value"),
    ("def f(:", "source_syntax_error"),
]


def test_hundreds_of_mixed_runs_from_several_threads_leave_nothing(runner: ProcessRunner) -> None:
    runner.run(sample_run(ADD, 1), Observer())
    before = open_files(), threading.active_count()

    def run(number: int) -> bool:
        source, expected = MIXTURE[number % len(MIXTURE)]
        request = sample_run(source, number, run_id=f"run-{number}", max_output_bytes=1000)
        report = runner.run(request, Observer())
        if expected == "value":
            return report.value == str(number).encode()
        return report.error is not None and report.error.code == expected

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(run, range(300)))

    assert (open_files(), threading.active_count()) == before
    assert zombies_of_mine() == []


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def zombies_of_mine() -> list[int]:
    children = [
        int(child)
        for file in Path("/proc/self/task").glob("*/children")
        for child in file.read_text().split()
    ]
    return [child for child in children if not is_alive(child)]


@pytest.mark.alone
def test_run_is_stopped_within_50_ms(runner: ProcessRunner) -> None:
    """From the call of `stop` to the report, the best of a few on a machine that is busy."""
    source = "import os\ndef f():\n print('ready', flush=True)\n while True: pass"
    taken = []
    for number in range(5):
        observer = Observer()
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(runner.run, sample_run(source, run_id=str(number)), observer)
            assert observer.spoken.wait(30)
            began = time.monotonic()
            runner.stop(str(number))
            report = running.result(30)
            taken.append(time.monotonic() - began)
        assert report.error is not None
        assert report.error.code == "run_cancelled"

    assert min(taken) < 0.05
