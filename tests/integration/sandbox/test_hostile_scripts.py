"""Scripts that fight their process: each ends in an error of its own, and the next run is fine."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import timedelta

import pytest

from fleeting.adapters.sandbox.confined_runner import ConfinedRunner
from fleeting.adapters.sandbox.confinement import Confinement
from fleeting.adapters.sandbox.process_runner import ProcessRunner
from fleeting.domain.limits import MIB
from fleeting.domain.outcome import ErrorInfo
from fleeting.ports.runner import Runner, RunReport, RunRequest
from fleeting.testing.runner import ADD, Observer, sample_run

LIMIT = timedelta(seconds=1)

CHANNEL = """
import os, stat
def channel():
    for number in range(3, 100):
        try:
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                return number
        except OSError:
            pass
def say(kind, payload, length=None):
    header = kind + (len(payload) if length is None else length).to_bytes(4, "big")
    os.write(channel(), header + payload)
"""
"""What lets a script speak in place of its process."""


@pytest.fixture(scope="module", params=["process", "confined", "kept"])
def runner(request: pytest.FixtureRequest) -> Iterator[Runner]:
    if request.param == "process":
        yield ProcessRunner()
        return
    runner = ConfinedRunner(Confinement(reuse=request.param == "kept"))
    yield runner
    runner.close()


@pytest.fixture
def unconfined(runner: Runner) -> Runner:
    if runner.isolation > "process":
        pytest.skip("confined scripts reach no other process")
    return runner


@pytest.fixture(autouse=True)
def next_run_is_fine(runner: Runner) -> Iterator[None]:
    yield
    assert runner.run(sample_run(ADD, 1, 2), Observer()).value == b"3"


def script(text: str) -> str:
    return CHANNEL + textwrap.dedent(text)


def error_of(report: RunReport) -> ErrorInfo:
    assert report.error is not None, report
    return report.error


def request(text: str, timeout: timedelta = LIMIT, memory_mb: int | None = None) -> RunRequest:
    memory = None if memory_mb is None else memory_mb * MIB
    return sample_run(script(text), timeout=timeout, memory_bytes=memory, max_output_bytes=1000)


ENDLESS = {
    "every signal ignored": """
        import signal
        def f():
            for number in set(range(1, 65)) - {9, 19, 32, 33}:
                signal.signal(number, signal.SIG_IGN)
            while True:
                pass
        """,
    "everything caught": """
        def f():
            while True:
                try:
                    while True: pass
                except BaseException: pass
        """,
    "in C": "def f(): return sum(range(10**12))",
    "stopped": "import signal\ndef f(): os.kill(os.getpid(), signal.SIGSTOP)",
    "in its text": """
        class Sly(Exception):
            def __str__(self):
                while True: pass
        def f(): raise Sly
        """,
    "half an answer": "def f():\n say(b'V', b'12', 100)\n while True: pass",
    "in a flush": """
        import sys
        class Stream:
            def flush(self):
                while True: pass
        def f(): sys.stdout = Stream()
        """,
    "forks for ever": """
        def f():
            while True:
                try:
                    if os.fork() == 0: os._exit(0)
                    os.wait()
                except OSError: pass
        """,
}


@pytest.mark.parametrize("text", ENDLESS.values(), ids=ENDLESS)
def test_endless_run_ends_at_its_time(runner: Runner, text: str) -> None:
    report = runner.run(request(text), Observer())

    assert error_of(report).code == "run_timed_out"
    assert report.run_time < LIMIT * 2


MISBEHAVIOUR = {
    "closes all it has and goes on": (
        "def f():\n os.closerange(0, 100)\n while True: pass",
        "closed its channel and went on",
    ),
    "closes all it has and sleeps": (
        "import time\ndef f():\n os.closerange(0, 100)\n time.sleep(600)",
        "closed its channel and went on",
    ),
    "announces four gigabytes": (
        "def f():\n say(b'V', b'', 2**32 - 1)\n while True: pass",
        "announced 4294967295 bytes where 1048576 are allowed",
    ),
    "unknown kind": ("def f(): say(b'Z', b'')", "unknown kind"),
    "a job back": ("def f(): say(b'J', b'')", "unknown kind"),
    "begins again": ("def f(): say(b'S', b'')", "out of turn"),
    "NaN": ("def f(): say(b'V', b'NaN')", "not strict JSON"),
    "deep": ("def f(): say(b'V', b'[' * 10**5)", "not strict JSON"),
    "an integer without end": ("def f(): say(b'V', b'9' * 10**6)", "too many digits"),
    "error of others": (
        'def f(): say(b\'E\', b\'{"code": "run_cancelled", "message": "x"}\')',
        "none that it can know of",
    ),
    "error of no shape": ("def f(): say(b'E', b'[]')", "other fields than errors have"),
    "progress of no shape": ("def f(): say(b'P', b'[]')", "progress that is none"),
    "progress without end": (
        "def f():\n while True: say(b'P', b'[1, 2, \"\"]')",
        "progress without end",
    ),
}


@pytest.mark.parametrize(("text", "words"), MISBEHAVIOUR.values(), ids=MISBEHAVIOUR)
def test_process_that_misbehaves_is_stopped(runner: Runner, text: str, words: str) -> None:
    report = runner.run(request(text), Observer())

    assert error_of(report).code == "run_protocol_error"
    assert words in error_of(report).message


def test_forged_answer_is_just_its_own(runner: Runner) -> None:
    report = runner.run(request("def f():\n say(b'V', b'[1]')\n while True: pass"), Observer())

    assert report.value == b"[1]"


DEATHS = {
    "exits": ("def f(): os._exit(0)", "exited with code 0"),
    "stack overflow": (
        "import faulthandler\ndef f(): faulthandler._stack_overflow()",
        "died of SIGSEGV",
    ),
    "kills itself": ("def f(): os.kill(os.getpid(), 15)", "died of SIGTERM"),
    "real-time signal": ("def f(): os.kill(os.getpid(), 40)", "died of signal 40"),
    "closes its channel": ("def f(): os.closerange(3, 100)", "exited with code 1"),
}


@pytest.mark.parametrize(("text", "words"), DEATHS.values(), ids=DEATHS)
def test_death_is_told_by_its_kind(runner: Runner, text: str, words: str) -> None:
    report = runner.run(request(text), Observer())

    assert error_of(report).code == "run_died"
    assert words in error_of(report).message


def test_death_is_noticed_although_a_descendant_holds_the_channel(unconfined: Runner) -> None:
    text = """
    import time
    def f():
        if os.fork() == 0:
            time.sleep(600)
        os._exit(3)
    """

    report = unconfined.run(request(text, timedelta(seconds=30)), Observer())

    assert "exited with code 3" in error_of(report).message
    assert report.run_time < timedelta(seconds=10)


HUNGER = {
    "one block": "def f(): return len(bytearray(2**30))",
    "growth": "def f():\n x = []\n while True: x.append(bytearray(2**20))",
    "small pieces in the module": "x = []\ndef f():\n while True: x.append(str(len(x)))",
    "the value's JSON": "def f(): return ['x' * 1000] * 100_000",
    "a thread": """
        import threading
        def eat():
            x = []
            try:
                while True: x.append(bytearray(2**16))
            except MemoryError: kept.append(x)
        kept = []
        def f():
            thread = threading.Thread(target=eat)
            thread.start()
            thread.join()
            return len(bytearray(2**24))
        """,
    "at import": "x = bytearray(2**30)\ndef f(): pass",
}


@pytest.mark.parametrize("text", HUNGER.values(), ids=HUNGER)
def test_memory_ends_at_its_limit(runner: Runner, text: str) -> None:
    report = runner.run(request(text, timedelta(seconds=30), memory_mb=80), Observer())

    assert error_of(report).code == "memory_exceeded"
    assert error_of(report).message == "the run asked for more memory than its 80 MiB"


def test_hunger_that_is_never_sated_ends_at_its_time(runner: Runner) -> None:
    text = """
    def f():
        x = []
        while True:
            try: x.append(bytearray(2**10))
            except MemoryError: pass
    """

    report = runner.run(request(text, memory_mb=80), Observer())

    assert error_of(report).code == "run_timed_out"


def test_processor_time_is_limited_behind_the_clock(runner: Runner) -> None:
    text = """
    import resource
    def f():
        resource.setrlimit(resource.RLIMIT_CPU, (1, 2))
        while True: pass
    """

    report = runner.run(request(text, timedelta(seconds=30)), Observer())

    assert error_of(report).code == "run_timed_out"
    assert report.run_time < timedelta(seconds=10)


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n while True: print('x' * 10_000)",
        "def f():\n while True: os.write(1, b'x')",
        "def f():\n while True: os.write(2, bytes(10_000))",
    ],
)
def test_flood_is_stopped(runner: Runner, text: str) -> None:
    report = runner.run(request(text, timedelta(seconds=30)), Observer())

    assert error_of(report).code == "output_too_large"
    assert len(report.output.encode()) <= 1100


def test_value_of_fifty_megabytes_is_refused(runner: Runner) -> None:
    report = runner.run(request("def f(): return 'x' * 50_000_000", LIMIT * 30), Observer())

    assert error_of(report).code == "value_too_large"
