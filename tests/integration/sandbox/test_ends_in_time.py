"""What has to end at once does, in every mode: a run that is stopped, and all that a worker had."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fleeting.adapters.sandbox.confined_runner import ConfinedRunner
from fleeting.adapters.sandbox.confinement import Confinement
from fleeting.domain.errors import SandboxUnavailable
from fleeting.domain.isolation import Isolation
from fleeting.testing.runner import DEATHS, SPIN, Observer, code, has_ended, sample_run, started

from ..public import ROOT
from .lineage import descendants

MODES: dict[str, dict[str, Any]] = {
    "fresh": {"warm": 0},
    "warm": {"warm": 2},
    "reuse": {"warm": 0, "reuse": True},
    "isolated": {"isolation": Isolation.ISOLATED},
    "with a library": {"preimport": ("numpy",)},
}

_WORKER = """
import sys
from fleeting.adapters.sandbox.confined_runner import ConfinedRunner
from fleeting.adapters.sandbox.confinement import Confinement
from fleeting.domain.isolation import Isolation
from fleeting.testing.runner import ADD, SPIN, Observer, sample_run
class Echo(Observer):
    def on_output(self, text):
        print(text, end="", flush=True)
runner = ConfinedRunner(Confinement(**eval(sys.argv[1])))
# In the mode of reuse its child waits for another run.
runner.run(sample_run(ADD, 1, run_id="before"), Observer())
runner.run(sample_run(SPIN), Echo())
"""


@pytest.fixture(params=list(MODES))
def mode(request: pytest.FixtureRequest) -> dict[str, Any]:
    choices = MODES[request.param]
    if "preimport" in choices and importlib.util.find_spec("numpy") is None:
        pytest.skip("numpy is not installed")
    return choices


@pytest.fixture
def runner(mode: dict[str, Any]) -> Iterator[ConfinedRunner]:
    runner = ConfinedRunner(Confinement(**mode))
    try:
        _ = runner.attestation
    except SandboxUnavailable as exc:
        if "not permitted" not in exc.message:
            raise
        pytest.skip("this system lets nobody make namespaces")
    yield runner
    runner.close()


@pytest.mark.alone
def test_run_is_stopped_within_50_ms(runner: ConfinedRunner) -> None:
    """The best of five, because the machine may be busy."""
    taken = []
    for _ in range(5):
        request, observer = sample_run(SPIN), Observer()
        with started(runner, request, observer) as running:
            began = time.monotonic()
            runner.stop(request.run_id)
            assert code(running.result(10)) == "run_cancelled"
            taken.append(time.monotonic() - began)

    assert min(taken) < 0.05


def test_deaths_are_told_apart(runner: ConfinedRunner) -> None:
    """Also in a namespace, whose first process would not die of its own signals."""
    told = {how: runner.run(sample_run(source), Observer()) for how, source in DEATHS.items()}

    assert {code(report) for report in told.values()} == {"run_died"}
    messages = {how: report.error.message for how, report in told.items() if report.error}
    assert "3" in messages["exit"]
    for how, signal in (("abort", "SIGABRT"), ("segfault", "SIGSEGV"), ("killed", "SIGKILL")):
        assert signal in messages[how]


@pytest.mark.alone
def test_all_is_gone_within_100_ms_of_a_killed_worker(runner: ConfinedRunner) -> None:
    """And no file of it is left. The best of three, because the machine may be busy."""
    choices = runner._confinement
    mode = {"warm": choices.warm, "reuse": choices.reuse, "preimport": choices.preimport,
            "isolation": choices.isolation.value}  # fmt: skip

    taken = [_seconds_to_end(mode) for _ in range(3)]

    assert min(taken) < 0.1


def _seconds_to_end(mode: dict[str, Any]) -> float:
    given = f"{{**{mode!r}, 'isolation': Isolation({mode['isolation']!r})}}"
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [sys.executable, "-c", _WORKER, given],
            env={**os.environ, "TMPDIR": folder, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
        )
        with process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            below = descendants(process.pid)
            assert len(below) >= 2
            process.kill()
            began = time.monotonic()
            while not all(map(has_ended, below)) and time.monotonic() < began + 10:
                time.sleep(0.002)
            took = time.monotonic() - began
        assert list(Path(folder).iterdir()) == []
    return took
