"""The pages tell the truth: what they show runs, what they link to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ..pages import PAGES, ROOT, blocks, name_of, pages_with, prose
from ..transcripts import play

# `from` and a path behind the language: an excerpt of that file.
# `server` or `broker` behind the language, and `acl`: tests/integration/test_docs.py runs those.
# `sh`, `js`, `ini` and the like on their own are for the reader's machine.
RUN_HERE = {"python", "console"}
RUN_THERE = {
    "python server",
    "console server",
    "sh server",
    "js server",
    "python broker",
    "acl",
    "acl limits",
}
FROM = " from "
SHOWN = {"http", "ini", "js", "json", "sh", "text", "toml", "toml policy"}

HISTORY = """
    currently, recently, previously, formerly, used to be, for now, at the moment, these days,
    as of today, work in progress, coming soon, to be done, todo, fixme
"""
OUTSIDE = r"/(?:home|root|work|Users)/\w+|\bissue #?\d|\b[Pp]hase \d"

pages = pytest.mark.parametrize("page", PAGES, ids=name_of)


@pytest.mark.parametrize("page", pages_with("python"), ids=name_of)
def test_python_blocks_run(page: Path) -> None:
    """In their order, in one namespace: a block may use what those before it defined."""
    namespace: dict[str, object] = {"__name__": "page"}
    for block in blocks(page, "python"):
        block.run_python(namespace)


@pytest.mark.parametrize("page", pages_with("console"), ids=name_of)
def test_transcripts_print_what_the_page_says(page: Path, tmp_path: Path) -> None:
    """In their order; what they keep is in a folder of the page's own."""
    environment = {"FLEETING_AUTH_TOKENS_FILE": str(tmp_path / "tokens.json")}
    for block in blocks(page, "console"):
        play(block.text, directory=ROOT, environment=environment)


@pages
def test_every_block_says_whether_it_is_run(page: Path) -> None:
    known = RUN_HERE | RUN_THERE | SHOWN

    assert [b.info for b in blocks(page) if b.info not in known and FROM not in b.info] == []


@pages
def test_excerpts_are_in_the_file_that_they_name(page: Path) -> None:
    excerpts = [block for block in blocks(page) if FROM in block.info]

    for block in excerpts:
        assert block.text in (ROOT / block.info.partition(FROM)[2]).read_text()


@pages
def test_links_between_pages_resolve(page: Path) -> None:
    assert [link for link in links(page) if not leads_somewhere(page, link)] == []


@pages
def test_page_tells_what_is_not_what_was(page: Path) -> None:
    if page.name == "CHANGELOG.md":
        pytest.skip("a changelog tells what was")
    words = "|".join(re.escape(word.strip()) for word in HISTORY.split(","))

    assert re.findall(rf"(?i)\b(?:{words})\b", prose(page)) == []


@pages
def test_page_names_nothing_outside_the_repository(page: Path) -> None:
    assert re.findall(OUTSIDE, page.read_text(encoding="utf-8")) == []


@pages
def test_page_is_reached_from_the_map(page: Path) -> None:
    """From docs/index.md or the README, by links."""
    assert page in reached_from(ROOT / "README.md") | reached_from(ROOT / "docs" / "index.md")


def reached_from(start: Path) -> set[Path]:
    seen: set[Path] = set()
    waiting = [start]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md" or not page.is_file():
            continue
        seen.add(page)
        waiting += [target(page, link) for link in links(page)]
    return seen


def links(page: Path) -> list[str]:
    """Links and images that stay within the repository."""
    return re.findall(r"\]\((?!https?:)([^)\s]+)", prose(page))


def target(page: Path, link: str) -> Path:
    path = link.partition("#")[0]
    return (page.parent / path).resolve() if path else page


def leads_somewhere(page: Path, link: str) -> bool:
    found, anchor = target(page, link), link.partition("#")[2]
    if not found.exists():
        return False
    return not anchor or found.suffix != ".md" or anchor in anchors(found)


def anchors(page: Path) -> set[str]:
    """The anchors that forges make of headings."""
    headings = re.findall(r"(?m)^#+ (.+)$", page.read_text(encoding="utf-8"))
    plain = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {heading.replace(" ", "-") for heading in plain}
