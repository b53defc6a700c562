"""The rings keep their distance: the contracts of pyproject.toml, and what they cannot say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("fleeting", include_external_packages=True, cache_dir=None)


def test_import_contracts_are_kept() -> None:
    # A process of its own: the linter configures logging, which silences loggers that exist.
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("ring", ["domain", "ports", "usecases"])
def test_inner_rings_import_only_the_standard_library_and_pydantic(
    graph: grimp.ImportGraph, ring: str
) -> None:
    assert outside_packages(graph, f"fleeting.{ring}") <= {"pydantic", "pydantic_core"}


@pytest.fixture(scope="module")
def of_a_run() -> set[str]:
    """Every module that a run's process and its fork server load, beside those of scripts."""
    graph = grimp.build_graph(
        "fleeting",
        include_external_packages=True,
        exclude_type_checking_imports=True,
        cache_dir=None,
    )
    loaded = ("script_host", "zygote.server", "zygote.warm")
    return set().union(
        *[graph.find_upstream_modules(f"fleeting.adapters.sandbox.{name}") for name in loaded]
    )


def test_process_of_a_run_loads_the_standard_library_alone(of_a_run: set[str]) -> None:
    assert {name for name in of_a_run if not name.startswith("fleeting.")} <= {
        *sys.stdlib_module_names
    }


def test_process_of_a_run_loads_only_the_errors_that_runs_end_in(of_a_run: set[str]) -> None:
    assert {name for name in of_a_run if "error" in name} == {
        "fleeting.domain.error_families",
        "fleeting.domain.call_errors",
        "fleeting.domain.run_errors",
    }


def outside_packages(graph: grimp.ImportGraph, package: str) -> set[str]:
    """The packages beyond fleeting and the standard library that `package` imports itself."""
    importers = {package, *graph.find_descendants(package)}
    imported = set().union(*map(graph.find_modules_directly_imported_by, importers))
    return {
        name
        for name in imported
        # `_typeshed` holds the standard library's protocols for type checkers; nothing loads it.
        if name.partition(".")[0] not in {"fleeting", "_typeshed", *sys.stdlib_module_names}
    }
