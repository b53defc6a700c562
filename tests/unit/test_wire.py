"""The page on the queued message says what the code reads."""

from __future__ import annotations

import json
import re
from datetime import timedelta

from fleeting.adapters.celery.envelope import open_envelope
from fleeting.domain.limits import Limits
from fleeting.domain.message import Message, MessageOptions, decode
from fleeting.domain.source import digest

from ..pages import ROOT, blocks

PAGE = ROOT / "docs" / "reference" / "wire.md"


def first_column(head: str) -> list[str]:
    """The names in the first column of the table whose first heading is `head`."""
    table = PAGE.read_text().partition(f"| {head} |")[2].partition("\n\n")[0]
    return re.findall(r"(?m)^\| `(\w+)` \|", table)


def test_table_of_arguments_is_complete() -> None:
    assert sorted(first_column("argument")) == sorted(Message.model_fields)


def test_table_of_options_is_complete() -> None:
    assert sorted(first_column("option")) == sorted(MessageOptions.model_fields)


def test_example_is_a_message() -> None:
    [block] = [block for block in blocks(PAGE, "json") if '"body"' in block.text]

    positional, keywords, _ = json.loads(str(open_envelope(block.text)["body"]))
    task = decode(keywords, limits=Limits())

    assert positional == []
    assert (task.function, list(task.args), task.ttl) == ("add", [1, 2], timedelta(minutes=10))
    assert task.source_digest == digest(task.source or "")
