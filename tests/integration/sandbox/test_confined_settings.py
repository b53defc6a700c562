"""The confined runner in every setting that a worker may find itself in: attested, and useful."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ..public import PLAIN_USER, public_packages, public_python
from .pure_scripts import PURE

WORKER = Path(__file__).with_name("confined_worker.py")

SETTINGS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "sealed": {"confinement": {"files": "sealed"}},
    "cloud foundry": {"cloud_foundry": True},
    "plain user": {"user": PLAIN_USER},
    "plain user on cloud foundry": {"user": PLAIN_USER, "cloud_foundry": True},
    # As SystemCallFilter= of a systemd unit answers what it does not name.
    "deadly filter": {"deadly": ["ptrace", "bpf", "process_vm_readv", "unshare", "io_uring_setup"]},
    "isolated": {"confinement": {"isolation": "isolated"}},
    "isolated plain user": {"user": PLAIN_USER, "confinement": {"isolation": "isolated"}},
    "preimported": {"confinement": {"preimport": ["numpy"]}},
}


def worker(setting: dict[str, Any], *scripts: str) -> dict[str, Any]:
    python, program, environment = interpreter(setting)
    command = [python, program, json.dumps({**setting, "scripts": scripts})]
    done = subprocess.run(command, capture_output=True, env=environment, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def interpreter(setting: dict[str, Any]) -> tuple[str, str, dict[str, str]]:
    """One that the worker's user can read; it finds the packages of this one."""
    packages = public_packages()
    environment = {"PYTHONPATH": os.pathsep.join(packages), "PATH": os.defpath}
    if not setting.get("user"):
        return sys.executable, str(WORKER), environment
    if os.getuid() != 0:
        pytest.skip("only root can become another user")
    program = Path(packages[0], "tests", "integration", "sandbox", WORKER.name)
    return public_python(), str(program), environment


@pytest.fixture(scope="module", params=list(SETTINGS))
def setting(request: pytest.FixtureRequest) -> dict[str, Any]:
    return SETTINGS[request.param]


def test_level_is_attested_and_pure_scripts_run_unchanged(setting: dict[str, Any]) -> None:
    """In every setting the same scripts give the same values."""
    answer = worker(setting, *PURE.values())

    asked = setting.get("confinement", {}).get("isolation", "confined")
    if asked == "isolated" and "not permitted" in answer.get("refused", ""):
        pytest.skip("this system lets nobody make namespaces")
    attestation = answer["attestation"]
    assert [check for check in attestation["checks"] if not check["holds"]] == []
    assert attestation["effective"] == asked
    assert attestation["user"] != 0
    results = dict(zip(PURE, answer["results"], strict=True))
    assert {name: result for name, result in results.items() if result != [1, None]} == {}


def test_attempt_that_a_filter_around_the_worker_kills_is_held_back() -> None:
    """Each attempt has a child for itself then, so that the others are tried too."""
    checks = worker(SETTINGS["deadly filter"])["attestation"]["checks"]

    found = {check["name"]: check["found"] for check in checks}
    assert found["trace the worker"] == found["load a BPF program"] == "SIGSYS"
    assert found["signal the worker"] == "EPERM"


def test_files_are_sealed_where_there_is_no_landlock() -> None:
    attestation = worker({"cloud_foundry": True})["attestation"]

    assert (attestation["files"], attestation["landlock_abi"]) == ("sealed", 0)


def test_landlock_that_is_asked_for_and_missing_is_refused() -> None:
    """Never something else in its place."""
    setting = {"cloud_foundry": True, "confinement": {"files": "landlock"}}

    assert "Landlock was asked for" in worker(setting)["refused"]


def test_namespaces_that_are_asked_for_and_missing_are_refused() -> None:
    setting = {"cloud_foundry": True, "confinement": {"isolation": "isolated"}}

    assert "unshare: Operation not permitted" in worker(setting)["refused"]


@pytest.mark.parametrize(
    ("pretending", "named"),
    [
        (["seccomp"], ["fork: done", "open an internet socket: done", "make a file in memory"]),
        (["landlock_restrict_self"], ["read a file outside: done", "write a file: done"]),
    ],
    ids=["seccomp", "landlock"],
)
def test_weaker_than_asked_is_refused_and_named(pretending: list[str], named: list[str]) -> None:
    """On a kernel that says yes and does nothing: only trying finds out."""
    setting = {"user": PLAIN_USER, "pretending": pretending}

    refused = worker(setting)["refused"]

    assert "isolation confined was asked for and is not in force" in refused
    for check in named:
        assert check in refused


def test_plain_user_has_landlock_where_the_kernel_has_it() -> None:
    attestation = worker({"user": PLAIN_USER})["attestation"]

    if not attestation["landlock_abi"]:
        pytest.skip("this kernel has no Landlock")
    assert attestation["files"].startswith("landlock")
    assert attestation["user"] == PLAIN_USER
