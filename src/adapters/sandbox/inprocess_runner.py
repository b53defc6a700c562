"""Runs scripts inside this process: for trusted code, where isolation `none` was asked for."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from ...domain.bounds import check_enforced
from ...domain.errors import InvalidTask
from ...domain.executor import Call, execute
from ...domain.isolation import Isolation
from ...domain.json_value import encode_parameters, parse_json
from ...domain.outcome import Outcome
from ...domain.progress import listening
from ...ports.runner import RunObserver, RunReport, RunRequest
from .output import Output
from .stdio_router import printed_to


class InProcessRunner:
    """A `Runner` without any isolation: nothing can be limited, and nothing stopped.

    A script may do whatever this process may do and import what it can, and takes it along when it
    crashes. What it prints from threads of its own is not captured.
    """

    @property
    def isolation(self) -> Isolation:
        return Isolation.NONE

    def run(self, request: RunRequest, observer: RunObserver) -> RunReport:
        if request.timeout is not None or request.memory_bytes is not None:
            raise InvalidTask(
                "isolation none runs a script inside this process, where neither its time nor its "
                "memory can be limited: ask for no limit, or for isolation process"
            )
        check_enforced(request.bounds, self.isolation)
        call = _call(request)
        output = Output(request.max_output_bytes)

        def hear(text: str) -> None:
            _show(observer, output.feed(text.encode("utf-8", "backslashreplace")))

        began = time.monotonic()
        outcome = _executed(call, hear, observer)
        took = time.monotonic() - began
        _show(observer, output.finish())
        return RunReport(
            value=outcome.value,
            error=outcome.error,
            output=output.text,
            run_time=timedelta(seconds=took),
            isolation=self.isolation,
        )

    def stop(self, run_id: str) -> None:
        """Does nothing: there is no process to end; the run goes on to its own end."""


def _executed(call: Call, hear: Callable[[str], None], observer: RunObserver) -> Outcome:
    token = listening.set(observer.on_progress)
    try:
        with printed_to(hear):
            return execute(call)
    finally:
        listening.reset(token)


def _show(observer: RunObserver, text: str) -> None:
    if text:
        observer.on_output(text)


def _call(request: RunRequest) -> Call:
    # Through JSON and back, as on the way to a process: the script cannot change its caller's data.
    copy = parse_json(encode_parameters(request.args, request.kwargs))
    return Call(
        source=request.source,
        digest=request.digest,
        function=request.function,
        max_value_bytes=request.max_value_bytes,
        **copy,  # type: ignore[arg-type]  # args and kwargs
    )
