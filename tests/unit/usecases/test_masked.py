from __future__ import annotations

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


def a_run(*secrets: str) -> RunRequest:
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


def test_a_value_stays_as_it_is() -> None:
    runner = ScriptedRunner()
    runner.will(a_report(value=b'"correct-horse"'))

    assert run_masked(runner, a_run(SECRET), Heard()).value == b'"correct-horse"'


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
    assert SECRET not in repr(a_run(SECRET))
