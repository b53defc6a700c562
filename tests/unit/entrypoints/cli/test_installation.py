"""The commands about what is installed here, and mistakes in commands themselves."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable
from importlib.metadata import version

import pytest

from fleeting.entrypoints.cli.app import run

from .conftest import Done

Fleeting = Callable[..., Done]


def test_version(fleeting: Fleeting) -> None:
    assert (
        fleeting("version").out == fleeting("--version").out == f"fleeting {version('fleeting')}\n"
    )
    assert fleeting("version", "--json").json["fleeting"] == version("fleeting")


def test_check_shows_settings_masked_with_their_origin(fleeting: Fleeting) -> None:
    done = fleeting("check", "--json", FLEETING_STORE="memory://", FLEETING_LEASE_SECONDS="5")
    lines = {one["variable"]: one for one in done.json["settings"]}

    assert (done.exit_code, done.json["ok"]) == (0, True)
    assert lines["FLEETING_LEASE_SECONDS"] == {
        "variable": "FLEETING_LEASE_SECONDS",
        "value": "5.0",
        "origin": "environment",
    }
    assert lines["FLEETING_PREFIX"]["origin"] == "default"


@pytest.mark.filterwarnings("error")
def test_check_asks_nobody_where_one_of_them_cannot_be(fleeting: Fleeting) -> None:
    done = fleeting("check", FLEETING_STORE="memory://", FLEETING_SECRETS="vault://vault:8200")
    gc.collect()

    assert done.exit_code == 78
    assert "serves vault://" in done.err


def test_check_says_which_dependency_is_up(fleeting: Fleeting) -> None:
    out = fleeting("check", FLEETING_STORE="memory://").out

    assert "result store\tmemory://\tup\t" in out


def test_a_setting_that_cannot_be_ends_with_78(fleeting: Fleeting) -> None:
    done = fleeting("check", "--json", FLEETING_STORE="memori://")

    assert (done.exit_code, done.problem["code"]) == (78, "unknown_adapter")
    assert "memory://" in done.problem["detail"]


def test_doctor_says_what_follows(fleeting: Fleeting) -> None:
    done = fleeting("doctor", "--json", FLEETING_STORE="memory://")

    assert (done.exit_code, done.json["ok"]) == (0, True)
    assert {one["severity"] for one in done.json["findings"]} <= {"ok", "warning"}
    assert "subject" in fleeting("doctor", FLEETING_STORE="memory://").out


def test_openapi_is_the_apis_document(fleeting: Fleeting) -> None:
    document = fleeting("openapi", FLEETING_STORE="memory://").json

    assert "/get-result" in document["paths"]


def test_a_misspelt_command_is_told_the_nearest_one(fleeting: Fleeting) -> None:
    done = fleeting("sumbit")

    assert done.exit_code == 2
    assert "submit" in done.err


def test_a_command_without_arguments_shows_the_way(fleeting: Fleeting) -> None:
    done = fleeting()

    assert done.exit_code == 2
    assert "Usage: fleeting" in done.out


@pytest.mark.parametrize(
    "arguments", [["get", "--json"], ["sumbit", "--json"], ["get", "K", "--wiat", "5", "--json"]]
)
def test_mistakes_are_json_too_where_json_is_wanted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["fleeting", *arguments])

    with pytest.raises(SystemExit) as ended:
        run()

    problem = json.loads(capsys.readouterr().err)
    assert (ended.value.code, problem["code"], problem["exit_code"]) == (2, "usage", 2)
