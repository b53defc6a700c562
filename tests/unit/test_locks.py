"""The locks answer to pyproject.toml, pin by hash, and tell nothing about who made them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
SERVERS = [lock for lock in LOCKS if not lock.with_suffix(".in").exists()]
"""Without those of other queues, which benchmarks run in environments of their own."""
PINNED = re.compile(r"^([a-z0-9-]+)==(\S+)(.*)$", flags=re.MULTILINE)


def requirements() -> list[Requirement]:
    """All that pyproject.toml asks for, but the references among its own extras."""
    document = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project = document["project"]
    groups = [
        document["build-system"]["requires"],
        project["dependencies"],
        *project["optional-dependencies"].values(),
        *document["dependency-groups"].values(),
    ]
    wanted = [Requirement(line) for group in groups for line in group]
    return [requirement for requirement in wanted if requirement.name != project["name"]]


def pins(lock: Path) -> dict[str, str]:
    return {name: version for name, version, _ in PINNED.findall(lock.read_text())}


@pytest.mark.parametrize("requirement", requirements(), ids=str)
def test_development_lock_meets_every_requirement(requirement: Requirement) -> None:
    assert requirement.specifier.contains(pins(ROOT / "requirements/dev.lock")[requirement.name])


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_pin_has_a_hash(lock: Path) -> None:
    blocks = re.split(r"^(?=[a-z0-9])", lock.read_text(), flags=re.MULTILINE)[1:]

    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("lock", SERVERS, ids=lambda lock: lock.stem)
def test_servers_run_the_versions_that_were_tested(lock: Path) -> None:
    assert pins(lock).items() <= pins(ROOT / "requirements/dev.lock").items()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_no_address_and_no_path_is_recorded(lock: Path) -> None:
    assert re.findall(r"\w+://\S*|--\w*(?:index|links)\S*|\s/\S+", lock.read_text()) == []
