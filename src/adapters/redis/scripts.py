"""The Lua scripts: of one slot each where servers are sharded; the longest takes a ms."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from .commands import Command, Word

_PARTS: Final[dict[str, tuple[str, ...]]] = {
    "announce": ("clock", "announce"),
    "cancel": ("clock", "snapshot", "cancel"),
    "load": ("clock", "snapshot", "load"),
    "overdue": ("clock", "overdue"),
    "place": ("clock", "place"),
    "renew": ("clock", "renew"),
    "swap": ("clock", "snapshot", "swap"),
    "usage": ("clock", "usage"),
}


@dataclass(frozen=True, slots=True)
class Script:
    """A script and the digest by which servers know it."""

    text: str
    digest: str

    def call(self, keys: Sequence[str], *words: Word) -> Command:
        """Run it on these keys."""
        return Command(keys[0], ("EVALSHA", self.digest, len(keys), *keys, *words), self.text)


@cache
def script(name: str) -> Script:
    """The script `name`.lua beside this module, with the parts that it is built on."""
    parts = (_read(part) for part in _PARTS.get(name, (name,)))
    text = "\n".join(parts)
    # SHA-1 is the name that Redis itself gives to a script, not a safeguard.
    return Script(text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())


def _read(name: str) -> str:
    return files(__package__).joinpath(f"{name}.lua").read_text("utf-8")
