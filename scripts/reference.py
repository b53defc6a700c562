"""Writes the reference pages that are made from code; with `--check` tells whether they are fresh.

What a page says comes from the code alone, so the same code gives the same bytes.
"""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from reference_pages import cli, errors, http, python, settings

ROOT: Final = Path(__file__).parents[1]
REFERENCE: Final = ROOT / "docs" / "reference"

PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "settings.md": settings.page,
    "errors.md": errors.page,
    "python.md": python.page,
    "cli.md": cli.page,
    "http.md": http.page,
    "openapi.json": http.document,
}


def main(arguments: list[str]) -> int:
    forget_environment()
    if arguments == ["--check"]:
        return check()
    if arguments:
        print("usage: reference.py [--check]", file=sys.stderr)
        return 2
    write()
    return 0


def forget_environment() -> None:
    """What this shell has set must not show up as a default."""
    for name in [name for name in os.environ if name.startswith("FLEETING_") or name == "PORT"]:
        del os.environ[name]


def write() -> None:
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, make in PAGES.items():
        (REFERENCE / name).write_text(make(), encoding="utf-8")


def check() -> int:
    stale = [line for name, make in PAGES.items() for line in difference(name, make())]
    if not stale:
        return 0
    print("\n".join(stale))
    print("\nThe pages above do not say what the code says: run `make docs`.", file=sys.stderr)
    return 1


def difference(name: str, wanted: str) -> Iterator[str]:
    path = REFERENCE / name
    found = path.read_text(encoding="utf-8") if path.exists() else ""
    shown = str(path.relative_to(ROOT))
    return difflib.unified_diff(
        found.splitlines(), wanted.splitlines(), shown, f"{shown} as generated", lineterm=""
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
