"""What a script says that it needs: its block of inline metadata (PEP 723), read without running.

    # /// script
    # requires-python = ">=3.11"
    # dependencies = ["numpy>=2", "pandas"]
    # ///

https://packaging.python.org/en/latest/specifications/inline-script-metadata/
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import Final

from .errors import InvalidTask
from .requirement import ANY, Requirement, Versions, parse_requirement, parse_versions

_BLOCK: Final = re.compile(
    r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$"
)
"""The specification's own expression."""

_OPENING: Final = "# /// script"


@dataclass(frozen=True, slots=True)
class Needs:
    """What a script names; nothing, where it has no block."""

    python: Versions = ANY
    dependencies: tuple[Requirement, ...] = ()


NOTHING: Final = Needs()


def needs_of(source: str) -> Needs:
    """Read the block named `script`; a source without one needs nothing.

    Raises:
        InvalidTask: there are several, it is no TOML, or it names what cannot be read.
    """
    if _OPENING not in source:
        # Looking for the whole block takes longer than a short run.
        return NOTHING
    text = source.replace("\r\n", "\n")
    blocks = [found for found in _BLOCK.finditer(text) if found["type"] == "script"]
    if not blocks:
        return NOTHING
    if len(blocks) > 1:
        raise InvalidTask("the source has several `# /// script` blocks: leave one")
    try:
        return _needs(tomllib.loads(_content(blocks[0]["content"])))
    except ValueError as exc:
        raise InvalidTask(f"the `# /// script` block cannot be read: {exc}") from None


def _content(commented: str) -> str:
    return "".join(
        line[2:] if line.startswith("# ") else line[1:]
        for line in commented.splitlines(keepends=True)
    )


def _needs(found: dict[str, object]) -> Needs:
    python, named = found.get("requires-python", ""), found.get("dependencies", [])
    if not isinstance(python, str):
        raise ValueError("requires-python is no text")  # noqa: TRY004 - the text's fault
    if not isinstance(named, list) or not all(isinstance(one, str) for one in named):
        raise ValueError("dependencies is no list of texts")
    return Needs(parse_versions(python), tuple(parse_requirement(one) for one in named))
