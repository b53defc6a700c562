"""Holds a victim, sees what was done to it, and replaces it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

_PROGRAM = str(Path(__file__).with_name("victim.py"))


class Victim:
    """See `victim.py`."""

    def __init__(self, command: str, secret: str, file: str, user: int) -> None:
        self._how = (command, secret, file, user)
        self._start()

    def harm(self) -> str | None:
        """What was done to it since the last look; afterwards it is as before."""
        stat = Path(f"/proc/{self.pid}/stat")
        state = stat.read_text().rpartition(")")[2].split()[0] if stat.exists() else "gone"
        if state in "Tt":
            os.kill(self.pid, signal.SIGCONT)
            return "stopped"
        told = self._ask()
        if told is None:
            self.close()
            self._start()
            return "dead"
        return f"got signals or writes {told}" if told else None

    def close(self) -> None:
        """End it."""
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            # What it never read cannot be written any more.
            with suppress(BrokenPipeError):
                stream.close()  # type: ignore[union-attr]  # both are pipes
        self._process.wait()

    def _start(self) -> None:
        command, secret, file, user = self._how
        own = user == os.geteuid()
        self._process = subprocess.Popen(
            [command, "-I", "-S", _PROGRAM, f"--password={secret}"],
            env={"SECRET_TOKEN": secret, "SECRET_FILE": file},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            **({} if own else {"user": user, "group": user, "extra_groups": []}),
        )
        told: dict[str, Any] = json.loads(self._process.stdout.readline())  # type: ignore[union-attr]
        self.pid, self.address, self.descriptor = told["pid"], told["address"], told["descriptor"]

    def _ask(self) -> list[int] | None:
        try:
            self._process.stdin.write(b"\n")  # type: ignore[union-attr]
            self._process.stdin.flush()  # type: ignore[union-attr]
            line = self._process.stdout.readline()  # type: ignore[union-attr]
        except BrokenPipeError:
            return None
        return json.loads(line) if line else None
