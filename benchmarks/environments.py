"""Where the other queues are installed: an environment for each lock file, never the package's.

Their libraries contradict each other (arq needs an old redis-py) and are no business of fleeting's
own environment. What cannot be installed is left out and named, never replaced.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).parents[1]
_HOME: Final = _ROOT / ".benchmarks"
_STAMP: Final = "installed-from"


class EnvironmentAbsentError(Exception):
    """The environment cannot be had; the message says why in one line."""


@dataclass(frozen=True, slots=True)
class Environment:
    """One lock file, installed."""

    name: str

    @property
    def python(self) -> Path:
        """Its interpreter, whether it is there or not."""
        return self._folder / "bin" / "python"

    def ready(self) -> bool:
        """Whether exactly what the lock file names is installed."""
        stamp = self._folder / _STAMP
        return stamp.is_file() and stamp.read_text(encoding="utf-8") == self._digest()

    def install(self, say: Callable[[str], None]) -> None:
        """Make it unless it is there.

        Raises:
            EnvironmentAbsentError: the packages cannot be had.
        """
        if self.ready():
            return
        say(f"installing {self._lock.relative_to(_ROOT)} into {self._folder.relative_to(_ROOT)}")
        shutil.rmtree(self._folder, ignore_errors=True)
        try:
            venv.create(self._folder, with_pip=True)
            self._pip("install", "--require-hashes", "--requirement", str(self._lock))
        except (OSError, subprocess.CalledProcessError) as error:
            raise EnvironmentAbsentError(_last_words(error)) from error
        (self._folder / _STAMP).write_text(self._digest(), encoding="utf-8")

    def versions(self) -> dict[str, str]:
        """What the lock file names."""
        lines = self._lock.read_text(encoding="utf-8").splitlines()
        pins = (line.split()[0].split("==") for line in lines if line[:1].isalpha())
        return {pin[0]: pin[1] for pin in pins}

    @property
    def _folder(self) -> Path:
        return _HOME / self.name

    @property
    def _lock(self) -> Path:
        return _ROOT / "requirements" / f"{self.name}.lock"

    def _digest(self) -> str:
        lock = hashlib.sha256(self._lock.read_bytes()).hexdigest()
        return f"{lock} python {sys.version_info.major}.{sys.version_info.minor}"

    def _pip(self, *arguments: str) -> None:
        quiet = ("--quiet", "--disable-pip-version-check", "--no-input")
        command = [str(self.python), "-m", "pip", *arguments, *quiet]
        subprocess.run(command, check=True, capture_output=True, text=True)


PEERS: Final = Environment("peers")
ARQ: Final = Environment("arq")
ENVIRONMENTS: Final = (PEERS, ARQ)


def _last_words(error: OSError | subprocess.CalledProcessError) -> str:
    printed = getattr(error, "stderr", None) or str(error)
    return str(printed).strip().splitlines()[-1]
