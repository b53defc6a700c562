"""Who lives how long: workers, fork servers, children, and what is shared between runs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fleeting.adapters.sandbox.confined_runner import ConfinedRunner
from fleeting.adapters.sandbox.confinement import Confinement
from fleeting.domain.errors import SandboxUnavailable
from fleeting.testing.runner import (
    ADD,
    NAP,
    Observer,
    code,
    comes_true,
    has_ended,
    sample_run,
    started,
)

from .lineage import descendants

PID = "import os\ndef f(): return os.getpid()\n"
PARENT = "import os\ndef f(): return os.getppid()\n"


@pytest.fixture
def runner() -> Iterator[ConfinedRunner]:
    runner = ConfinedRunner()
    yield runner
    runner.close()


@pytest.fixture
def keeping() -> Iterator[ConfinedRunner]:
    runner = ConfinedRunner(Confinement(reuse=True, warm=0, reuse_runs=3, reuse_idle=2))
    yield runner
    runner.close()


def value(runner: ConfinedRunner, source: str, *args: Any, **more: Any) -> Any:
    report = runner.run(sample_run(source, *args, **more), Observer())
    assert report.value is not None, report.error
    return json.loads(report.value)


def server_of(runner: ConfinedRunner) -> int:
    return runner._servers.keepers["default"].server().pid


def test_killed_fork_server_takes_its_runs_along_and_is_replaced(runner: ConfinedRunner) -> None:
    first = value(runner, "import os\ndef f(): return os.getppid()\n")

    with started(runner, sample_run(NAP), Observer()) as running:
        os.kill(first, signal.SIGKILL)
        assert code(running.result(10)) == "run_died"

    assert value(runner, ADD, 1) == 1
    assert server_of(runner) != first
    assert runner.attestation.effective == "confined"


def test_fork_server_that_stands_still_does_not_keep_a_run_alive(
    runner: ConfinedRunner,
) -> None:
    """It is killed, its children die with it, and another takes its place."""
    server = server_of(runner)
    request, observer = sample_run(NAP), Observer()

    with started(runner, request, observer) as running:
        os.kill(server, signal.SIGSTOP)
        runner.stop(request.run_id)
        report = running.result(20)

    assert code(report) in {"run_died", "run_cancelled"}
    assert value(runner, ADD, 1) == 1


def test_fork_server_is_followed_by_another_after_so_many_births() -> None:
    """Which no run waits for; the one that finds it old still gets its child there."""
    before = set(descendants(os.getpid()))
    runner = ConfinedRunner(Confinement(server_births=3, warm=0))
    try:
        # The attestation is the first birth.
        first, second, third = (value(runner, PARENT) for _ in range(3))
        assert first == second == third
        assert comes_true(lambda: value(runner, PARENT) != first)
        assert runner.attestation.effective == "confined"
        assert comes_true(lambda: has_ended(first))
    finally:
        runner.close()

    assert set(descendants(os.getpid())) <= before


def test_old_fork_server_that_none_can_follow_ends_with_its_reason(tmp_path: Path) -> None:
    """What cannot be attested again is not trusted for longer than was asked for."""
    python = tmp_path / "python"
    python.symlink_to(sys.executable)
    runner = ConfinedRunner(Confinement(server_births=2, warm=0, python=str(python)))
    try:
        first = value(runner, PARENT)
        python.unlink()
        with pytest.raises(SandboxUnavailable, match="no fork server could be started"):
            deque((value(runner, PARENT) for _ in range(1000)), maxlen=0)
        assert comes_true(lambda: has_ended(first))
    finally:
        runner.close()


def test_stopped_worker_does_not_give_a_run_more_time() -> None:
    """The fork server has a clock of its own."""
    worker = textwrap.dedent("""
        from datetime import timedelta
        from fleeting.adapters.sandbox.confined_runner import ConfinedRunner
        from fleeting.testing.runner import NAP, Observer, sample_run
        class Echo(Observer):
            def on_output(self, text):
                print(text, end="", flush=True)
        ConfinedRunner().run(sample_run(NAP, timeout=timedelta(seconds=0.5)), Echo())
    """)
    with subprocess.Popen([sys.executable, "-c", worker], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGSTOP)
        server = descendants(process.pid)[0]
        before = len(descendants(server))
        try:
            assert comes_true(lambda: len(descendants(server)) < before)
        finally:
            process.kill()


def test_forked_worker_has_a_fork_server_of_its_own(runner: ConfinedRunner) -> None:
    """And does not keep that of its parent alive, nor end it, nor use its children."""
    ours = server_of(runner)
    kept = value(runner, PID, reuse=True)
    assert comes_true(lambda: len(descendants(ours)) == 3)
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(
                writing,
                json.dumps(
                    [value(runner, ADD, 2), server_of(runner), value(runner, PID, reuse=True)]
                ).encode(),
            )
            runner.close()
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        two, theirs, other = json.loads(answer.read())
    os.waitpid(pid, 0)

    assert (two, value(runner, ADD, 3)) == (2, 3)
    assert theirs != ours == server_of(runner)
    assert other != kept == value(runner, PID, reuse=True)


def test_child_is_kept_for_its_source_and_tenant_alone(keeping: ConfinedRunner) -> None:
    first = value(keeping, PID, tenant="a")

    assert value(keeping, PID, tenant="a") == first
    assert value(keeping, PID, tenant="b") != first
    assert value(keeping, f"{PID}\n", tenant="a") != first
    assert value(keeping, PID, tenant="a", reuse=False) != first


def test_kept_child_is_replaced_after_so_many_runs(keeping: ConfinedRunner) -> None:
    pids = [value(keeping, PID) for _ in range(7)]

    assert [len(set(pids[at : at + 3])) for at in (0, 3)] == [1, 1]
    assert len(set(pids)) == 3


def test_kept_child_is_replaced_when_it_is_old() -> None:
    runner = ConfinedRunner(Confinement(reuse=True, warm=0, reuse_age=timedelta(0)))
    pids = {value(runner, PID) for _ in range(3)}
    runner.close()

    assert len(pids) == 3


@pytest.mark.parametrize(
    "harm",
    [
        "raise ValueError",
        "import threading, time; threading.Thread(target=time.sleep, args=[60]).start()",
    ],
    ids=["error", "thread left"],
)
def test_child_that_may_be_harmed_is_not_kept(keeping: ConfinedRunner, harm: str) -> None:
    source = f"import os\ndef f(harm):\n    print(os.getpid())\n    if harm: {harm}\n"
    request = sample_run(source, True)
    first = keeping.run(request, Observer()).output

    assert keeping.run(sample_run(source, False), Observer()).output != first


def test_kept_child_that_dies_meanwhile_is_not_used(keeping: ConfinedRunner) -> None:
    pid = value(keeping, PID)
    os.kill(pid, signal.SIGKILL)
    assert comes_true(lambda: has_ended(pid))

    assert value(keeping, PID) != pid


def test_only_so_many_children_are_kept(keeping: ConfinedRunner) -> None:
    pids = [value(keeping, PID, tenant=str(number)) for number in range(5)]

    assert comes_true(lambda: sum(not has_ended(pid) for pid in pids) == 2)


def test_random_numbers_differ_between_runs(runner: ConfinedRunner) -> None:
    """Although all children come from one process."""
    source = "import random\ndef f(): return random.random()\n"

    assert len({value(runner, source) for _ in range(4)}) == 4


def test_random_numbers_of_numpy_differ_between_runs() -> None:
    """Its generator is made once, in the fork server, and would go on alike in each child."""
    runner = ConfinedRunner(Confinement(preimport=("numpy",)))
    source = "import numpy\ndef f(): return float(numpy.random.random())\n"
    values = {value(runner, source) for _ in range(4)}
    runner.close()

    assert len(values) == 4


def test_large_source_and_value_pass(runner: ConfinedRunner) -> None:
    """More than any buffer between the processes holds."""
    source = f"TEXT = '{'x' * 900_000}'\ndef f(): return TEXT\n"

    assert len(value(runner, source, max_value_bytes=1 << 20)) == 900_000


MIXED = [
    (ADD, {}, None),
    ("def f(a): print(a)\n", {}, None),
    ("def f(a): raise ValueError(a)\n", {}, "script_raised"),
    ("import os\ndef f(a): os._exit(3)\n", {}, "run_died"),
    ("import os\ndef f(a): os.abort()\n", {}, "run_died"),
    ("def f(a):\n    while True: pass\n", {"timeout": timedelta(seconds=0.1)}, "run_timed_out"),
    ("def f(a):\n    while True: print('x' * 9999)\n", {}, "output_too_large"),
    ("def f(a): return 'x' * (1 << 22)\n", {}, "value_too_large"),
    ("def f(a): return b'x' * (1 << 30)\n", {"memory_bytes": 1 << 26}, "memory_exceeded"),
    ("def f(a): return object()\n", {}, "result_not_serializable"),
    (ADD, {"reuse": True}, None),
]


def test_hundreds_of_mixed_runs_from_several_threads_leave_nothing(runner: ConfinedRunner) -> None:
    """No wrong answer, no process, no descriptor, no thread; cancels are among them."""
    value(runner, ADD, 0)
    server = server_of(runner)

    def run(number: int) -> bool:
        source, limits, expected = MIXED[number % len(MIXED)]
        name = f"run-{number}"
        if number % 13 == 0:
            threading.Timer(0.002, runner.stop, [name]).start()
        report = runner.run(sample_run(source, number, run_id=name, **limits), Observer())
        right = code(report) == expected and report.value in {None, b"null", b"%d" % number}
        return right or (number % 13 == 0 and code(report) == "run_cancelled")

    def count() -> tuple[int, int]:
        return len(descriptors("self")), len(descriptors(server))

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(run, range(60)))
        before = count()
        assert all(pool.map(run, range(60, 360)))

    assert server_of(runner) == server
    # Those that wait ready, and one that is kept.
    assert comes_true(lambda: len(descendants(server)) <= 2 + 16)
    assert comes_true(lambda: abs(count()[0] - before[0]) <= 16 and count()[1] <= before[1] + 16)
    assert comes_true(lambda: not any(map(is_zombie, descendants(os.getpid()))))


def descriptors(pid: object) -> list[Path]:
    return list(Path(f"/proc/{pid}/fd").iterdir())


def is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return False
