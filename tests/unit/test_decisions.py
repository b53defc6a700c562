"""The pages in docs/adr can be relied on: numbered, in one form, each with its rule."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ADR = Path(__file__).parents[2] / "docs" / "adr"
PAGES = sorted(ADR.glob("[0-9]*.md"))


def headings(page: Path) -> list[str]:
    return re.findall(r"^## (.+)$", page.read_text(), flags=re.MULTILINE)


def test_numbers_have_no_gaps() -> None:
    assert [int(page.name[:4]) for page in PAGES] == list(range(1, len(PAGES) + 1))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page_follows_the_template(page: Path) -> None:
    assert headings(page) == headings(ADR / "template.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_title_carries_the_number_of_the_file(page: Path) -> None:
    assert page.read_text().startswith(f"# {page.name[:4]}. ")
