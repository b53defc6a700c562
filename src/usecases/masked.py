"""Keep the secrets of a run out of everything that it says, before that leaves this process."""

from __future__ import annotations

from dataclasses import replace

from ..domain.mask import Mask
from ..domain.verdict import RunReport
from ..ports.runner import Runner, RunObserver, RunRequest


def run_masked(runner: Runner, request: RunRequest, observer: RunObserver) -> RunReport:
    """Run, with output, notes of progress and errors masked; the value stays as it is.

    A run without secrets is observed and reported as it is, at no cost.

    Raises:
        SandboxUnavailable: no process for the run could be started.
        InvalidTask: the request asks for a limit that this runner cannot enforce.
    """
    if not request.secrets:
        return runner.run(request, observer)
    mask = Mask(request.secrets)
    masked = _MaskedObserver(observer, mask)
    report = runner.run(request, masked)
    masked.finish()
    error = report.error and mask.error(report.error)
    return replace(report, output=mask.text(report.output), error=error)


class _MaskedObserver:
    """Hears a run, and passes on what it says without its secrets."""

    def __init__(self, observer: RunObserver, mask: Mask) -> None:
        self._observer = observer
        self._mask = mask
        self._stream = mask.stream()

    def on_output(self, text: str) -> None:
        self._pass_on(self._stream.feed(text))

    def on_progress(self, done: float, total: float | None, note: str) -> None:
        self._observer.on_progress(done, total, self._mask.text(note))

    def finish(self) -> None:
        """Pass on what was kept back."""
        self._pass_on(self._stream.finish())

    def _pass_on(self, text: str) -> None:
        if text:
            self._observer.on_output(text)
