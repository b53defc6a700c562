"""Nobody leaves a contract silently; a missing pytest is named with its remedy."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

import fleeting.testing
from fleeting.testing import (
    ClockContract,
    Contract,
    ResultWriterContract,
    deviates,
)

CONTRACTS = [
    contract
    for name in fleeting.testing.__all__
    if name.endswith("Contract") and name not in {"Contract", "StoreContract"}
    for contract in [getattr(fleeting.testing, name)]
]
PORTS = Path(inspect.getfile(fleeting.testing)).parents[1] / "ports"
BUNDLES = {"bundles", "authenticator_adapter"}
"""What factories are told, and give: no conversation."""


def test_subclass_that_supplies_fixtures_is_accepted() -> None:
    class Fine(ClockContract):
        @pytest.fixture
        def clock(self) -> None: ...

        def test_of_its_own(self) -> None: ...

    assert issubclass(Fine, Contract)


def test_overriding_a_contract_test_silently_fails() -> None:
    with pytest.raises(TypeError, match="Sly replaces test_now_is_aware_utc"):

        class Sly(ClockContract):
            def test_now_is_aware_utc(self) -> None: ...


def test_switching_a_contract_test_off_fails() -> None:
    with pytest.raises(TypeError, match="test_now_is_aware_utc"):

        class Sly(ClockContract):
            test_now_is_aware_utc = None


def test_overriding_through_a_mixin_fails() -> None:
    class Mixin:
        def test_now_is_aware_utc(self) -> None: ...

    with pytest.raises(TypeError, match="test_now_is_aware_utc"):

        class Sly(Mixin, ClockContract): ...


def test_overriding_further_down_fails() -> None:
    """Also where the class between has changed nothing."""

    class Between(ResultWriterContract): ...

    with pytest.raises(TypeError, match="test_load_of_nothing_is_nothing"):

        class Sly(Between):
            def test_load_of_nothing_is_nothing(self) -> None: ...


def test_override_with_a_reason_is_accepted() -> None:
    class Honest(ClockContract):
        @deviates("this clock is in local time, because the machine it runs on is")
        def test_now_is_aware_utc(self) -> None: ...

    class Heir(Honest): ...

    assert issubclass(Heir, Contract)


@pytest.mark.parametrize("reason", ["", " \n"])
def test_deviation_needs_a_reason(reason: str) -> None:
    with pytest.raises(TypeError, match="needs a reason"):
        deviates(reason)


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.__name__)
def test_every_contract_test_says_its_property(contract: type[Contract]) -> None:
    tests = [getattr(contract, name) for name in dir(contract) if name.startswith("test_")]

    assert tests
    assert [test.__name__ for test in tests if not inspect.getdoc(test)] == []


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.__name__)
def test_every_contract_lists_the_fixtures_it_needs(contract: type[Contract]) -> None:
    """Whoever runs it reads its docstring, not its tests."""
    own = {name for name in dir(contract) if not name.startswith("test_")}
    needed = {
        name
        for test in dir(contract)
        if test.startswith("test_")
        for name in inspect.signature(getattr(contract, test)).parameters
    }
    parametrized = {
        name
        for test in dir(contract)
        if test.startswith("test_")
        for mark in getattr(getattr(contract, test), "pytestmark", [])
        for name in ([mark.args[0]] if isinstance(mark.args[0], str) else mark.args[0])
    }
    listed = inspect.getdoc(contract) or ""

    assert [n for n in needed - own - parametrized - {"self", "request"} if n not in listed] == []


@pytest.mark.parametrize(
    "port", sorted(path.stem for path in PORTS.glob("[!_]*.py") if path.stem not in BUNDLES)
)
def test_every_port_has_a_contract_of_its_name(port: str) -> None:
    assert import_module(f"fleeting.testing.{port}")


def test_missing_pytest_is_named_with_its_remedy() -> None:
    code = "import sys; sys.modules['pytest'] = None; import fleeting.testing"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert "MissingExtra" in done.stderr
    assert "pip install 'fleeting[testing]'" in done.stderr


def test_failing_contract_explains_itself(pytester_file: Callable[[str], str]) -> None:
    """Assertions of the kit are rewritten, so that a failure shows both sides."""
    output = pytester_file(
        "from datetime import datetime, timedelta\n"
        "import pytest\n"
        "from fleeting.testing import ClockContract\n"
        "class Local:\n"
        "    def now(self): return datetime(2026, 1, 1)\n"
        "class TestLocal(ClockContract):\n"
        "    @pytest.fixture\n"
        "    def clock(self): return Local()\n"
    )

    assert "where None = datetime.datetime(2026, 1, 1, 0, 0).tzinfo" in output


def test_test_without_its_fixture_names_the_fixture(pytester_file: Callable[[str], str]) -> None:
    output = pytester_file(
        "from fleeting.testing import ClockContract\nclass TestNothing(ClockContract): pass\n"
    )

    assert "fixture 'clock' not found" in output


def test_contract_runs_with_plain_pytest(pytester_file: Callable[[str], str]) -> None:
    """No plugin, no configuration: also the async ports."""
    output = pytester_file(
        "import pytest\n"
        "from datetime import timedelta\n"
        "from fleeting.adapters.memory.source_store import *\n"
        "from fleeting.domain.errors import StoreUnavailable\n"
        "from fleeting.adapters.memory.clock import ManualClock\n"
        "from fleeting.testing import SourceWriterContract\n"
        "class TestMemory(SourceWriterContract):\n"
        "    @pytest.fixture\n"
        "    def clock(self): return ManualClock()\n"
        "    @pytest.fixture\n"
        "    def pass_time(self, clock): return clock.advance\n"
        "    @pytest.fixture\n"
        "    def writer(self, clock): return MemorySourceWriter(MemorySources(clock.now))\n"
        "    @pytest.fixture\n"
        "    def broken(self):\n"
        "        sources = MemorySources()\n"
        "        sources.switch.turn_off(StoreUnavailable('off'))\n"
        "        return MemorySourceWriter(sources)\n"
    )

    assert "14 passed, 1 skipped" in output
    assert "supply the fixture `denied` if the backend knows credentials" in output


@pytest.fixture
def pytester_file(tmp_path: Path) -> Callable[[str], str]:
    """Runs a test module as a third party does: by itself, with nothing of ours configured."""

    def run(text: str) -> str:
        (tmp_path / "pytest.ini").write_text("[pytest]\n")
        (tmp_path / "test_it.py").write_text(text)
        command = [sys.executable, "-P", "-m", "pytest", "-p", "no:cacheprovider", "-ra"]
        done = subprocess.run(
            [*command, "--disable-plugin-autoload", "test_it.py"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr

    return run
