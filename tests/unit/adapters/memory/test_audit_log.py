"""The audit log in memory keeps the contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import pytest

from fleeting.adapters.memory.audit_log import MemoryAuditLog
from fleeting.testing import AuditLogContract
from fleeting.testing.audit_log import Kept


class TestMemoryAuditLog(AuditLogContract):
    @pytest.fixture
    def audit(self) -> MemoryAuditLog:
        return MemoryAuditLog()

    @pytest.fixture
    def kept(self, audit: MemoryAuditLog) -> Kept:
        def read() -> Sequence[Mapping[str, object]]:
            return [{k: v for k, v in asdict(event).items() if v} for event in audit.events]

        return read
