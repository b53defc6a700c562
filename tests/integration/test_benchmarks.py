"""The benchmarks run, all of them; what they find is not judged."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.child import BenchmarkError, Child, wait_for_port
from benchmarks.ratios import RATIOS
from benchmarks.report import page, read

from .servers.require import require_valkey

ROOT = Path(__file__).parents[2]
PUBLISHED = ("docs/benchmarks.json", "docs/benchmarks.md")


# Half a minute on two idle cores, most of it for starting eight workers and their servers.
@pytest.mark.timeout(240)
def test_quick_profile_measures_everything_and_leaves_the_docs_alone(tmp_path: Path) -> None:
    require_valkey()
    published = [(ROOT / name).read_bytes() for name in PUBLISHED]

    done = subprocess.run(
        [sys.executable, "benchmarks/run.py", "--quick", "--into", tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    found = read(tmp_path / "benchmarks.json")
    assert list(found.ratios) == [ratio.name for ratio in RATIOS]
    assert min(spread.min for row in found.rows for spread in row.figures.values()) >= 0
    assert (tmp_path / "benchmarks.md").read_text(encoding="utf-8") == page(found)
    assert done.stdout.strip() == page(found).strip()
    assert [(ROOT / name).read_bytes() for name in PUBLISHED] == published


def test_a_subject_that_ends_is_reported_with_its_last_words(tmp_path: Path) -> None:
    with (
        Child(["benchmarks.subjects.nobody"], log=tmp_path / "log") as child,
        pytest.raises(BenchmarkError, match="No module named"),
    ):
        wait_for_port(child, port=1)
