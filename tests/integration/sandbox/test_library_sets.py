"""Library sets with real libraries: each has a fork server of its own, started when it is used."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from fleeting import Fleeting
from fleeting.adapters.sandbox.confined_runner import ConfinedRunner
from fleeting.adapters.sandbox.confinement import Confinement
from fleeting.domain.bounds import Bounds
from fleeting.domain.errors import LibraryUnavailable, SandboxUnavailable
from fleeting.domain.isolation import Isolation
from fleeting.testing.runner import Observer, comes_true, has_ended, sample_run

SETS = {"numbers": ("numpy",), "data": ("numpy", "pandas"), "broken": ("antigravity_", "json")}
LOADED = "import sys\ndef f(): return [name in sys.modules for name in ('numpy', 'pandas')]\n"
SERVER = "import os\ndef f(): return os.getppid()\n"
PANDAS = """\
import io
import numpy as np
import pandas as pd

def f():
    frame = pd.read_csv(io.StringIO("day,price\\n2026-01-01,1.5\\n2026-01-02,2.5\\n"))
    frame["day"] = pd.to_datetime(frame["day"])
    means = frame.groupby(frame["day"].dt.year)["price"].mean()
    merged = frame.merge(pd.DataFrame({"price": [1.5], "name": ["one"]}), on="price")
    return [means.loc[2026], np.asarray(frame["price"]), merged["name"].iloc[0],
            float(np.linalg.norm(np.array([3.0, 4.0]))), frame.sort_values("price").shape]
"""


WAYS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "sealed": {"files": "sealed"},
    "isolated": {"isolation": Isolation.ISOLATED},
}


@pytest.fixture(scope="module", params=list(WAYS))
def runner(request: pytest.FixtureRequest) -> Iterator[ConfinedRunner]:
    runner = ConfinedRunner(Confinement(libraries=SETS, **WAYS[request.param]))
    try:
        _ = runner.attestation
    except SandboxUnavailable as exc:
        if "not permitted" not in exc.message:
            raise
        pytest.skip("this system lets nobody make namespaces")
    yield runner
    runner.close()


def value(runner: ConfinedRunner, source: str, libraries: str = "default", **rest: Any) -> Any:
    report = runner.run(sample_run(source, libraries=libraries, **rest), Observer())
    assert report.value is not None, report
    assert report.isolation is runner.isolation
    return json.loads(report.value)


def test_run_finds_loaded_what_its_set_has_and_no_more(runner: ConfinedRunner) -> None:
    assert value(runner, LOADED) == [False, False]
    assert value(runner, LOADED, "numbers") == [True, False]
    assert value(runner, LOADED, "data") == [True, True]


def test_numpy_and_pandas_work_in_a_confined_run(runner: ConfinedRunner) -> None:
    """Also where no file can be opened."""
    assert value(runner, PANDAS, "data") == [2.0, [1.5, 2.5], "one", 5.0, [2, 2]]


def test_each_set_is_attested(runner: ConfinedRunner) -> None:
    for name in ("default", "numbers", "data"):
        proof = runner._servers.keepers[name].attestation
        assert not proof.failing
        assert proof.effective is runner.isolation


def test_set_that_does_not_load_is_named_and_harms_no_other(runner: ConfinedRunner) -> None:
    with pytest.raises(SandboxUnavailable, match=r"library set broken: .*antigravity_ cannot be"):
        runner.run(sample_run(LOADED, libraries="broken"), Observer())

    assert value(runner, LOADED, "numbers") == [True, False]


def test_unknown_set_is_refused(runner: ConfinedRunner) -> None:
    with pytest.raises(LibraryUnavailable, match="this worker has no library set what"):
        runner.run(sample_run(LOADED, libraries="what"), Observer())


def test_kept_child_is_of_the_set_asked_for(runner: ConfinedRunner) -> None:
    assert value(runner, LOADED, "numbers", reuse=True) == [True, False]
    assert value(runner, LOADED, reuse=True) == [False, False]


def test_bounded_run_has_its_libraries(runner: ConfinedRunner) -> None:
    assert value(runner, LOADED, "numbers", bounds=Bounds(threads=1)) == [True, False]


def test_servers_start_with_the_first_run_of_their_set_and_end_together() -> None:
    runner = ConfinedRunner(Confinement(libraries=SETS))
    try:
        value(runner, LOADED)
        in_use = {name: keeper.in_use for name, keeper in runner._servers.keepers.items()}
        assert [name for name, server in in_use.items() if server] == ["default"]
        servers = {value(runner, SERVER, name) for name in ("default", "numbers", "data")}
        assert len(servers) == 3
    finally:
        runner.close()

    assert comes_true(lambda: all(map(has_ended, servers)))


def test_each_set_is_replaced_for_itself() -> None:
    runner = ConfinedRunner(Confinement(libraries=SETS, server_births=3, warm=0))
    try:
        default = value(runner, SERVER)
        first = value(runner, SERVER, "numbers")
        assert comes_true(lambda: value(runner, SERVER, "numbers") != first)
        assert value(runner, SERVER) == default
    finally:
        runner.close()


def test_script_that_names_pandas_runs_where_pandas_is_loaded() -> None:
    """From its block of metadata to its value, as an operator sets it up."""
    source = '# /// script\n# dependencies = ["pandas>=3"]\n# ///\n' + LOADED
    settings = {"store": "memory://", "sandbox_library_sets": {"data": ["numpy", "pandas"]}}

    with Fleeting.from_settings(**settings) as fleeting:
        assert fleeting.submit(source, "f").result(30) == [True, True]
        assert fleeting.submit(LOADED, "f").result(30) == [False, False]
