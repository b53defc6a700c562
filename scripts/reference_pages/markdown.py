"""Pieces of Markdown that several pages are made of."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

GENERATED = "<!-- Generated from code by `make docs`: change the code, not this page. -->"


def document(title: str, *parts: str) -> str:
    """A whole page; empty parts are left out."""
    return "\n\n".join([GENERATED, f"# {title}", *(part for part in parts if part)]) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell(text) for text in line)} |" for line in lines)


def cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def paragraph(text: str | None) -> str:
    """Text of a docstring without its line breaks."""
    return " ".join((text or "").split())


def code(text: object) -> str:
    return f"`{text}`"


def field_docstrings(path: Path, class_name: str) -> Mapping[str, str]:
    """The docstrings below the fields of a class, which Python itself does not keep."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    body = next(
        node.body
        for node in tree.body
        if isinstance(node, ast.ClassDef) and node.name == class_name
    )
    return {
        field.target.id: paragraph(text.value.value)
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }
