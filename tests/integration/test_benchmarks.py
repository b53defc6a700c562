"""The benchmarks run; what they find is not judged."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.child import BenchmarkError, Child, wait_for_port
from benchmarks.findings import read
from benchmarks.plots import drawn
from benchmarks.report import IMAGES, page
from benchmarks.rounds import BENCHMARKS

from .servers.require import require_valkey

ROOT = Path(__file__).parents[2]
PUBLISHED = ("docs/benchmarks.json", "docs/benchmarks.md")

# Each kind of subject once, because all of them take minutes: `make bench ARGS=--quick` does that.
SUBJECTS = (
    *("celery prefork", "fleeting fresh", "fleeting reuse, in batches"),
    *("bare redis-py", "sandbox alone", "celery", "fleeting", "values", "submit", "sandbox"),
    "protection",
)


def quick(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "benchmarks/run.py", "--quick", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


# Most of a minute on two idle cores, nearly all of it for starting workers and servers.
@pytest.mark.timeout(300)
def test_quick_profile_measures_every_benchmark_and_leaves_the_docs_alone(tmp_path: Path) -> None:
    require_valkey()
    published = [(ROOT / name).read_bytes() for name in PUBLISHED]

    done = quick("--into", str(tmp_path), *(f"--subject={name}" for name in SUBJECTS))

    assert done.returncode == 0, done.stderr
    found = read(tmp_path / "benchmarks.json")
    assert {row.benchmark for row in found.rows} == {"drain", "latency", *BENCHMARKS} - {"tasks"}
    assert min(spread.min for row in found.rows for spread in row.figures.values()) >= 0
    assert (tmp_path / "benchmarks.md").read_text(encoding="utf-8") == page(found)
    assert done.stdout.strip() == page(found).strip()
    plots = {path.stem: path.read_text("utf-8") for path in (tmp_path / IMAGES).iterdir()}
    assert plots == drawn(found)
    assert [(ROOT / name).read_bytes() for name in PUBLISHED] == published


def test_a_subject_that_ends_is_reported_with_its_last_words(tmp_path: Path) -> None:
    with (
        Child(["benchmarks.subjects.nobody"], log=tmp_path / "log") as child,
        pytest.raises(BenchmarkError, match="No module named"),
    ):
        wait_for_port(child, port=1)
