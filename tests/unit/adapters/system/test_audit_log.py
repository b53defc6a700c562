"""The audit log in lines of JSON keeps the contract, whatever logging does around it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO

import pytest

from fleeting.adapters.system.audit_log import LOGGER, LoggedAudit
from fleeting.domain.audit import AuditEvent
from fleeting.testing import AuditLogContract
from fleeting.testing.audit_log import Kept

ALLOWED = AuditEvent(action="getTask", outcome="allowed", subject="alice")


@pytest.fixture
def text() -> Iterator[StringIO]:
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    logger = logging.getLogger(LOGGER)
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield stream
    logger.removeHandler(handler)
    logger.setLevel(logging.NOTSET)


class TestLoggedAudit(AuditLogContract):
    @pytest.fixture
    def audit(self, text: StringIO) -> LoggedAudit:
        return LoggedAudit()

    @pytest.fixture
    def kept(self, text: StringIO) -> Kept:
        def read() -> Sequence[Mapping[str, object]]:
            return [json.loads(line) for line in text.getvalue().splitlines()]

        return read


def test_what_is_refused_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    audit = LoggedAudit()
    with caplog.at_level(logging.INFO, LOGGER):
        audit.record(ALLOWED)
        audit.record(AuditEvent(action="getTask", outcome="denied"))
        audit.record(AuditEvent(action="getTask", outcome="limited"))
    levels = [record.levelno for record in caplog.records]
    assert levels == [logging.INFO, logging.WARNING, logging.WARNING]


def test_a_line_says_when(text: StringIO) -> None:
    LoggedAudit().record(ALLOWED)
    assert json.loads(text.getvalue())["time"].endswith("+00:00")


def test_nothing_is_written_where_nobody_listens(text: StringIO) -> None:
    logging.getLogger(LOGGER).setLevel(logging.CRITICAL)
    LoggedAudit().record(ALLOWED)
    assert text.getvalue() == ""
