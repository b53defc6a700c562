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


def test_doctor_looks_at_the_source_of_secrets(openbao, settings):
    findings = next(
        each.findings for each in doctor.run() if each.part == f"secret source {openbao.url}"
    )

    assert [(found.subject, found.severity) for found in findings] == [
        ("server", "ok"),
        ("login", "ok"),
    ]
