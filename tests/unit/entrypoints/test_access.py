"""What lets requests into the API is made of the settings, and kept where they say."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from httpx2 import ASGITransport, AsyncClient

from fleeting.adapters.system.audit_log import LOGGER, LoggedAudit
from fleeting.domain.audit import AuditEvent
from fleeting.domain.errors import InvalidSetting
from fleeting.entrypoints import audit, check
from fleeting.entrypoints.api import make_app
from fleeting.entrypoints.container import Container
from fleeting.entrypoints.settings import load
from fleeting.entrypoints.tokens import create as create_token

EVENT = AuditEvent(action="getTask", outcome="denied")


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    logger = logging.getLogger(LOGGER)
    before = logger.handlers[:], logger.propagate, logger.level
    yield
    for handler in logger.handlers:
        if handler not in before[0]:
            handler.close()
    logger.handlers[:], logger.propagate, logger.level = before


async def test_a_static_token_opens_what_the_policy_gives_its_subject(tmp_path: Path) -> None:
    tokens, policy = tmp_path / "tokens.json", tmp_path / "policy.toml"
    token, _ = create_token(subject="ci", scopes=["results:read"], groups=[], days=0, file=tokens)
    policy.write_text('[[grants]]\nsubjects = ["ci"]\nnamespaces = ["team-a"]\n')
    settings = load(auth="tokens", auth_tokens_file=str(tokens), policy=str(policy))
    app = make_app(Container(settings=settings), settings)

    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        client.headers["Authorization"] = f"Bearer {token}"
        answers = [
            await client.get("/functions"),
            await client.get("/functions", headers={"X-Fleeting-Namespace": "team-b"}),
            await client.delete("/tasks/add_1763683200000_0123456789abcdef"),
            await client.get("/functions", headers={"Authorization": "Bearer x"}),
        ]

    assert [answer.status_code for answer in answers] == [200, 403, 403, 401]


def test_a_wrong_policy_stops_the_api_also_without_authentication(tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("[[grants]]\nscopes = []\n")
    settings = load(policy=str(policy))
    with pytest.raises(InvalidSetting, match="line 1"):
        make_app(Container(settings=settings), settings)


def test_audit_lines_go_to_the_error_stream_and_nowhere_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stream = StringIO()
    audit.configure("stderr", stream)
    LoggedAudit().record(EVENT)
    assert stream.getvalue().count("\n") == 1
    assert caplog.records == []


def test_audit_lines_go_to_a_file_that_may_be_moved_away(tmp_path: Path) -> None:
    path = tmp_path / "audit.log"
    audit.configure(str(path))
    LoggedAudit().record(EVENT)
    path.rename(tmp_path / "audit.log.1")
    LoggedAudit().record(EVENT)
    assert [file.read_text().count("\n") for file in tmp_path.iterdir()] == [1, 1]


def test_the_audit_log_can_be_off() -> None:
    stream = StringIO()
    audit.configure("off", stream)
    LoggedAudit().record(EVENT)
    assert stream.getvalue() == ""


@pytest.mark.parametrize(("target", "is_kept"), [("stderr", True), ("off", False)])
def test_nobody_writes_decisions_down_that_are_kept_nowhere(target: str, *, is_kept: bool) -> None:
    container = Container(settings=load(audit=target))

    assert (container.audit() is not None) is is_kept


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match=r"FLEETING_AUDIT names .*Is a directory"):
        audit.configure(str(tmp_path))


def test_check_shows_the_policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('[[grants]]\nsubjects = ["*"]\n' * 2)
    monkeypatch.setenv("FLEETING_POLICY", str(policy))

    report = check.run()

    [shown] = [answer for answer in report.answers if answer.name == "policy"]
    assert (shown.url, shown.is_there, shown.message) == (str(policy), True, "2 grants")
    assert report.is_well


def test_check_refuses_a_wrong_policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEETING_POLICY", str(tmp_path / "none.toml"))
    with pytest.raises(InvalidSetting, match="cannot be read"):
        check.run()
