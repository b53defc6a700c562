"""Every script in examples/ runs in memory, as a user would run it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fleeting import Fleeting, errors
from fleeting.adapters.sdk.task_result import TaskResult
from fleeting.entrypoints.demo import PARTS

from ..pages import ROOT

EXAMPLES = ROOT / "examples"
SCRIPTS = sorted(path.name for path in EXAMPLES.glob("*.py"))

SHOWN = {
    "01_add.py": ("add", [1, 2], 3),
    "03_primes.py": ("count_primes", [100], {"below": 100, "primes": 25}),
    "04_divide.py": ("divide", [12, 4], 3.0),
    "05_slow.py": ("slow", [2, 0.0], "2 steps"),
}


@pytest.fixture(scope="module")
def platform() -> Iterator[Fleeting]:
    with Fleeting.in_memory() as platform:
        yield platform


def run(platform: Fleeting, script: str, function: str, *args: object) -> TaskResult:
    source = (EXAMPLES / script).read_text()
    return platform.submit(source, function, *args).facts(timeout=20)


@pytest.mark.parametrize("script", SHOWN)
def test_example_returns_its_value(platform: Fleeting, script: str) -> None:
    function, args, value = SHOWN[script]

    assert run(platform, script, function, *args).value == value


def test_quote_becomes_json_by_itself(platform: Fleeting) -> None:
    value = run(platform, "02_quote.py", "quote", "ACME", 7).value

    assert isinstance(value, dict)
    assert value["symbol"] == "ACME"
    assert isinstance(value["price"], str)
    assert value["at"].endswith("+00:00")


def test_division_by_zero_is_a_result_with_the_scripts_line(platform: Fleeting) -> None:
    result = run(platform, "04_divide.py", "divide", 1, 0)

    assert result.error is not None
    assert result.error.code == errors.ScriptRaised.code
    assert "return a / b" in (result.error.traceback or "")
    assert result.output == "dividing 1 by 0\n"


def test_slow_tells_its_progress(platform: Fleeting) -> None:
    result = run(platform, "05_slow.py", "slow", 3, 0.0)

    assert result.progress is not None
    assert (result.progress.done, result.progress.total) == (3, 3)


def test_demo_shows_every_example() -> None:
    assert sorted(part.script for part in PARTS) == SCRIPTS
