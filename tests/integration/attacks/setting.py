"""Where attacks are tried: as whom the worker runs, and what its machine forbids it."""

from __future__ import annotations

import json
import os
import secrets
import selectors
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ..public import PLAIN_USER, goes, public_packages, public_python
from .attack import Attack

ROOT = Path(__file__).parents[3]
_OWN = os.getpid() % 10_000
RUN_USER = 40_000 + _OWN
"""Whom a worker that is root gives its runs to."""
_PATIENCE = 45.0

_START = """
import sys
sys.path[:0] = {folders!r}
from tests.integration.attacks.arena.main import main
main()
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How to start a worker."""

    name: str
    as_root: bool = False
    own_python: bool = False
    """With the interpreter of these tests, be it readable for others or not."""
    restricted: bool = False
    runner: str = "confined"
    confinement: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


class Arena:
    """A worker in a setting; started when it is needed and again when it was killed."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self._process: subprocess.Popen[str] | None = None

    def attack(self, attack: Attack) -> dict[str, Any]:
        """What the attack has done; a worker that does not survive it counts too."""
        return self._asked(asdict(attack))

    def facts(self) -> dict[str, Any]:
        """What there is to count in the worker."""
        return self._asked(None)

    def close(self) -> None:
        """End the worker; it cleans up."""
        if self._process is None:
            return
        process, self._process = self._process, None
        process.stdin.close()  # type: ignore[union-attr]  # a pipe
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()  # type: ignore[union-attr]

    def _asked(self, question: object) -> dict[str, Any]:
        if self._process is None:
            self._process = self._started()
        self._tell(question)
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)  # type: ignore[arg-type]
            line = self._process.stdout.readline() if selector.select(_PATIENCE) else ""  # type: ignore[union-attr]
        if not line:
            self._process.kill()
            self.close()
            return {"harms": [["worker", "it died or does not answer"]], "ending": "none"}
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _started(self) -> subprocess.Popen[str]:
        setting, public = self.setting, public_python()
        python = sys.executable if setting.own_python else public
        number = PLAIN_USER + (setting.runner == "none")
        user = {} if setting.as_root or os.geteuid() else {"user": number, "group": number}
        code = _START.format(folders=public_packages())
        self._process = subprocess.Popen(
            [python, "-I", "-c", code],
            env={"SECRET_TOKEN": f"canary-{secrets.token_hex(16)}", "PATH": os.environ["PATH"]},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd="/",
            start_new_session=True,
            **({**user, "extra_groups": []} if user else {}),
        )
        self._tell(
            {
                "user": RUN_USER,
                "python": public,
                "restricted": setting.restricted,
                "runner": setting.runner,
                "confinement": setting.confinement,
            }
        )
        return self._process

    def _tell(self, what: object) -> None:
        print(json.dumps(what), file=self._process.stdin, flush=True)  # type: ignore[union-attr]


def namespaces_are_allowed() -> bool:
    """Whether a plain user can make namespaces here, and mount something in them."""
    return goes(
        public_python(),
        # CLONE_NEWUSER | CLONE_NEWNS, then MS_REC | MS_PRIVATE on the root
        "import ctypes; library = ctypes.CDLL(None); assert library.unshare(0x10020000) == 0; "
        "assert library.mount(None, b'/', None, ctypes.c_ulong(0x44000), None) == 0",
    )
