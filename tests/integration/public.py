"""What workers of another user need of this checkout, where every user can read it."""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import fleeting

ROOT = Path(__file__).parents[2]
_OWN = os.getpid() % 10_000
PLAIN_USER = 20_000 + 2 * _OWN
"""A user of no name, to run workers as where the tests run as root. Each process of tests has its
own, and the next one for controls, because some attacks reach all processes of a user."""
_VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"
_NEEDS = (
    *("annotated_types", "pydantic", "pydantic_core", "pydantic_settings", "dotenv"),
    *("typing_extensions.py", "typing_inspection", "dependency_injector", "numpy", "numpy.libs"),
    *("pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments", "hypothesis"),
    *("py.py", "sortedcontainers", "attr", "attrs"),
)
"""What the package, its contract kit and the tests of the sandbox import."""


@functools.cache
def public_packages() -> list[str]:
    """Folders to put on an interpreter's path: the package, these tests, all that they import.

    Copies where the checkout or its environment lies in a folder that is closed to others.
    """
    folder = Path(tempfile.mkdtemp(prefix="fleeting-public-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    package = Path(fleeting.__path__[0])
    site = [Path(path) for path in sys.path if path.endswith("-packages")]
    _offer(package, folder / "fleeting")
    _offer(ROOT / "tests", folder / "tests")
    if all(map(_is_public, site)):
        site_folders = [str(path) for path in site]
    else:
        site_folders = [str(folder)]
        for path in (path / name for path in site for name in _NEEDS):
            if path.exists():
                _offer(path, folder / path.name)
    folder.chmod(0o755)
    return [str(folder), *(path for path in site_folders if path != str(folder))]


@functools.cache
def public_python() -> str:
    """An interpreter of this version that every user can execute and read the library of."""
    if os.geteuid() != 0:
        return sys.executable
    for command in (
        sys.executable,
        *(f"{folder}/{_VERSION}" for folder in ("/usr/bin", "/usr/local/bin")),
    ):
        if shutil.which(command) and _runs(command):
            return command
    pytest.skip(f"there is no {_VERSION} that another user can execute")


def goes(command: str, code: str) -> bool:
    """Whether that Python program ends well as a plain user."""
    user = {} if os.geteuid() else {"user": PLAIN_USER, "group": PLAIN_USER, "extra_groups": []}
    try:
        done = subprocess.run(
            [command, "-I", "-c", code], capture_output=True, cwd="/", check=False, **user
        )
    except PermissionError:
        return False
    return done.returncode == 0


def _runs(command: str) -> bool:
    folders = public_packages()
    return goes(command, f"import sys; sys.path[:0] = {folders!r}; import pydantic, sqlite3")


def _offer(source: Path, target: Path) -> None:
    if _is_public(source):
        target.symlink_to(source)
    elif source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        for path in (target, *target.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
    else:
        shutil.copyfile(source, target)
        target.chmod(0o644)


def _is_public(path: Path) -> bool:
    """Whether every user can read it, as far as its own rights and those of its folders say."""
    folders = (path, *path.parents)
    return all(folder.stat().st_mode & 0o005 == 0o005 or folder.is_file() for folder in folders)
