"""The Lua scripts: each touches keys of one queue only, and does a bounded amount of work."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from redis.exceptions import NoScriptError

_PARTS: Final[dict[str, tuple[str, ...]]] = {
    "backlog": ("clock", "backlog"),
    "beat": ("clock", "beat"),
    "bring": ("clock", "bring"),
    "bury": ("clock", "put_back", "leave", "bury"),
    "give_back": ("put_back", "give_back"),
    "retire": ("leave", "retire"),
}

Word = str | int | float


@dataclass(frozen=True, slots=True)
class Call:
    """A script with its keys and arguments."""

    text: str
    digest: str
    keys: Sequence[str]
    arguments: Sequence[Word]

    def words(self, *, whole: bool = False) -> tuple[Word, ...]:
        """The command: by the script's digest, or with its whole text."""
        name, script = ("EVAL", self.text) if whole else ("EVALSHA", self.digest)
        return (name, script, len(self.keys), *self.keys, *self.arguments)


def call(name: str, keys: Sequence[str], *arguments: Word) -> Call:
    """A call of the script `name`.lua beside this module, with the parts it is built on."""
    text, digest = _script(name)
    return Call(text, digest, keys, arguments)


def run(client: Any, calls: Sequence[Call]) -> list[Any]:
    """Run all in one round trip; one more where the server does not know a script yet."""
    if not calls:
        return []
    with client.pipeline(transaction=False) as pipe:
        for each in calls:
            pipe.execute_command(*each.words())
        replies: list[Any] = pipe.execute(raise_on_error=False)
    for number, reply in enumerate(replies):
        if isinstance(reply, NoScriptError):
            replies[number] = client.execute_command(*calls[number].words(whole=True))
        elif isinstance(reply, Exception):
            raise reply
    return replies


@cache
def _script(name: str) -> tuple[str, str]:
    text = "\n".join(_read(part) for part in _PARTS.get(name, (name,)))
    # SHA-1 is the name that Redis itself gives to a script, not a safeguard.
    return text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def _read(name: str) -> str:
    return files(__package__).joinpath(f"{name}.lua").read_text("utf-8")
