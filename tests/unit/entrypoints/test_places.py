"""What `FLEETING_CONFIG` names, and what a secret in Vault may hold."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fleeting.domain.errors import InvalidSetting
from fleeting.entrypoints.check import mask
from fleeting.entrypoints.settings.places import InVault, places, settings_in

PROD = InVault(url="vault+https://vault:8200?timeout=2", path="kv/fleeting", field="prod")
ALL = InVault(url="vault+https://vault:8200", path="kv/fleeting", field="")


def test_a_file_and_vault_may_be_named_at_once() -> None:
    found = places("/etc/fleeting.toml, vault+https://vault:8200/kv/fleeting?timeout=2#prod")

    assert found.files == (Path("/etc/fleeting.toml"),)
    assert found.in_vault == (PROD,)


def test_nothing_names_nothing() -> None:
    assert places("") == places(" , ") == places("")


@pytest.mark.parametrize(
    "text",
    [
        "https://vault:8200/kv/fleeting",
        "vault+https://vault:8200",
        "vault+https://vault:8200/kv",
        "vault+https://root:hunter2@vault:8200/kv/fleeting",
    ],
)
def test_a_url_that_is_none_of_a_secret_is_refused_unseen(text: str) -> None:
    with pytest.raises(
        InvalidSetting, match="vault\\+https://host:8200/kv/fleeting#prod"
    ) as caught:
        places(text)

    assert "hunter2" not in caught.value.message


def test_a_place_is_shown_without_the_options_of_its_login() -> None:
    assert str(PROD) == "vault+https://vault:8200/kv/fleeting#prod"


@pytest.mark.parametrize(
    "text",
    [
        'prefix = "shop"\n[limits]\nmax_batch = 5\n',
        '{"prefix": "shop", "limits": {"max_batch": 5}}',
    ],
)
def test_a_field_holds_toml_or_json(text: str) -> None:
    assert settings_in({"prod": text}, PROD) == {"prefix": "shop", "limits": {"max_batch": 5}}


def test_without_a_field_each_is_a_setting() -> None:
    fields = {"PREFIX": "shop", "limits__max_batch": "5", "limits__max_queued": "9"}

    assert settings_in(fields, ALL) == {
        "prefix": "shop",
        "limits": {"max_batch": "5", "max_queued": "9"},
    }


def test_a_field_that_is_not_there_is_refused() -> None:
    with pytest.raises(InvalidSetting, match="no field prod"):
        settings_in({"test": ""}, PROD)


@pytest.mark.parametrize("text", ['{"store": "redis://:hunter2@', "store = hunter2"])
def test_a_text_that_is_none_is_refused_unseen(text: str) -> None:
    with pytest.raises(InvalidSetting, match="neither TOML nor a JSON") as caught:
        settings_in({"prod": text}, PROD)

    assert "hunter2" not in caught.value.message


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://app:pw@h:1", "redis://app:***@h:1"),
        ("redis://h/m?sentinel_password=pw&db=0", "redis://h/m?sentinel_password=***&db=0"),
        ("redis://h?credentials=lease:a/b", "redis://h?credentials=lease:a/b"),
        ("plain text", "plain text"),
    ],
)
def test_urls_are_shown_without_passwords(url: str, shown: str) -> None:
    assert mask(url) == shown


def test_nothing_of_vault_is_loaded_where_nothing_is_there_to_be_read() -> None:
    code = "import sys; from fleeting.entrypoints.settings import load; load(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert not {"hvac", "requests"} & set(done.stdout.split())
