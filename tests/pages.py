"""The project's pages, and the blocks in them, for the tests that run documentation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from sybil import Document, Example, Lexeme, Region
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.markdown.lexers import RawFencedCodeBlockLexer

from .transcripts import assert_printed

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")]
)

_FENCES = RawFencedCodeBlockLexer(re.compile(r"(?P<info>[^\n]*)\n"))


class Block:
    """A fenced block: what stands behind its fence, and its text."""

    def __init__(self, document: Document, region: Region) -> None:
        self._document = document
        self._region = region
        self.info: str = region.lexemes["info"].strip()
        self.text: str = str(region.lexemes["source"])
        self.line = document.text.count("\n", 0, region.start) + 1

    def run_python(self, namespace: dict[str, object]) -> None:
        """Execute it as Python; a traceback shows the line of the page.

        A comment behind a `print` is what it must print; `…` in it stands for any text.
        """
        source = self._region.lexemes["source"]
        self._region.parsed = Lexeme(self.text, source.offset, source.line_offset)
        example = Example(self._document, self.line, 1, self._region, namespace)
        printed = StringIO()
        with redirect_stdout(printed):
            PythonEvaluator()(example)
        wanted = re.findall(r"(?m)^\s*print\(.*\)  # (.+)$", self.text)
        assert_printed("\n".join(wanted), printed.getvalue().strip())


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path, info: str | None = None) -> list[Block]:
    """The fenced blocks of a page in order; with `info` only those with these words behind it."""
    return [block for block in _blocks(page) if info in {None, block.info}]


def pages_with(info: str) -> list[Path]:
    return [page for page in PAGES if blocks(page, info)]


def prose(page: Path) -> str:
    """The page without its code, inline or in blocks."""
    text = page.read_text(encoding="utf-8")
    return re.sub(r"(?ms)^\s*```.*?^\s*```$|`[^`\n]*`|<!--.*?-->", "", text)


def _blocks(page: Path) -> Iterator[Block]:
    document = Document(page.read_text(encoding="utf-8"), str(page))
    for region in _FENCES(document):
        yield Block(document, region)
