"""The settings, each a worker of its own that lives through all attacks tried in it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest

from .setting import Arena, Setting, namespaces_are_allowed

SETTINGS = (
    # As root, as whoever installs this on a machine of his own; runs go to another user.
    Setting(name="root", as_root=True, confinement={"warm": 0}),
    # The same with the interpreter of these tests, which may lie in a home that is closed to others.
    Setting(name="root-sealed", as_root=True, own_python=True, confinement={"files": "sealed"}),
    Setting(name="plain", confinement={"warm": 0}),
    # As on Cloud Foundry: a plain user without Landlock, namespaces and handles of processes.
    Setting(name="cloud-foundry", restricted=True, confinement={"warm": 0}),
    # A process is kept for further runs of the same script by the same tenant, and for no other.
    Setting(name="reuse", confinement={"warm": 0, "reuse": True, "reuse_idle": 4}),
    Setting(name="isolated", confinement={"isolation": "isolated", "warm": 0}),
)


@pytest.fixture(scope="package", params=SETTINGS, ids=str)
def arena(request: pytest.FixtureRequest) -> Iterator[Arena]:
    """A worker with the confined runner, in each setting."""
    setting: Setting = request.param
    _need_linux()
    if setting.as_root and os.geteuid() != 0:
        pytest.skip("only root can start a worker as root")
    if setting.name == "isolated" and not namespaces_are_allowed():
        pytest.skip("this system does not let a plain user make namespaces")
    yield from _open(setting)


@pytest.fixture(scope="package")
def control() -> Iterator[Arena]:
    """A worker that protects itself by nothing."""
    _need_linux()
    yield from _open(Setting(name="control", runner="none"))


def _open(setting: Setting) -> Iterator[Arena]:
    arena = Arena(setting)
    yield arena
    arena.close()


def _need_linux() -> None:
    if sys.platform != "linux":
        pytest.skip("the sandbox is for Linux alone")
