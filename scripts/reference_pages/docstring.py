"""Docstrings in Google's style, as Markdown."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

_SECTION = re.compile(r"(Args|Returns|Raises)( \(.+\))?:")
_ITEM = re.compile(r"    (\S[^:]*): (.*)")


def as_markdown(docstring: str) -> str:
    return "\n\n".join(blocks(inspect.cleandoc(docstring)))


def blocks(text: str) -> Iterator[str]:
    """Paragraphs in one line each, code as it is, sections as lists."""
    for block in text.split("\n\n"):
        head, _, rest = block.partition("\n")
        if section := _SECTION.fullmatch(head):
            yield f"*{section[0].rstrip(':')}*:"
            yield "\n".join(items(rest))
        elif block.startswith("    "):
            yield block
        else:
            yield " ".join(block.split())


def items(text: str) -> Iterator[str]:
    """One list item for each `name: meaning`, whose meaning may go on in deeper lines."""
    joined = re.sub(r"\n {5,}", " ", text)
    for line in joined.splitlines():
        match = _ITEM.fullmatch(line)
        yield f"- `{match[1]}`: {match[2]}" if match else f"- {line.strip()}"
