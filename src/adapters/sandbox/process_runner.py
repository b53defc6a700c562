"""Runs each script in a fresh process of its own. Linux only; no security boundary."""

from __future__ import annotations

import sys

from ...domain.bounds import check_enforced
from ...domain.isolation import Isolation
from ...ports.runner import RunObserver, RunReport, RunRequest
from .conduct import Conduct
from .delivery import Delivery
from .process import SandboxProcess, site_packages
from .run_table import RunTable


class ProcessRunner:
    """A `Runner` that starts a Python process for each run and ends it afterwards.

    A script may do what the worker's user may do. It finds the libraries installed beside the
    interpreter, none of them loaded, but not the platform: `import fleeting` gives `progress`
    alone. Its working directory is `/`, its environment a fixed one. A run ends when its function
    returns: threads and processes that it has left are killed.

    Args:
        python: path of the interpreter; None: the one that runs this.
    """

    def __init__(self, python: str | None = None) -> None:
        self._python = python or sys.executable
        self._conduct = Conduct(self.isolation, site_packages())
        self._runs: RunTable[SandboxProcess] = RunTable()

    @property
    def isolation(self) -> Isolation:
        return Isolation.PROCESS

    def run(self, request: RunRequest, observer: RunObserver) -> RunReport:
        check_enforced(request.bounds, self.isolation)
        with self._runs.known(request.run_id) as run:
            process = run.start(lambda: SandboxProcess(self._python))
            if process is None:
                return self._conduct.stopped()
            delivery = Delivery(observer)
            try:
                report, _ = self._conduct(run, process, request, delivery)
                return report
            finally:
                process.end()
                process.close()
                delivery.close()

    def stop(self, run_id: str) -> None:
        self._runs.stop(run_id)
