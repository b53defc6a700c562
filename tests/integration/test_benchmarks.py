"""The benchmarks run; what they find is not judged."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.child import BenchmarkError, Child, wait_for_port
from benchmarks.findings import read
from benchmarks.plots import drawn
from benchmarks.ratio import Ratio, less, more
from benchmarks.ratios import RATIOS
from benchmarks.report import IMAGES, page
from benchmarks.rounds import BENCHMARKS
from benchmarks.rows import Measured, Place, collect

from .servers.require import require_valkey

ROOT = Path(__file__).parents[2]
PUBLISHED = ("docs/benchmarks.json", "docs/benchmarks.md")

# Each kind of subject once, because all of them take minutes: `make bench ARGS=--quick` does that.
SUBJECTS = (
    *("celery prefork", "fleeting fresh", "fleeting reuse", "fleeting reuse, in batches"),
    *("bare redis-py", "sandbox alone", "celery", "fleeting", "values", "submit", "sandbox"),
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


def test_every_bar_of_the_platform_has_its_ratio() -> None:
    bars = {ratio.name: ratio.bar for ratio in RATIOS if not ratio.name.startswith("sandbox")}

    assert {name: bar for name, bar in bars.items() if bar is not None} == {
        "drain_reuse_vs_celery": 6,
        "drain_reuse_vs_fastest_acking_peer": 1.2,
        "drain_batch_vs_celery": 20,
        "drain_fresh_vs_rq_fork": 6,
        "cpu_fresh_vs_sandbox": 1.5,
        "latency_idle_vs_celery": 0.5,
        "latency_load_p99_vs_celery": 0.5,
        "submit_single_vs_apply_async": 2,
        "submit_batch_vs_apply_async": 40,
        "values_http_vs_response_model": 3,
        "values_http_p99_vs_response_model": 0.5,
        "values_http_cpu_vs_fetch": 2.5,
        "values_commands_1m_vs_1k": 1,
    }


OURS, ONE, TWO = (Place("drain", name) for name in ("ours", "one", "two"))


def rounds(**rates: tuple[float, ...]) -> dict[Place, dict[str, object]]:
    measured = [
        (number, Measured(Place("drain", name), {"rate": rate}))
        for name, each in rates.items()
        for number, rate in enumerate(each, start=1)
    ]
    return {row.place: row.figures for row in collect(measured)}


def ratio(make: object = more, *, bar: float | None = None) -> Ratio:
    return make("name", "rate", (OURS, ONE, TWO), "", bar=bar)


def test_a_ratio_is_taken_over_the_fastest_of_each_round() -> None:
    found = ratio().found(rounds(ours=(60, 60, 60), one=(10, 30, 20), two=(20, 10, 20)))

    assert (found.value, found.min, found.max) == (3, 2, 3)


def test_rounds_in_which_one_side_is_missing_do_not_count() -> None:
    found = ratio().found(rounds(ours=(60, 80), one=(30,)))

    assert (found.min, found.max) == (2, 2)


def test_a_ratio_without_anything_beside_it_is_left_out() -> None:
    assert ratio().found(rounds(ours=(60,))) is None


@pytest.mark.parametrize(
    ("make", "bar", "met"),
    [(more, 3, True), (more, 3.1, False), (less, 3, True), (less, 2.9, False)],
)
def test_a_bar_is_met_on_its_own_side(make: object, bar: float, met: bool) -> None:
    assert ratio(make, bar=bar).found(rounds(ours=(60,), one=(20,))).met is met
