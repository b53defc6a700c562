"""What every `Runner` must do."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import get_ident
from typing import Any

import pytest

from ..domain.bounds import Bounds
from ..domain.errors import (
    CpuTimeExceeded,
    FleetingError,
    FunctionNotFound,
    InvalidTask,
    IsolationUnavailable,
    MemoryExceeded,
    OutputTooLarge,
    ParametersDoNotFit,
    ResultNotSerializable,
    RunCancelled,
    RunDied,
    RunTimedOut,
    SandboxUnavailable,
    ScriptRaised,
    SourceSyntaxError,
    ValueTooLarge,
)
from ..domain.isolation import Isolation
from ..domain.limits import MIB
from ..domain.result import Progress
from ..ports.runner import Runner
from .contract import Contract, optional
from .runs import (
    ADD,
    DEATHS,
    NAP,
    PATIENCE,
    SPIN,
    Observer,
    code,
    comes_true,
    has_ended,
    sample_run,
    started,
)


class RunnerContract(Contract):
    """The contract of `ports.runner.Runner`.

    Fixtures to supply:
        runner: a `Runner`. What its isolation cannot give is left out of the tests: limits and
            `stop` need a process of their own.
        broken (optional): a `Runner` that can start no process.
    """

    @pytest.fixture
    def process_runner(self, runner: Runner) -> Runner:
        """The runner, where runs have a process of their own."""
        if runner.isolation is Isolation.NONE:
            pytest.skip("runs have no process of their own with isolation none")
        return runner

    def test_value_is_reported_as_json(self, runner: Runner) -> None:
        """With positional and keyword parameters handed over."""
        report = runner.run(sample_run(ADD, 1, kwargs={"b": 2}), Observer())

        assert (report.value, report.error) == (b"3", None)

    def test_report_tells_the_isolation_in_force(self, runner: Runner) -> None:
        """The same level that the runner claims."""
        report = runner.run(sample_run(ADD, 1), Observer())

        assert report.isolation is runner.isolation

    def test_report_tells_the_time_taken(self, runner: Runner) -> None:
        """At least as long as the script slept."""
        source = "import time\ndef f():\n    time.sleep(0.1)\n"

        report = runner.run(sample_run(source), Observer())

        assert report.run_time >= timedelta(seconds=0.1)

    def test_output_is_observed_and_reported(self, runner: Runner) -> None:
        """What is printed on either stream, in whatever script."""
        source = "import sys\ndef f():\n    print('one ü')\n    print('two', file=sys.stderr)\n"
        observer = Observer()

        report = runner.run(sample_run(source), observer)

        for text in (report.output, observer.output):
            assert sorted(text.splitlines()) == ["one ü", "two"]

    def test_progress_is_observed(self, runner: Runner) -> None:
        """Each call of `fleeting.progress`, or at least the last one of several in a row."""
        source = (
            "import fleeting\ndef f():\n    fleeting.progress(1, 2)\n"
            "    fleeting.progress(2, 2, 'done')\n"
        )
        observer = Observer()

        report = runner.run(sample_run(source), observer)

        assert report.error is None
        assert observer.progress[-1] == Progress(done=2, total=2, note="done")

    def test_observer_is_called_from_another_thread(self, process_runner: Runner) -> None:
        """So what it does never holds up the run's caller."""
        observer = Observer()

        process_runner.run(sample_run("def f():\n    print('one')\n"), observer)

        assert observer.threads
        assert get_ident() not in observer.threads

    @pytest.mark.parametrize(
        ("source", "error"),
        [
            pytest.param("def f():\n    return 1 / 0\n", ScriptRaised, id="raises"),
            pytest.param("import nonsense_that_is_not_there\n", ScriptRaised, id="at import"),
            pytest.param("def f():\n    raise SystemExit(3)\n", ScriptRaised, id="SystemExit"),
            pytest.param("def f(:\n", SourceSyntaxError, id="syntax"),
            pytest.param("def g():\n    pass\n", FunctionNotFound, id="no function"),
            pytest.param("def f(a):\n    pass\n", ParametersDoNotFit, id="parameters"),
            pytest.param("def f():\n    return [object()]\n", ResultNotSerializable, id="no JSON"),
            pytest.param("def f():\n    return float('nan')\n", ResultNotSerializable, id="NaN"),
        ],
    )
    def test_what_went_wrong_is_in_the_report(
        self, runner: Runner, source: str, error: type[FleetingError]
    ) -> None:
        """Classified, and the next run is not harmed."""
        report = runner.run(sample_run(source), Observer())

        assert code(report) == error.code
        assert runner.run(sample_run(ADD, 1), Observer()).value == b"1"

    def test_exception_is_told_with_its_place(self, runner: Runner) -> None:
        """Its type, its text and the script's own line."""
        source = "def f():\n    x = 0\n    raise ValueError('no luck')\n"

        error = runner.run(sample_run(source), Observer()).error

        assert error is not None
        assert (error.exception, error.line) == ("ValueError", 3)
        assert "no luck" in error.message
        assert "raise ValueError('no luck')" in (error.traceback or "")

    def test_value_that_is_no_json_is_told_with_its_path(self, runner: Runner) -> None:
        """In the words of `$.rows[3].when`."""
        source = "def f():\n    return {'rows': [1, {'when': object()}]}\n"

        error = runner.run(sample_run(source), Observer()).error

        assert error is not None
        assert error.path == "$.rows[1].when"

    def test_output_before_a_failure_is_kept(self, runner: Runner) -> None:
        """It often says why."""
        source = "def f():\n    print('so far')\n    return 1 / 0\n"

        assert runner.run(sample_run(source), Observer()).output == "so far\n"

    def test_value_over_the_limit_is_refused(self, runner: Runner) -> None:
        """The limit itself is allowed; it counts bytes of JSON."""
        source = "def f(n):\n    return 'x' * n\n"

        fits = runner.run(sample_run(source, 98, max_value_bytes=100), Observer())
        too_long = runner.run(sample_run(source, 99, max_value_bytes=100), Observer())

        assert fits.value == json.dumps("x" * 98).encode()
        assert code(too_long) == ValueTooLarge.code

    def test_long_output_is_cut(self, runner: Runner) -> None:
        """The run itself is not harmed."""
        source = "def f():\n    print('x' * 500)\n    return 1\n"

        report = runner.run(sample_run(source, max_output_bytes=100), Observer())

        assert report.value == b"1"
        assert len(report.output.encode()) <= 200

    def test_run_that_floods_its_output_is_ended(self, process_runner: Runner) -> None:
        """A script that prints for ever does not fill anybody's memory."""
        source = "def f():\n    while True:\n        print('x' * 1000)\n"
        request = sample_run(source, max_output_bytes=1000, timeout=timedelta(seconds=PATIENCE))

        report = process_runner.run(request, Observer())

        assert code(report) == OutputTooLarge.code

    @pytest.mark.parametrize("source", [NAP, SPIN], ids=["sleeping", "busy"])
    def test_time_limit_ends_a_run(self, process_runner: Runner, source: str) -> None:
        """With what it printed until then; the runner goes on."""
        limit = timedelta(seconds=2)

        report = process_runner.run(sample_run(source, timeout=limit), Observer())

        assert (code(report), report.output) == (RunTimedOut.code, "ready\n")
        assert report.run_time < timedelta(seconds=PATIENCE)
        assert process_runner.run(sample_run(ADD, 1), Observer()).value == b"1"

    @pytest.mark.parametrize("death", DEATHS)
    def test_script_that_kills_its_process_harms_nobody(
        self, process_runner: Runner, death: str
    ) -> None:
        """Reported, and the next run is as good as ever.

        Stronger levels may take the means from the script, which then raises.
        """
        report = process_runner.run(sample_run(DEATHS[death]), Observer())

        allowed = {RunDied.code}
        if process_runner.isolation > Isolation.PROCESS:
            allowed.add(ScriptRaised.code)
        assert code(report) in allowed
        assert process_runner.run(sample_run(ADD, 1), Observer()).value == b"1"

    def test_memory_limit_ends_a_run(self, process_runner: Runner) -> None:
        """Memory is counted beyond what the interpreter needs."""
        source = "def f(mib):\n    return len(b'x' * (mib << 20))\n"

        fits = process_runner.run(sample_run(source, 8, memory_bytes=64 * MIB), Observer())
        too_much = process_runner.run(sample_run(source, 512, memory_bytes=64 * MIB), Observer())

        assert fits.value == str(8 << 20).encode()
        assert code(too_much) == MemoryExceeded.code

    @pytest.mark.parametrize("source", [NAP, SPIN], ids=["sleeping", "busy"])
    def test_run_can_be_stopped(self, process_runner: Runner, source: str) -> None:
        """From another thread, at once."""
        request, observer = sample_run(source), Observer()

        with started(process_runner, request, observer) as running:
            process_runner.stop(request.run_id)
            report = running.result(PATIENCE)

        assert (code(report), report.output) == (RunCancelled.code, "ready\n")

    def test_stop_ends_no_other_run(self, process_runner: Runner) -> None:
        """Runs are told apart by their id."""
        observer = Observer()
        source = "import time\ndef f():\n    print('ready', flush=True)\n    time.sleep(0.3)\n"

        with started(process_runner, sample_run(source), observer) as running:
            process_runner.stop("run-2")
            report = running.result(PATIENCE)

        assert report.value == b"null"

    def test_stop_of_what_is_not_there_is_no_error(self, runner: Runner) -> None:
        """A run that has ended or that nobody knows; a later run of that id is not ended."""
        runner.run(sample_run(ADD, 1), Observer())
        runner.stop("run-1")
        runner.stop("run-0")

        assert runner.run(sample_run(ADD, 2), Observer()).value == b"2"

    def test_nothing_is_left_of_a_run(self, process_runner: Runner) -> None:
        """Its process ends with the report, unless it is to be kept."""
        if process_runner.isolation is Isolation.ISOLATED:
            pytest.skip("a script cannot tell what its process is called outside")
        source = "import os\ndef f():\n    return os.getpid()\n"

        report = process_runner.run(sample_run(source, reuse=False), Observer())

        assert report.value is not None
        assert comes_true(lambda: has_ended(int(report.value or b"0")))

    def test_child_of_a_run_ends_with_it(self, process_runner: Runner) -> None:
        """Also one that would go on for long; stronger levels do not let it begin."""
        if process_runner.isolation is not Isolation.PROCESS:
            pytest.skip("scripts cannot start processes with this isolation")
        source = (
            "import subprocess\ndef f():\n    return subprocess.Popen(['sleep', '600'],"
            " stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).pid\n"
        )

        report = process_runner.run(sample_run(source), Observer())

        assert report.value is not None
        assert comes_true(lambda: has_ended(int(report.value or b"0")))

    def test_runs_do_not_share_their_variables(self, process_runner: Runner) -> None:
        """Each begins with a fresh module."""
        source = "seen = []\ndef f():\n    seen.append(1)\n    return len(seen)\n"

        values = [process_runner.run(sample_run(source), Observer()).value for _ in range(3)]

        assert values == [b"1"] * 3

    def test_runs_go_on_side_by_side(self, runner: Runner) -> None:
        """From several threads, each with its own report and output."""
        source = "def f(n):\n    print(n)\n    return n\n"

        def run(number: int) -> tuple[bytes | None, str]:
            request = sample_run(source, number, run_id=f"run-{number}")
            report = runner.run(request, Observer())
            return report.value, report.output

        with ThreadPoolExecutor(4) as pool:
            reports = list(pool.map(run, range(12)))

        assert reports == [(b"%d" % n, f"{n}\n") for n in range(12)]

    @pytest.mark.parametrize(
        "limit", [{"timeout": timedelta(seconds=1)}, {"memory_bytes": MIB}], ids=["time", "memory"]
    )
    def test_limit_that_cannot_be_enforced_is_refused(
        self, runner: Runner, limit: dict[str, Any]
    ) -> None:
        """Not ignored."""
        if runner.isolation is not Isolation.NONE:
            pytest.skip("this runner enforces all limits")

        with pytest.raises(InvalidTask):
            runner.run(sample_run(ADD, 1, **limit), Observer())

    @pytest.mark.parametrize("level", [Isolation.PROCESS, Isolation.CONFINED, Isolation.ISOLATED])
    def test_bound_that_takes_a_stronger_level_is_refused(
        self, runner: Runner, level: Isolation
    ) -> None:
        """Not ignored."""
        bounds = {
            Isolation.PROCESS: Bounds(cpu_time=timedelta(seconds=1)),
            Isolation.CONFINED: Bounds(threads=1),
            Isolation.ISOLATED: Bounds(scratch_bytes=MIB),
        }
        if runner.isolation >= level:
            pytest.skip("this runner enforces it")

        with pytest.raises(IsolationUnavailable):
            runner.run(sample_run(ADD, 1, bounds=bounds[level]), Observer())

    def test_processor_time_is_limited(self, runner: Runner) -> None:
        """Whatever the wall time is."""
        if runner.isolation is Isolation.NONE:
            pytest.skip("processor time cannot be limited with isolation none")

        bounds = Bounds(cpu_time=timedelta(seconds=1))

        report = runner.run(sample_run(SPIN, bounds=bounds), Observer())
        assert code(report) == CpuTimeExceeded.code

    def test_process_that_cannot_start_is_an_error(self, request: pytest.FixtureRequest) -> None:
        """Not a report: the script is not to blame."""
        broken = optional(request, "broken", what="runs need a process that may fail to start")

        with pytest.raises(SandboxUnavailable):
            broken.run(sample_run(ADD, 1), Observer())
