"""Files that scripts may try to read or change, and a look at what has become of them."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from contextlib import closing, suppress
from glob import glob
from pathlib import Path

_MODES = {".env": 0o644, "token": 0o600, ".ssh/id_ed25519": 0o600, "open-to-all": 0o666}
_OUTSIDE = ("/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue")


class Files:
    """A home full of secrets that belongs to whom runs run as, or is open to all.

    Args:
        folder: where it lies.
        secret: what its files hold.
        sign: begins the names of files that scripts make elsewhere.
        user: whose it is.
    """

    def __init__(self, folder: str, secret: str, sign: str, user: int) -> None:
        self.home = f"{folder}/home"
        self._secret, self._sign, self._user = secret, sign, user
        self._lay_out()
        self._before = self._seen()

    def changes(self) -> list[str]:
        """What is not as it was; afterwards it is again."""
        after = self._seen()
        changed = [
            path
            for path in sorted({*after, *self._before})
            if after.get(path) != self._before.get(path)
        ]
        if changed:
            self.clear()
            self._lay_out()
            self._before = self._seen()
        return changed

    def clear(self) -> None:
        """Remove all of them, and what scripts have made."""
        for folder, _, _ in os.walk(self.home):
            os.chmod(folder, 0o700)
        shutil.rmtree(self.home, ignore_errors=True)
        for path in self._outside():
            with suppress(OSError):
                shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)

    def _lay_out(self) -> None:
        home = Path(self.home)
        for folder in (home, home / ".ssh", home / "empty"):
            folder.mkdir(exist_ok=True)
        for name, mode in _MODES.items():
            (home / name).write_text(f"PASSWORD={self._secret}\n")
            (home / name).chmod(mode)
        (home / "loot.py").write_text(f"LOOT = {self._secret!r}\n")
        with closing(sqlite3.connect(home / "data.db")) as database, database:
            database.execute("CREATE TABLE secrets (secret TEXT)")
            database.execute("INSERT INTO secrets VALUES (?)", (self._secret,))
        for library in glob("/lib/*/libm.so.6"):
            shutil.copy(library, home / "other.so")
        for path in (home, *home.rglob("*")):
            os.chown(path, self._user, -1)

    def _seen(self) -> dict[str, object]:
        found: dict[str, object] = {}
        for folder, folders, files in os.walk(self.home):
            for name in (".", *folders, *files):
                path = os.path.join(folder, name)
                found[os.path.normpath(path)] = _look(path)
        return {**found, **dict.fromkeys(self._outside(), "there")}

    def _outside(self) -> list[str]:
        return [path for folder in _OUTSIDE for path in glob(f"{folder}/*{self._sign}*")]


def _look(path: str) -> object:
    facts = os.lstat(path)
    content = Path(path).read_bytes() if stat.S_ISREG(facts.st_mode) else b""
    marks = os.listxattr(path, follow_symlinks=False)
    return (facts.st_mode, facts.st_uid, facts.st_nlink, facts.st_mtime_ns, content, marks)
