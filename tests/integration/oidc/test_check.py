"""`fleeting check` asks the issuer."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleeting.entrypoints.check import Answer, run

from ..servers.openid_provider import API, CHECKER, SECRET, OpenIdProvider


@pytest.fixture(params=["oidc", "introspection"])
def auth(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("FLEETING_AUTH", request.param)
    monkeypatch.setenv("FLEETING_AUTH_AUDIENCE", API)
    monkeypatch.setenv("FLEETING_AUTH_CLIENT_ID", CHECKER)
    monkeypatch.setenv("FLEETING_AUTH_CLIENT_SECRET", SECRET)
    return str(request.param)


def asked(issuer: str, monkeypatch: pytest.MonkeyPatch) -> Answer:
    monkeypatch.setenv("FLEETING_AUTH_ISSUER", issuer)
    report = run()
    assert SECRET not in str(report)
    [answer] = [one for one in report.answers if one.name == "authenticator"]
    return answer


@pytest.mark.usefixtures("auth")
def test_issuer_that_answers_is_there(
    openid: OpenIdProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asked(openid.issuer, monkeypatch).is_there


@pytest.mark.usefixtures("auth")
def test_issuer_that_does_not_answer_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = OpenIdProvider(tmp_path)
    answer = asked(provider.issuer, monkeypatch)
    provider.close()

    assert not answer.is_there
    assert provider.issuer in answer.message


def test_issuer_that_calls_itself_otherwise_is_not_believed(
    openid: OpenIdProvider, auth: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = asked(openid.issuer + "/", monkeypatch)

    assert not answer.is_there
    assert "names another issuer" in answer.message
