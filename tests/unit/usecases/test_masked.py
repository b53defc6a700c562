from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from fleeting.domain.errors import SandboxUnavailable
from fleeting.domain.outcome import ErrorInfo
from fleeting.domain.verdict import RunReport
from fleeting.ports.runner import RunObserver, RunRequest
from fleeting.usecases.masked import run_masked

from .make import ScriptedRunner, a_report

SECRET = "correct-horse"


class Heard:
    """What an observer was told."""

    def __init__(self) -> None:
        self.output: list[str] = []
        self.notes: list[str] = []

    def on_output(self, text: str) -> None:
        self.output.append(text)

    def on_progress(self, done: float, total: float | None, note: str) -> None:
        self.notes.append(note)


def a_run(*secrets: str, returnable: Iterable[str] = ()) -> RunRequest:
    return RunRequest(
        run_id="1",
        digest="d",
        source="",
        function="f",
        args=[],
        kwargs={},
        timeout=None,
        memory_bytes=None,
        max_value_bytes=100,
        max_output_bytes=100,
        secrets=secrets,
        returnable=frozenset(returnable),
    )


def leak(_request: RunRequest, observer: RunObserver) -> RunReport:
    observer.on_output("one corr")
    observer.on_output("ect-horse\ntwo corre")
    observer.on_progress(1, 2, f"with {SECRET}")
    error = ErrorInfo(code="script_raised", message=f"no {SECRET}", traceback=f"at {SECRET!r}")
    return a_report(error=error, output=f"one {SECRET}\ntwo corre")


def test_what_a_run_says_is_masked() -> None:
    runner, heard = ScriptedRunner(), Heard()
    runner.will(leak)

    report = run_masked(runner, a_run(SECRET), heard)

    assert heard.output == ["one ", "***\ntwo ", "***"]
    assert heard.notes == ["with ***"]
    assert report.output == "".join(heard.output)
    assert report.error is not None
    assert (report.error.message, report.error.traceback) == ("no ***", "at '***'")


def test_a_value_that_holds_a_secret_is_refused() -> None:
    runner = ScriptedRunner()
    runner.will(a_report(value=b'{"rows": [1, "db://u:correct-horse@h"]}', output=SECRET))

    report = run_masked(runner, a_run(SECRET), Heard())

    assert (report.value, report.output) == (None, "***")
    assert report.error is not None
    assert report.error.code == "result_holds_secret"
    assert report.error.message.startswith("the value holds a secret at $.rows[1], and was not")


def test_a_value_may_hold_a_secret_that_is_returnable() -> None:
    runner = ScriptedRunner()
    for _ in range(2):
        runner.will(a_report(value=b'"correct-horse"', output=f"{SECRET} other-one"))

    assert run_masked(runner, a_run(SECRET, "other-one", returnable=[SECRET]), Heard()) == (
        a_report(value=b'"correct-horse"', output="*** ***")
    )
    report = run_masked(runner, a_run(SECRET, "other-one", returnable=["other-one"]), Heard())
    assert report.value is None


def test_a_value_without_a_secret_stays_as_it_is() -> None:
    runner = ScriptedRunner()
    runner.will(a_report(value=b'"battery"'))

    assert run_masked(runner, a_run(SECRET), Heard()).value == b'"battery"'


def test_what_kept_a_run_from_starting_is_masked() -> None:
    """It may quote what its process has printed last."""
    runner = ScriptedRunner()
    runner.will(SandboxUnavailable(f"it said {SECRET}"))

    with pytest.raises(SandboxUnavailable, match=r"^it said \*\*\*$") as error:
        run_masked(runner, a_run(SECRET), Heard())

    assert error.value.__cause__ is None


def test_a_run_without_secrets_is_observed_directly() -> None:
    runner, heard, seen = ScriptedRunner(), Heard(), list[RunObserver]()
    report = a_report(value=b"3", output="printed")

    def run(_request: RunRequest, observer: RunObserver) -> RunReport:
        seen.append(observer)
        return report

    runner.will(run)

    assert run_masked(runner, a_run(), heard) is report
    assert seen == [heard]


def test_a_request_does_not_show_its_secrets() -> None:
    run = replace(
        a_run(SECRET, returnable=[SECRET]), source=SECRET, args=[SECRET], kwargs={"a": SECRET}
    )

    assert SECRET not in repr(run)
