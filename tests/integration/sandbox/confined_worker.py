"""A worker in a chosen setting: `python confined_worker.py SETTING`, a JSON object.

It prints the attestation, and what each of the scripts given came to. Keys of the setting:
`user` (become that one first), `cloud_foundry` (as behind Guardian's seccomp profile),
`pretending` (system calls that do nothing and succeed), `deadly` (system calls that kill who makes
them, as a systemd unit's filter does), `confinement` (choices), `scripts`.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from collections.abc import Mapping
from errno import ENOSYS, EPERM
from typing import Any

from fleeting.adapters.sandbox.confined_runner import ConfinedRunner
from fleeting.adapters.sandbox.confinement import Confinement
from fleeting.adapters.sandbox.policy import bpf
from fleeting.adapters.sandbox.policy.kernel import NO_NEW_PRIVS, Kernel
from fleeting.adapters.sandbox.policy.numbers import NEWEST, numbers
from fleeting.adapters.sandbox.policy.rules import ARCHITECTURES
from fleeting.adapters.sandbox.policy.seccomp import Program
from fleeting.domain.errors import SandboxUnavailable
from fleeting.domain.isolation import Isolation
from fleeting.testing.runner import Observer, sample_run

NEW_NAMESPACES = 0x7E020080
GUARDIAN = {
    "landlock_create_ruleset": bpf.always(bpf.refused(ENOSYS)),
    "landlock_add_rule": bpf.always(bpf.refused(ENOSYS)),
    "landlock_restrict_self": bpf.always(bpf.refused(ENOSYS)),
    "clone3": bpf.always(bpf.refused(ENOSYS)),
    "unshare": bpf.always(bpf.refused(EPERM)),
    "io_uring_setup": bpf.always(bpf.refused(EPERM)),
    "pidfd_open": bpf.always(bpf.refused(EPERM)),
    "close_range": bpf.always(bpf.refused(EPERM)),
    "clone": bpf.without(0, NEW_NAMESPACES, bpf.refused(EPERM)),
}


def restrict(rules: Mapping[str, bpf.Block]) -> None:
    """Let this kernel be less than it is."""
    kernel = Kernel()
    known = numbers(kernel.machine)
    program = bpf.program(
        {known[name]: block for name, block in rules.items()},
        architecture=ARCHITECTURES[kernel.machine],
        newest=NEWEST,
        known=bpf.ALLOWED,
        unknown=bpf.refused(ENOSYS),
    )
    if os.getuid():
        kernel.prctl(NO_NEW_PRIVS, 1)
    Program(kernel, bpf.encoded(program)).install()


def main(setting: dict[str, Any]) -> None:
    if setting.get("user"):
        os.setgroups([])
        os.setgid(setting["user"])
        os.setuid(setting["user"])
    if setting.get("cloud_foundry"):
        restrict(GUARDIAN)
    if setting.get("pretending"):
        restrict(dict.fromkeys(setting["pretending"], bpf.always(bpf.refused(0))))
    if setting.get("deadly"):
        restrict(dict.fromkeys(setting["deadly"], bpf.always(bpf.KILLED)))
    choices = setting.get("confinement", {})
    level = Isolation(choices.pop("isolation", "confined"))
    runner = ConfinedRunner(Confinement(isolation=level, **choices))
    try:
        answer = {"attestation": dataclasses.asdict(runner.attestation), "results": []}
        for source in setting.get("scripts", []):
            report = runner.run(sample_run(source), Observer())
            value = None if report.value is None else json.loads(report.value)
            answer["results"].append([value, report.error and report.error.message])
        sys.stdout.write(json.dumps(answer))
    except SandboxUnavailable as exc:
        sys.stdout.write(json.dumps({"refused": exc.message}))
    finally:
        runner.close()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
