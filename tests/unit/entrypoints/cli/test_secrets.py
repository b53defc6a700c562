"""`fleeting run --secret`: named in parameters, found in a variable or a file, shown nowhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Done

Fleeting = Callable[..., Done]

SOURCE = """
def connect(password, fail=False):
    print("with", password)
    if fail:
        raise ValueError(password)
    return len(password)
"""
NAMED = """{"password": {"$secret": "kv/db#password"}}"""
SECRET = "correct-horse"


@pytest.fixture
def script(tmp_path: Path) -> str:
    path = tmp_path / "script.py"
    path.write_text(SOURCE)
    return str(path)


def run(fleeting: Fleeting, script: str, *secrets: str, kwargs: str = NAMED) -> Done:
    options = [part for one in secrets for part in ("--secret", one)]
    return fleeting("run", script, "connect", "--kwargs", kwargs, "--isolation", "none", *options)


def test_a_secret_comes_from_a_variable(
    fleeting: Fleeting, script: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DB_PASSWORD", SECRET)

    done = run(fleeting, script, "kv/db#password=env:DB_PASSWORD")

    assert (done.exit_code, done.out, done.err) == (0, "13\n", "with ***\n")


def test_a_secret_comes_from_a_file(fleeting: Fleeting, script: str, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(f"{SECRET}\n")

    done = run(fleeting, script, f"kv/db#password=file:{tmp_path / 'password'}")

    assert (done.out, done.err) == ("13\n", "with ***\n")


def test_a_secret_that_is_missing_is_asked_for_by_its_option(
    fleeting: Fleeting, script: str
) -> None:
    done = run(fleeting, script)

    assert done.exit_code == 77
    assert done.err.endswith("is given by --secret.\n")


def test_a_script_that_raises_shows_no_secret(
    fleeting: Fleeting, script: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DB_PASSWORD", SECRET)
    kwargs = NAMED[:-1] + ', "fail": true}'

    done = run(fleeting, script, "kv/db#password=env:DB_PASSWORD", kwargs=kwargs)

    assert "ValueError: ***" in done.err
    assert SECRET not in done.err


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("kv/db#password=correct-horse", "--secret takes PATH#FIELD=env:NAME"),
        ("correct-horse", "--secret takes PATH#FIELD=env:NAME"),
        ("kv/db#password=env:NO_SUCH", "there is no variable NO_SUCH"),
        ("kv//db#password=env:HOME", "not of the form"),
        ("kv/db#password=file:/no/such", "/no/such cannot be read"),
    ],
)
def test_what_is_wrong_with_it_is_said_without_showing_it(
    fleeting: Fleeting, script: str, given: str, says: str
) -> None:
    done = run(fleeting, script, given)

    assert done.exit_code == 2
    assert says in " ".join(done.err.split())
    assert SECRET not in done.err


def test_a_secret_that_was_not_given_is_not_there(
    fleeting: Fleeting, script: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DB_PASSWORD", SECRET)

    done = run(fleeting, script, "kv/other#password=env:DB_PASSWORD")

    assert "there is no secret at kv/db" in " ".join(done.err.split())
