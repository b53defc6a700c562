"""An adapter from outside is installed, tested and found as a stranger's would be."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "third_party_adapter"

Python = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Python:
    """Runs this interpreter with the example installed, outside of this repository."""
    room = tmp_path_factory.mktemp("outside")
    shutil.copytree(EXAMPLE, room / "project")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    options = ["--no-build-isolation", "--disable-pip-version-check", "--target", "site"]
    subprocess.run([*pip, *options, "./project"], cwd=room, check=True)
    environment = {**os.environ, "PYTHONPATH": str(room / "site")}

    def python(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *arguments]
        return subprocess.run(
            command,
            cwd=room / "project",
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return python


def test_adapter_passes_the_contract_kit(python: Python) -> None:
    done = python("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests")

    assert done.returncode == 0, done.stdout + done.stderr


def test_adapter_is_found_by_its_scheme(python: Python) -> None:
    done = python(
        "-c",
        "from fleeting.entrypoints import adapters\n"
        "from fleeting.ports.bundles import StoreOptions\n"
        "print(type(adapters.source_store('dir:///tmp', StoreOptions()).reader).__name__)",
    )

    assert done.stdout.strip() == "DirSourceReader", done.stderr
