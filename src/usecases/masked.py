"""Keep the secrets of a run out of everything that it says, before that leaves this process."""

from __future__ import annotations

from dataclasses import replace

from ..domain.errors import ResultHoldsSecret, SandboxUnavailable
from ..domain.json_value import parse_json
from ..domain.mask import Mask
from ..domain.outcome import ErrorInfo
from ..domain.verdict import RunReport
from ..ports.runner import Runner, RunObserver, RunRequest


def run_masked(runner: Runner, request: RunRequest, observer: RunObserver) -> RunReport:
    """Run, with all that is said of it masked, and a value refused that holds a secret.

    A run without secrets is observed and reported as it is, at no cost.

    Raises:
        SandboxUnavailable: no process for the run could be started.
        InvalidTask: the request asks for a limit that this runner cannot enforce.
    """
    if not request.secrets:
        return runner.run(request, observer)
    mask = Mask(request.secrets)
    masked = _MaskedObserver(observer, mask)
    try:
        report = runner.run(request, masked)
    except SandboxUnavailable as exc:
        # It may quote what the process has said last.
        raise SandboxUnavailable(mask.text(exc.message)) from None
    masked.finish()
    kept = Mask(set(request.secrets) - request.returnable) if request.returnable else mask
    return _masked(report, mask, kept)


def _masked(report: RunReport, mask: Mask, kept: Mask) -> RunReport:
    output = mask.text(report.output)
    if report.value is not None and (place := kept.place_in(parse_json(report.value))):
        refusal = ResultHoldsSecret(
            f"the value holds a secret at {mask.text(place)}, and was not stored: return what "
            "follows from it instead"
        )
        return replace(report, output=output, value=None, error=ErrorInfo.of(refusal))
    return replace(report, output=output, error=report.error and mask.error(report.error))


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
