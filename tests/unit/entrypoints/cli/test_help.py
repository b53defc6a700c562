"""Help is complete, and comes at once."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from typing import get_args

import pytest
import typer.main

from fleeting.domain.result import Status
from fleeting.domain.task import RetryCause
from fleeting.entrypoints.cli.app import app
from fleeting.entrypoints.cli.exit_codes import MEANINGS
from fleeting.entrypoints.cli.options import RetryCause as RetryChoice
from fleeting.entrypoints.cli.options import StatusName

COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
EXPECTED = {
    "api",
    "cancel",
    "check",
    "demo",
    "doctor",
    "functions",
    "get",
    "key",
    "openapi",
    "quarantine",
    "redis",
    "results",
    "run",
    "stats",
    "submit",
    "task",
    "token",
    "up",
    "values",
    "vault",
    "version",
    "watch",
    "worker",
    "workers",
}
HEAVY = {
    "pydantic",
    "httpx2",
    "asyncio",
    "celery",
    "redis",
    "fastapi",
    "uvicorn",
    "pydantic_settings",
}


def test_the_commands_are_these() -> None:
    assert set(COMMANDS) == EXPECTED


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_every_command_explains_itself_and_takes_json(
    name: str, fleeting: Callable[..., object]
) -> None:
    done = fleeting(name, "--help")

    assert done.exit_code == 0  # type: ignore[attr-defined]
    assert "--json" in done.out  # type: ignore[attr-defined]
    assert COMMANDS[name].help.partition("\n")[0].endswith((".", ":"))


def test_help_tells_the_exit_codes(fleeting: Callable[..., object]) -> None:
    out = fleeting("--help").out  # type: ignore[attr-defined]

    assert all(f"{code}  {meaning[:30]}" in out for code, meaning in MEANINGS.items())


def test_choices_are_those_of_the_domain() -> None:
    assert {choice.value for choice in StatusName} == {status.value for status in Status}
    assert {choice.value for choice in RetryChoice} == set(get_args(RetryCause))


@pytest.mark.alone
def test_help_costs_less_than_three_tenths_of_a_second() -> None:
    """User and system time of the child, the best of three: the machine may be busy."""

    def seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-m", "fleeting.entrypoints.cli", "--help"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(seconds() for _ in range(3)) < 0.3


def test_help_loads_nothing_that_only_commands_need() -> None:
    code = (
        "import sys; sys.argv = ['fleeting', '--help']\n"
        "from fleeting.entrypoints.cli import main\n"
        "try: main()\n"
        "except SystemExit: print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    loaded = set(done.stderr.split())

    assert loaded & HEAVY == set()
    assert {name for name in loaded if name.startswith("fleeting.adapters")} == set()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_completes_commands(shell: str) -> None:
    words = {"COMP_WORDS": "fleeting su", "COMP_CWORD": "1", "_TYPER_COMPLETE_ARGS": "fleeting su"}
    done = subprocess.run(
        [sys.executable, "-c", "from fleeting.entrypoints.cli import main; main()"],
        env=os.environ
        | words
        | {"_FLEETING_COMPLETE": f"complete_{shell}", "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "submit" in done.stdout
