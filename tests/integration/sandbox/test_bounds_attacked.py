"""What hostile scripts try against the limits that they have asked for themselves."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from fleeting.adapters.sandbox.confined_runner import ConfinedRunner
from fleeting.adapters.sandbox.confinement import Confinement
from fleeting.domain.bounds import Bounds
from fleeting.domain.isolation import Isolation
from fleeting.domain.limits import MIB
from fleeting.ports.runner import RunReport
from fleeting.testing.runner import Observer, code, sample_run

TRIED = """
import ctypes, errno, mmap, os, resource, threading, time
library = ctypes.CDLL(None, use_errno=True)
found = {}
def attempt(name, action, *args):
    try:
        answer = action(*args)
    except (OSError, ValueError, RuntimeError) as exc:
        found[name] = errno.errorcode.get(getattr(exc, "errno", None), type(exc).__name__)
        return
    found[name] = errno.errorcode[ctypes.get_errno()] if answer == -1 else "done"
def start(n):
    stop = threading.Event()
    try:
        for _ in range(n):
            threading.Thread(target=stop.wait, daemon=True).start()
    finally:
        stop.set()
"""
MORE_THREADS = (
    TRIED
    + """
def f():
    attempt("raise the limit", resource.setrlimit, resource.RLIMIT_NPROC, (100, 100))
    attempt("leave the namespace", library.unshare, 0x10000000)
    attempt("fork", os.fork)
    attempt("start too many", start, 8)
    return found
"""
)
OUT_OF_SCRATCH = (
    TRIED
    + """
def f(library_file):
    open("/tmp/own", "w").close()
    attempt("link to a file outside", os.link, library_file, "/tmp/link")
    attempt("link by name", os.symlink, "/", "/tmp/root")
    attempt("move a file in", os.rename, library_file, "/tmp/moved")
    attempt("move a file out", os.rename, "/tmp/own", "/dev/own")
    attempt("write outside", open, "/written", "w")
    attempt("change the library", os.chmod, library_file, 0o777)
    attempt("remove the library", os.unlink, library_file)
    attempt("make a folder outside", os.mkdir, "/made")
    attempt("make a device", os.mknod, "/tmp/null", 0o20666, os.makedev(1, 3))
    attempt("make a pipe", os.mkfifo, "/tmp/pipe")
    attempt("mount over it", library.mount, b"tmpfs", b"/tmp", b"tmpfs", 0, b"size=100m")
    attempt("grow it", library.mount, None, b"/tmp", None, 32, b"size=100m")
    attempt("unmount it", library.umount2, b"/tmp", 2)
    attempt("write beyond its size", beyond)
    attempt("execute from it", execute)
    return found
def beyond():
    with open("/tmp/large", "wb") as file:
        os.posix_fallocate(file.fileno(), 0, 64 << 20)
def execute():
    with open("/tmp/code", "w+b") as file:
        file.write(bytes(4096)); file.flush()
        mmap.mmap(file.fileno(), 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC)
"""
)
MORE_TIME = """
import resource, signal
def f():
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    for most in (10**6, resource.getrlimit(resource.RLIMIT_CPU)[1]):
        try: resource.setrlimit(resource.RLIMIT_CPU, (most, most))
        except ValueError: pass
    while True: pass
"""


@pytest.fixture(params=[Isolation.CONFINED, Isolation.ISOLATED])
def runner(request: pytest.FixtureRequest) -> Iterator[ConfinedRunner]:
    runner = ConfinedRunner(Confinement(isolation=request.param))
    yield runner
    runner.close()


@pytest.fixture
def isolated() -> Iterator[ConfinedRunner]:
    runner = ConfinedRunner(Confinement(isolation=Isolation.ISOLATED))
    yield runner
    runner.close()


def held(runner: ConfinedRunner, source: str, *args: Any, bounds: Bounds) -> RunReport:
    limit = timedelta(seconds=10)
    return runner.run(sample_run(source, *args, bounds=bounds, timeout=limit), Observer())


def found(report: RunReport) -> dict[str, str]:
    assert report.value is not None, report.error
    outcomes: dict[str, str] = json.loads(report.value)
    return outcomes


@pytest.mark.parametrize("most", [1, 3])
def test_counted_threads_stay_counted(runner: ConfinedRunner, most: int) -> None:
    outcomes = found(held(runner, MORE_THREADS, bounds=Bounds(threads=most)))

    assert outcomes.pop("start too many") == "RuntimeError"
    assert most == 1 or outcomes["raise the limit"] in {"EPERM", "ValueError"}
    # With one thread it is no limit that holds, but the filter: it may be raised in vain.
    outcomes.pop("raise the limit")
    assert set(outcomes.values()) <= {"EPERM", "EAGAIN"}, outcomes


def test_scratch_leads_nowhere(isolated: ConfinedRunner) -> None:
    outcomes = found(held(isolated, OUT_OF_SCRATCH, os.__file__, bounds=Bounds(scratch_bytes=MIB)))

    assert "done" not in outcomes.values(), outcomes
    assert outcomes["write beyond its size"] in {"EFBIG", "ENOSPC"}


def test_processor_time_cannot_be_stretched(runner: ConfinedRunner) -> None:
    report = held(runner, MORE_TIME, bounds=Bounds(cpu_time=timedelta(seconds=1)))

    assert code(report) == "cpu_time_exceeded"
    assert report.run_time < timedelta(seconds=8)
