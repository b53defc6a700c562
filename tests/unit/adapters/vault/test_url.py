from __future__ import annotations

import pytest

from fleeting.adapters.vault.url import parse
from fleeting.domain.errors import InvalidSetting


def test_a_url_says_where_and_how():
    url = parse("vault+https://vault.example.com:8201/?auth=jwt&role=worker&namespace=team/a")

    assert url.address == "https://vault.example.com:8201"
    assert (url.options.auth, url.options.role, url.options.namespace) == (
        "jwt",
        "worker",
        "team/a",
    )
    assert (url.path, url.fragment) == ("", "")


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("vault+https://vault", "https://vault:8200"),
        ("vault+http://127.0.0.1:1", "http://127.0.0.1:1"),
        ("vault+https://[::1]:8200", "https://[::1]:8200"),
    ],
)
def test_the_port_is_vaults_own_unless_it_is_said(url, address):
    assert parse(url).address == address


def test_path_and_fragment_are_for_those_who_have_use_for_them():
    url = parse("vault+https://vault/kv/fleeting#prod")

    assert (url.path, url.fragment) == ("kv/fleeting", "prod")


def test_its_text_names_the_place_alone():
    assert str(parse("vault+https://vault?role=worker")) == "Vault at https://vault:8200"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://vault", "vault\\+https://host"),
        ("vault+https://", "vault\\+https://host"),
        ("vault+https://vault:port", "port"),
        ("vault+https://[vault", "brackets"),
        ("vault+https://vault?auth=ldap", "auth"),
        ("vault+https://vault?rolle=x", "did you mean role"),
        ("vault+https://vault?timeout=0", "timeout"),
        ("vault+https://vault?ca=/not/there.pem", "ca in"),
        ("vault+http://vault?ca=/dev/null", "ca in"),
    ],
)
def test_what_cannot_be_meant_is_named(url, words):
    with pytest.raises(InvalidSetting, match=words):
        parse(url)


@pytest.mark.parametrize(
    "url",
    [
        "vault+https://root:canary@vault",
        "vault+https://canary@vault",
        "vault+https://vault?token=canary",
        "vault+https://vault?timeout=canary",
    ],
)
def test_a_secret_in_a_url_is_refused_without_being_repeated(url):
    with pytest.raises(InvalidSetting) as refusal:
        parse(url)

    assert "canary" not in refusal.value.message


@pytest.mark.parametrize(
    ("url", "is_open"),
    [
        ("vault+http://vault", True),
        ("vault+http://10.0.0.1", True),
        ("vault+http://localhost", False),
        ("vault+http://127.0.0.1", False),
        ("vault+http://[::1]", False),
        ("vault+https://vault", False),
    ],
)
def test_only_plain_http_to_elsewhere_is_open_to_others(url, is_open):
    assert parse(url).is_open is is_open
