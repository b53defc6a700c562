"""Which authenticator the settings give, and that nobody is served by accident."""

from __future__ import annotations

import logging
from dataclasses import fields

import pytest

from fleeting.domain.claims import ClaimNames
from fleeting.domain.errors import InvalidSetting, UnknownAdapter
from fleeting.domain.principal import ANYBODY
from fleeting.entrypoints.authenticators import check_exposure, is_loopback, make
from fleeting.entrypoints.settings import load
from fleeting.ports.authenticator_adapter import AuthenticatorOptions

ISSUER = "https://sso.corp.example"


async def test_laptop_needs_no_set_up() -> None:
    adapter = make(load())

    assert (await adapter.authenticator.authenticate(None)).subject == ANYBODY.subject
    await adapter.health.ping()
    await adapter.aclose()


def test_unknown_authenticator_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(UnknownAdapter, match="introspection, none, oidc, tokens"):
        make(load(auth="ldap"))


@pytest.mark.parametrize(
    ("settings", "missing"),
    [
        ({"auth": "oidc"}, "FLEETING_AUTH_ISSUER"),
        ({"auth": "oidc", "auth_issuer": ISSUER}, "FLEETING_AUTH_AUDIENCE"),
        ({"auth": "oidc", "auth_issuer": ISSUER, "auth_audience": " , "}, "FLEETING_AUTH_AUDIENCE"),
        ({"auth": "introspection"}, "FLEETING_AUTH_ISSUER"),
        ({"auth": "introspection", "auth_issuer": ISSUER}, "FLEETING_AUTH_CLIENT_ID"),
        (
            {"auth": "introspection", "auth_issuer": ISSUER, "auth_client_id": "x"},
            "FLEETING_AUTH_CLIENT_SECRET",
        ),
        ({"auth": "tokens"}, "FLEETING_AUTH_TOKENS_FILE"),
    ],
)
def test_what_is_missing_is_named(settings: dict[str, str], missing: str) -> None:
    with pytest.raises(InvalidSetting, match=missing):
        make(load(**settings))


async def test_providers_are_connected_to_when_they_are_needed() -> None:
    for auth in ("oidc", "introspection"):
        adapter = make(
            load(
                auth=auth,
                auth_issuer=ISSUER,
                auth_audience="api",
                auth_client_id="x",
                auth_client_secret="y",
            )
        )
        await adapter.aclose()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "api.corp.example", ""])
def test_strangers_are_not_served_without_authentication(host: str) -> None:
    with pytest.raises(InvalidSetting, match="FLEETING_AUTH to oidc, introspection or tokens"):
        check_exposure(load(api_host=host))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "localhost", "::1", "[::1]"])
def test_loopback_is_served_with_a_warning(host: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        check_exposure(load(api_host=host))

    assert "FLEETING_AUTH is none" in caplog.text


def test_strangers_are_served_with_authentication(caplog: pytest.LogCaptureFixture) -> None:
    check_exposure(load(api_host="0.0.0.0", auth="tokens"))

    assert caplog.text == ""


@pytest.mark.parametrize("host", ["localhost.evil.example", "127.0.0.1.nip.io", "2130706433", "*"])
def test_names_that_only_look_like_loopback_are_not(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize("value", ["none", "HS256", "RS256,HS256", "", "RS255", "NONE"])
def test_weak_algorithms_cannot_be_set(value: str) -> None:
    with pytest.raises(InvalidSetting, match=r"AUTH_ALGORITHMS.*: it takes one or more of RS"):
        load(auth_algorithms=value)


def test_secret_of_the_client_is_shown_nowhere() -> None:
    settings = load(auth_client_secret="hunter2")

    assert settings.authenticator_options.client_secret == "hunter2"
    assert "hunter2" not in repr(settings) + repr(settings.authenticator_options)


def test_names_come_in_their_order_and_options_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEETING_AUTH_SUBJECT_CLAIM", "uid, sub ,")
    monkeypatch.setenv("FLEETING_AUTH_OPTIONS", '{"url": "ldaps://dir"}')
    options = load().authenticator_options

    assert options.claims.subject == ("uid", "sub")
    assert options.extra == {"url": "ldaps://dir"}


def test_defaults_of_settings_are_those_of_the_options() -> None:
    """Two places say them: authors of authenticators read the one, operators the other."""
    defaults, options = AuthenticatorOptions(), load().authenticator_options

    for field in fields(AuthenticatorOptions):
        if field.name != "algorithms":
            assert getattr(options, field.name) == getattr(defaults, field.name), field.name
    assert options.claims == ClaimNames()
