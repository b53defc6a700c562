from __future__ import annotations

import pytest

from fleeting.domain.errors import InvalidTask
from fleeting.domain.inline_metadata import Needs, needs_of

BLOCK = """\
# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "numpy>=2",
#
#   "Pandas",
# ]
# ///
def add(a, b):
    return a + b
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_block_names_python_and_distributions(end: str) -> None:
    needs = needs_of(BLOCK.replace("\n", end))

    assert needs.python.text == ">=3.11"
    assert [str(one) for one in needs.dependencies] == ["numpy>=2", "pandas"]


@pytest.mark.parametrize(
    "source",
    ["a = 1\n", "# /// other\n# a = 1\n# ///\n", "# /// script\na = 1\n# ///\n", ""],
)
def test_a_source_without_a_block_needs_nothing(source: str) -> None:
    assert needs_of(source) == Needs()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("dependencies = [", "cannot be read"),
        ('dependencies = "numpy"', "no list of texts"),
        ("dependencies = [1]", "no list of texts"),
        ("requires-python = 3", "no text"),
        ('requires-python = "3"', "no comparison"),
        ('dependencies = ["a[b]"]', "extras"),
    ],
)
def test_a_block_that_cannot_be_read_is_said(content: str, reason: str) -> None:
    with pytest.raises(InvalidTask, match=reason):
        needs_of(f"# /// script\n# {content}\n# ///\n")


def test_several_blocks_are_refused() -> None:
    with pytest.raises(InvalidTask, match="several"):
        needs_of(f"{BLOCK}\n{BLOCK}")
