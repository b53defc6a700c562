"""Let a real child try what must not be possible, and compute from that which level is in force."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from ...domain.attestation import Attestation, Check
from ...domain.errors import SandboxUnavailable
from ...domain.isolation import Isolation
from ...ports.runner import RunRequest
from .conduct import Conduct
from .delivery import Delivery
from .policy.bpf import encoded
from .policy.numbers import numbers
from .policy.seccomp import instructions
from .process import clean_environment
from .run_table import Run
from .zygote.namespaces import KINDS
from .zygote_child import ZygoteChild
from .zygote_process import ZygoteProcess

_PROBE: Final = Path(__file__).with_name("probe.py")

_DENIED: Final = frozenset({"EPERM", "EACCES", "ENOSYS", "EROFS"})
"""Answers that say no; ENOENT or ESRCH would only say that there was nothing to reach."""

_SEE: Final = "see a file outside"
"""Its size and age: what Landlock and a filter cannot hide."""

_PATIENCE: Final = timedelta(seconds=30)

_MEMORY: Final = 1 << 28


def attested(server: ZygoteProcess, asked: Isolation) -> Attestation:
    """What a child of this fork server can do.

    Raises:
        SandboxUnavailable: it did not come as far as to tell.
    """
    found = _found(server)
    isolated = tuple(_isolated(found, server.facts["namespaces"]))
    confined = tuple(_confined(found, is_isolated=all(check.holds for check in isolated)))
    # What only the stronger level promises is no failure of the weaker one.
    checks = confined + isolated if asked is Isolation.ISOLATED else confined
    system = os.uname()
    filter_ = encoded(instructions(system.machine, server.facts["files"]))
    return Attestation(
        asked=asked,
        effective=_effective(confined, isolated),
        files=server.facts["files"],
        landlock_abi=server.facts["landlock_abi"],
        filter_sha256=hashlib.sha256(filter_).hexdigest(),
        user=server.facts["user"],
        kernel=system.release,
        machine=system.machine,
        checks=checks,
    )


def _effective(confined: Sequence[Check], isolated: Sequence[Check]) -> Isolation:
    if not all(check.holds for check in confined):
        return Isolation.PROCESS
    is_isolated = all(check.holds for check in isolated)
    return Isolation.ISOLATED if is_isolated else Isolation.CONFINED


def _isolated(found: Mapping[str, Any], namespaces: Mapping[str, str]) -> Iterator[Check]:
    outcome = found["attempts"][_SEE]
    yield Check(_SEE, outcome, outcome == "ENOENT")
    # Its fork server is the first there; outside, something else has started the worker.
    yield Check("see processes outside", f"parent {found['parent']}", found["parent"] == 1)
    for name in KINDS:
        own = os.readlink(f"/proc/self/ns/{name}")  # noqa: PTH115  # it is no path, but a name
        theirs = namespaces.get(name, own)
        yield Check(f"share the {name} namespace", theirs, theirs != own)


def _confined(found: Mapping[str, Any], *, is_isolated: bool) -> Iterator[Check]:
    # Where files outside cannot even be seen, that they are not there is an answer.
    denied = _DENIED | {"ENOENT"} if is_isolated else _DENIED
    for name, outcome in found["attempts"].items():
        if name != _SEE:
            yield Check(name, outcome, outcome in denied)
    # An interpreter sets this one by itself, to be sure of UTF-8 (PEP 538).
    extra = set(found["environment"]) - clean_environment().keys() - {"LC_CTYPE"}
    yield Check("gain rights by executing", str(found["no_new_privs"]), found["no_new_privs"] == 1)
    yield Check("be root", str(found["users"]), 0 not in found["users"])
    yield Check(
        "inherit descriptors", str(found["descriptors"]), found["descriptors"] == [0, 1, 2, 3]
    )
    yield Check("inherit environment", str(sorted(extra)), not extra)


def _found(server: ZygoteProcess) -> Mapping[str, Any]:
    with tempfile.TemporaryDirectory(prefix="fleeting-") as folder:
        Path(folder).chmod(0o777)
        file = Path(folder) / "open-to-all"
        file.touch(0o644)
        child = ZygoteChild(server, seconds=_PATIENCE.total_seconds())
        delivery = Delivery(_Nobody())
        try:
            request = _request(str(file), server.pid)
            report, _ = Conduct(Isolation.PROCESS, ())(Run(), child, request, delivery)
        finally:
            child.end()
            child.close()
            delivery.close()
    if report.value is None:
        why = report.error.message if report.error else "no answer"
        raise SandboxUnavailable(f"the sandbox could not be attested: {why}")
    found: Mapping[str, Any] = json.loads(report.value)
    return found


def _request(file: str, server: int) -> RunRequest:
    source = _PROBE.read_text(encoding="utf-8")
    return RunRequest(
        run_id="attestation",
        digest=hashlib.sha256(source.encode()).hexdigest(),
        source=source,
        function="attest",
        args=[file, os.getpid(), server, dict(numbers(os.uname().machine))],
        kwargs={},
        timeout=_PATIENCE,
        memory_bytes=_MEMORY,
        max_value_bytes=1 << 20,
        max_output_bytes=1 << 16,
    )


class _Nobody:
    """Hears an attestation, which says nothing."""

    def on_output(self, text: str) -> None:
        """See `RunObserver`."""

    def on_progress(self, done: float, total: float | None, note: str) -> None:
        """See `RunObserver`."""
