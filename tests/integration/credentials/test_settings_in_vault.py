"""Settings that lie in Vault count, are shown with where they came from, and fail with advice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from .estate import Estate

PASSWORD = "hunter2-in-vault"


@pytest.fixture
def login(estate: Estate, tmp_path: Path) -> Mapping[str, str]:
    """An API that may read its own settings and those of all."""
    estate.set_up()
    return estate.login("api", tmp_path)


def check(login: Mapping[str, str], config: str, **environment: str) -> tuple[int, Any]:
    """The exit code of `fleeting check --json`, and what it printed."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("FLEETING_")}
    own = {"FLEETING_SECRETS": "", "FLEETING_CONFIG": config, **environment}
    done = subprocess.run(
        [sys.executable, "-m", "fleeting.entrypoints.cli", "check", "--json"],
        env={**bare, **login, **own},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert PASSWORD not in done.stdout + done.stderr
    return done.returncode, json.loads((done.stdout or done.stderr).splitlines()[-1])


def shown(report: Any, variable: str) -> tuple[str, str]:
    found = {line["variable"]: (line["value"], line["origin"]) for line in report["settings"]}
    value: tuple[str, str] = found[variable]
    return value


def test_vault_counts_more_than_files_and_less_than_the_environment(
    estate: Estate, login: Mapping[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "fleeting.toml"
    file.write_text('prefix = "file"\nqueue_name = "file"\nlog_level = "debug"\n')
    document = 'prefix = "vault"\nqueue_name = "vault"\n[limits]\nmax_batch = 7\n'
    estate.put(estate.name, prod=document)
    place = f"{estate.bao.url}/{estate.mounts.kv}/{estate.name}#prod"

    _, report = check(login, f"{file},{place}", FLEETING_PREFIX="environment")

    assert shown(report, "FLEETING_PREFIX") == ("environment", "environment")
    assert shown(report, "FLEETING_QUEUE_NAME") == ("vault", place)
    assert shown(report, "FLEETING_LIMITS__MAX_BATCH") == ("7", place)
    assert shown(report, "FLEETING_LOG_LEVEL") == ("debug", str(file))
    assert shown(report, "FLEETING_API_HOST")[1] == "default"


def test_passwords_from_vault_are_masked(estate: Estate, login: Mapping[str, str]) -> None:
    estate.put(
        f"{estate.name}/api",
        queue=f"redis://queue:{PASSWORD}@127.0.0.1:1",
        secrets_secret_id=PASSWORD,
    )
    place = f"{estate.bao.url}/{estate.mounts.kv}/{estate.name}/api"

    _, report = check(login, place)

    assert shown(report, "FLEETING_QUEUE") == ("redis://queue:***@127.0.0.1:1", place)
    assert shown(report, "FLEETING_SECRETS_SECRET_ID") == ("**********", place)


def test_own_settings_count_more_than_those_of_all(
    estate: Estate, login: Mapping[str, str]
) -> None:
    estate.put(estate.name, prefix="all", queue_name="all")
    estate.put(f"{estate.name}/api", prefix="own")
    base = f"{estate.bao.url}/{estate.mounts.kv}/{estate.name}"

    _, report = check(login, f"{base},{base}/api")

    assert shown(report, "FLEETING_PREFIX") == ("own", f"{base}/api")
    assert shown(report, "FLEETING_QUEUE_NAME") == ("all", base)


@pytest.mark.parametrize(
    ("path", "code", "advice"),
    [
        ("{name}/worker", 78, "let a policy of this role permit it"),
        ("{name}/api", 78, "write it, or correct the path"),
        ("{name}#test", 78, "has no field test"),
        ("{name}#typo", 78, "did you mean queue_name"),
        ("{name}#broken", 78, "neither TOML nor a JSON object"),
    ],
)
def test_what_is_wrong_names_the_place_and_the_fix(
    estate: Estate, login: Mapping[str, str], path: str, code: int, advice: str
) -> None:
    estate.put(estate.name, typo='queue_nam = "x"', broken=f"store = {PASSWORD}")
    estate.put(f"{estate.name}/worker", prefix="x")
    place = f"{estate.bao.url}/{estate.mounts.kv}/{path.format(name=estate.name)}"

    found, problem = check(login, place)

    assert found == code
    assert advice in problem["detail"]
    assert place in problem["detail"]


def test_a_vault_that_is_away_is_worth_another_start(
    login: Mapping[str, str],
) -> None:
    code, problem = check(login, "vault+http://127.0.0.1:1/kv/fleeting#prod")

    assert (code, problem["code"]) == (69, "secrets_unavailable")
    assert "start it, or correct the URL" in problem["detail"]
