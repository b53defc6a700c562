"""What every `AuditLog` must do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Final

import pytest

from ..domain.audit import AuditEvent
from ..ports.audit_log import AuditLog
from .contract import Contract

Kept = Callable[[], Sequence[Mapping[str, object]]]
"""What can be read back: the members of each event that are not empty, by name, oldest first."""

_FULL: Final = AuditEvent(
    action="submitTask",
    outcome="denied",
    reason="the token does not give tasks:submit",
    subject="alice",
    namespace="team-a",
    functions=("add", "sub"),
    keys=("add_1763683200000_0123456789abcdef",),
    secrets=("kv/db#password",),
    request_id="4f1c",
    client="192.0.2.1",
)
_HOSTILE: Final = (
    'alice", "outcome": "allowed',
    "alice\n{}",
    "alice\r\x00\x1b[2K",
    "alice\N{LINE SEPARATOR}{}",
    "\N{RIGHT-TO-LEFT OVERRIDE}alice",
    "\ud800",
)


class AuditLogContract(Contract):
    """The contract of `ports.audit_log.AuditLog`.

    Fixtures to supply:
        audit: an `AuditLog` in which nothing is kept yet.
        kept: a `Kept` that reads it.
    """

    def test_every_member_is_kept(self, audit: AuditLog, kept: Kept) -> None:
        """What was decided can be told from what is kept alone."""
        audit.record(_FULL)

        [found] = kept()
        assert {name: _plain(value) for name, value in found.items() if name != "time"} == {
            name: _plain(value) for name, value in asdict(_FULL).items()
        }

    def test_events_are_kept_in_their_order(self, audit: AuditLog, kept: Kept) -> None:
        """The order of decisions is told by the log."""
        for number in range(3):
            audit.record(AuditEvent(action="getTask", outcome="allowed", request_id=str(number)))

        assert [found["request_id"] for found in kept()] == ["0", "1", "2"]

    @pytest.mark.parametrize("subject", _HOSTILE)
    def test_a_strangers_words_stay_where_they_belong(
        self, audit: AuditLog, kept: Kept, subject: str
    ) -> None:
        """A subject is chosen outside: it cannot forge a member or an event."""
        audit.record(AuditEvent(action="getTask", outcome="denied", subject=subject))

        [found] = kept()
        assert found["subject"] == subject
        assert found["outcome"] == "denied"


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
