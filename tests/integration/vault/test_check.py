"""`fleeting check` and `fleeting doctor` tell an operator how the source of secrets is."""

from __future__ import annotations

import pytest

from fleeting.entrypoints import check, doctor


@pytest.fixture
def settings(openbao, reader, monkeypatch):
    """The environment of a worker; the proof in it is returned."""
    secret_id = reader.secret_id()
    monkeypatch.setenv("FLEETING_ISOLATION", "process")
    monkeypatch.setenv("FLEETING_SECRETS", openbao.url)
    monkeypatch.setenv("FLEETING_SECRETS_ROLE_ID", reader.role_id)
    monkeypatch.setenv("FLEETING_SECRETS_SECRET_ID", secret_id)
    return secret_id


def asked(report):
    return next(answer for answer in report.answers if answer.name == "secret source")


def test_check_asks_the_source_of_secrets_and_shows_no_proof(openbao, settings):
    report = check.run()

    assert (asked(report).is_there, asked(report).url) == (True, openbao.url)
    assert settings not in repr(report)


def test_check_says_what_keeps_a_worker_from_its_secrets(settings, monkeypatch):
    monkeypatch.setenv("FLEETING_SECRETS_SECRET_ID", "wrong")

    assert "refuses the login" in asked(check.run()).message


def findings(server):
    """What doctor says about the source of secrets."""
    part = f"secret source {server.url}"
    return [found for each in doctor.run() if each.part == part for found in each.findings]


def test_doctor_warns_of_a_role_whose_token_ends_with_all_that_it_leased(openbao, settings):
    server, login = findings(openbao)

    assert (server.subject, server.severity) == ("server", "ok")
    assert (login.subject, login.severity) == ("login", "warning")
    assert "token_period" in login.message


def test_doctor_finds_nothing_wrong_with_a_role_that_has_a_period(openbao, admin, reader, settings):
    admin.auth.approle.create_or_update_approle(reader.name, token_period="1h")

    assert [found.severity for found in findings(openbao)] == ["ok", "ok"]
