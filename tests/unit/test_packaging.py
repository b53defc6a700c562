"""What an installation puts on a machine: the package fleeting, and nothing beside it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RECIPE = ("pyproject.toml", "setup.py", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The files in a wheel built from a copy, so that the tree stays clean."""
    copy = tmp_path_factory.mktemp("copy")
    for name in RECIPE:
        shutil.copy(ROOT / name, copy)
    shutil.copytree(ROOT / "src", copy / "src", ignore=shutil.ignore_patterns("__pycache__"))
    offline = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--quiet"]
    command = [sys.executable, "-m", "pip", "wheel", *offline, "--wheel-dir", "dist", "."]
    subprocess.run(command, cwd=copy, check=True)
    (wheel,) = (copy / "dist").glob("fleeting-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_wheel_has_one_top_level_package(installed: set[str]) -> None:
    tops = {name.partition("/")[0] for name in installed}

    assert {top for top in tops if not top.endswith(".dist-info")} == {"fleeting"}


def test_wheel_has_every_file_of_the_package(installed: set[str]) -> None:
    files = {path for path in (ROOT / "src").rglob("*") if path.is_file()}
    names = {f"fleeting/{path.relative_to(ROOT / 'src').as_posix()}" for path in files}

    # A folder without __init__.py and a data file that pyproject.toml does not name get lost.
    assert {name for name in names - installed if not name.endswith(".pyc")} == set()
