"""What users import: pinned here, so that nothing comes or goes by accident."""

from __future__ import annotations

import inspect
import subprocess
import sys
from importlib.metadata import version

import pytest

import fleeting

NAMES = {"Client", "Fleeting", "Handle", "__version__", "errors", "progress"}

SURFACE = {
    "aio",
    "cancel",
    "check",
    "close",
    "functions",
    "handle",
    "map",
    "ping",
    "result",
    "results",
    "stats",
    "stream",
    "submit",
    "submit_many",
    "task",
    "values",
    "workers",
}


def public(thing: object) -> set[str]:
    return {name for name in dir(thing) if not name.startswith("_")}


def loaded_by(statement: str) -> set[str]:
    """The modules that a fresh interpreter has after `statement`."""
    code = f"import sys; {statement}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


def test_the_package_offers_these_names() -> None:
    assert set(fleeting.__all__) == NAMES
    assert set(dir(fleeting)) >= NAMES


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_name_can_be_imported(name: str) -> None:
    assert getattr(fleeting, name) is not None


def test_a_name_that_is_none_says_so() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Cleint'"):
        _ = fleeting.Cleint  # type: ignore[attr-defined]


def test_the_version_is_that_of_the_distribution() -> None:
    assert fleeting.__version__ == version("fleeting")


def test_client_and_fleeting_have_one_surface() -> None:
    assert public(fleeting.Client) == SURFACE
    assert public(fleeting.Fleeting) == SURFACE | {"in_memory", "from_settings"}


def test_a_handle_offers_these_methods() -> None:
    offered = {"cancel", "done", "facts", "follow", "key", "progress", "result", "status"}

    assert public(fleeting.Handle) == offered
    assert inspect.isfunction(fleeting.Handle.__await__)


def test_importing_the_package_loads_next_to_nothing() -> None:
    loaded = loaded_by("import fleeting")

    assert {name for name in loaded if name.startswith("fleeting.")} == set()
    assert not loaded & {"pydantic", "typing", "asyncio", "httpx2", "typer"}


@pytest.mark.alone
def test_importing_the_package_takes_less_than_ten_milliseconds() -> None:
    code = "import time; t = time.process_time(); import fleeting; print(time.process_time() - t)"
    command = [sys.executable, "-c", code]
    seconds = [
        float(subprocess.run(command, check=True, capture_output=True).stdout) for _ in "123"
    ]

    assert min(seconds) < 0.010


def test_a_script_that_tells_its_progress_loads_no_library() -> None:
    loaded = loaded_by("import fleeting; fleeting.progress(1, 2)")

    assert not loaded & {"pydantic", "asyncio", "httpx2", "typer"}


def test_progress_outside_of_a_run_only_checks_its_parameters() -> None:
    fleeting.progress(1, 2, "note")

    with pytest.raises(TypeError):
        fleeting.progress("1")  # type: ignore[arg-type]
