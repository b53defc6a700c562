"""Let a real child try what must not be possible."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from ...domain.errors import SandboxUnavailable
from ...domain.isolation import Isolation
from ...ports.runner import RunRequest
from .conduct import Conduct
from .delivery import Delivery
from .policy.numbers import numbers
from .run_table import Run
from .zygote_child import ZygoteChild
from .zygote_process import ZygoteProcess

_PROBE: Final = Path(__file__).with_name("probe.py")

_PATIENCE: Final = timedelta(seconds=30)

_MEMORY: Final = 1 << 28

KILLED: Final = "SIGSYS"
"""What came of an attempt that a filter around the worker answers with death, as systemd's do."""

_FACTS_ALONE: Final = ""
"""Names no attempt."""


def tried_by_a_child(server: ZygoteProcess) -> Mapping[str, Any]:
    """What a child of this fork server is and has, and what came of what it tried (`probe.py`).

    Raises:
        SandboxUnavailable: it did not come as far as to tell.
    """
    with _open_file() as file:
        try:
            return _told(server, file)
        except _KilledError:
            found = _told(server, file, _FACTS_ALONE)
            tried = {name: _outcome(server, file, name) for name in found["names"]}
            return {**found, "attempts": tried}


class _KilledError(Exception):
    """A child has died of what it tried."""


def _outcome(server: ZygoteProcess, file: str, name: str) -> str:
    """What comes of one attempt, in a child for it alone."""
    try:
        outcome: str = _told(server, file, name)["attempts"][name]
    except _KilledError:
        return KILLED
    return outcome


def _told(server: ZygoteProcess, file: str, only: str | None = None) -> Mapping[str, Any]:
    child = ZygoteChild(server, seconds=_PATIENCE.total_seconds())
    delivery = Delivery(_Nobody())
    try:
        request = _request(file, server.pid, only)
        report, _ = Conduct(Isolation.PROCESS, ())(Run(), child, request, delivery)
    finally:
        status = child.end()
        child.close()
        delivery.close()
    if report.value is None:
        if status == -signal.SIGSYS:
            raise _KilledError
        why = report.error.message if report.error else "no answer"
        raise SandboxUnavailable(f"the sandbox could not be attested: {why}")
    found: Mapping[str, Any] = json.loads(report.value)
    return found


def _request(file: str, server: int, only: str | None) -> RunRequest:
    source = _PROBE.read_text(encoding="utf-8")
    return RunRequest(
        run_id="attestation",
        digest=hashlib.sha256(source.encode()).hexdigest(),
        source=source,
        function="attest",
        args=[file, os.getpid(), server, dict(numbers(os.uname().machine)), only],
        kwargs={},
        timeout=_PATIENCE,
        memory_bytes=_MEMORY,
        max_value_bytes=1 << 20,
        max_output_bytes=1 << 16,
    )


@contextmanager
def _open_file() -> Iterator[str]:
    """A file that everybody may read, in a folder that is so too."""
    with tempfile.TemporaryDirectory(prefix="fleeting-") as folder:
        Path(folder).chmod(0o777)
        file = Path(folder) / "open-to-all"
        file.touch(0o644)
        yield str(file)


class _Nobody:
    """Hears an attestation, which says nothing."""

    def on_output(self, text: str) -> None:
        """See `RunObserver`."""

    def on_progress(self, done: float, total: float | None, note: str) -> None:
        """See `RunObserver`."""
