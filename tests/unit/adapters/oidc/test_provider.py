"""What a provider may answer, and what it is never believed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from fleeting.adapters.oidc.provider import Provider
from fleeting.domain.errors import AuthenticatorUnavailable, InvalidSetting

from .conftest import OPTIONS
from .issuer import ISSUER, Issuer, json_answer


@pytest.fixture
def provider(issuer: Issuer) -> Provider:
    return Provider(OPTIONS, issuer.transport)


async def away(provider: Provider) -> str:
    with pytest.raises(AuthenticatorUnavailable) as caught:
        await provider.keys()
    return caught.value.message


async def test_keys_are_found_by_discovery(provider: Provider, issuer: Issuer) -> None:
    ring = await provider.keys()

    assert [one.key.kid for one in ring.keys] == ["rsa"]
    assert issuer.asked == ["openid-configuration", "JWKS"]


async def test_discovery_is_asked_once(provider: Provider, issuer: Issuer) -> None:
    await provider.keys()
    await provider.keys()

    assert issuer.asked == ["openid-configuration", "JWKS", "JWKS"]


async def test_keys_that_have_moved_are_found_again(provider: Provider, issuer: Issuer) -> None:
    await provider.keys()
    issuer.answers["JWKS"] = json_answer({}, 404)
    await away(provider)
    issuer.answers.clear()

    await provider.keys()

    assert issuer.asked.count("openid-configuration") == 2


async def test_address_of_keys_that_is_set_needs_no_discovery(issuer: Issuer) -> None:
    options = replace(OPTIONS, jwks_url=f"{ISSUER}/ext/JWKS")

    await Provider(options, issuer.transport).keys()

    assert issuer.asked == ["JWKS"]


@pytest.mark.parametrize(
    ("last", "answer", "says"),
    [
        ("*", httpx2.ConnectError("refused"), "does not answer"),
        ("*", httpx2.ReadTimeout("slow"), "does not answer"),
        ("*", json_answer({}, 500), "status 500"),
        ("*", httpx2.Response(302, headers={"location": "https://evil.example"}), "status 302"),
        ("*", httpx2.Response(200, content=b"<html>"), "with JSON"),
        ("*", httpx2.Response(200, content=b"\xff"), "with JSON"),
        ("*", httpx2.Response(200, content=b"[" * 100_000), "with JSON"),
        ("*", json_answer([1]), "a JSON object"),
        ("*", httpx2.Response(200, content=b"x" * 600_000), "too much"),
        ("openid-configuration", json_answer({"issuer": ISSUER + "/"}), "another issuer"),
        ("openid-configuration", json_answer({"issuer": ISSUER}), "no jwks_uri"),
        (
            "openid-configuration",
            json_answer({"issuer": ISSUER, "jwks_uri": "http://sso.corp.example/keys"}),
            "no jwks_uri",
        ),
        (
            "openid-configuration",
            json_answer({"issuer": ISSUER, "jwks_uri": "https://sso.corp.example:x/keys"}),
            "does not answer",
        ),
        ("JWKS", json_answer({"keys": []}), "no usable key"),
    ],
)
async def test_whatever_else_is_answered_is_unavailable(
    provider: Provider,
    issuer: Issuer,
    last: str,
    answer: httpx2.Response | Exception,
    says: str,
) -> None:
    issuer.answers[last] = answer

    assert says in await away(provider)


async def test_provider_that_never_answers_is_given_up() -> None:
    async def never(_: httpx2.Request) -> httpx2.Response:
        await asyncio.Event().wait()
        raise AssertionError

    silent = Provider(OPTIONS, httpx2.MockTransport(never), timeout=0.01)

    assert "does not answer" in await away(silent)


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "http://sso.corp.example"},
        {"issuer": "sso.corp.example"},
        {"jwks_url": "ftp://127.0.0.1/keys"},
        {"introspection_url": "http://10.0.0.1/introspect"},
        {"issuer": "http://localhost.evil.example"},
        {"issuer": "http://[::1"},
    ],
    ids=str,
)
def test_address_that_others_could_answer_for_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(InvalidSetting, match="https://"):
        Provider(replace(OPTIONS, **wrong))


@pytest.mark.parametrize("url", ["http://127.0.0.1:9031", "http://[::1]:1", "http://localhost"])
def test_provider_of_this_machine_needs_no_tls(url: str) -> None:
    Provider(replace(OPTIONS, issuer=url))


def test_file_without_certificates_is_refused(tmp_path: Path) -> None:
    empty = tmp_path / "ca.pem"
    empty.touch()
    for path in (empty, tmp_path / "missing.pem"):
        with pytest.raises(InvalidSetting, match="FLEETING_AUTH_CA_FILE"):
            Provider(replace(OPTIONS, ca_file=str(path)))


async def test_message_holds_no_secret_of_the_url(issuer: Issuer) -> None:
    options = replace(OPTIONS, jwks_url="https://user:hidden@sso.corp.example/JWKS?key=hidden")
    issuer.answers["*"] = json_answer({}, 500)

    assert "hidden" not in await away(Provider(options, issuer.transport))
