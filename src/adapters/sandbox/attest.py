"""Which level is in force: computed from what a real child could do."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ...domain.attestation import Attestation, Check
from ...domain.isolation import Isolation
from .policy.bpf import encoded
from .policy.seccomp import instructions
from .probing import KILLED, tried_by_a_child
from .process import clean_environment
from .zygote.namespaces import KINDS
from .zygote_process import ZygoteProcess

_DENIED: Final = frozenset({"EPERM", "EACCES", "ENOSYS", "EROFS", KILLED})
"""Answers that say no; ENOENT or ESRCH would only say that there was nothing to reach."""

_SEE: Final = "see a file outside"
"""Its size and age: what Landlock and a filter cannot hide."""


def attested(server: ZygoteProcess, asked: Isolation) -> Attestation:
    """What a child of this fork server can do.

    Raises:
        SandboxUnavailable: it did not come as far as to tell.
    """
    found = tried_by_a_child(server)
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
