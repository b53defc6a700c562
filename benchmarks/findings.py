"""All of one run: what `benchmarks.json` holds."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from .machine import Machine
from .ratio import Found
from .rows import Row


class Findings(BaseModel):
    """Of as many rounds as were begun."""

    model_config = ConfigDict(frozen=True)

    date: dt.date
    machine: Machine
    profile: str
    rounds: int
    ratios: dict[str, Found]
    absent: dict[str, str]
    """Subjects that could not be measured because they are not installed, and why not."""
    failed: dict[str, str]
    """Subjects that did not do their part, and their last words."""
    rows: list[Row]


def read(path: Path) -> Findings:
    """The findings of an earlier run."""
    return Findings.model_validate_json(path.read_text(encoding="utf-8"))
