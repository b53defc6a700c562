"""The contract kit: what an adapter of each port must do, as tests that its author runs.

Subclass a contract in a test module, name the subclass `Test…` and supply the fixtures that its
docstring lists; pytest does the rest. Needs the extra `testing`.
"""

from __future__ import annotations

from ..domain.errors import MissingExtra

try:
    import pytest
except ImportError as exc:
    raise MissingExtra("fleeting.testing needs pytest: pip install 'fleeting[testing]'") from exc

# Before the first import of a contract: its plain asserts then explain themselves.
_MODULES = (
    "audit_log",
    "authenticator",
    "cancel_signals",
    "clock",
    "credentials",
    "effects",
    "event_feed",
    "fleet",
    "health",
    "leases",
    "lease_source",
    "listings",
    "notes",
    "open_tasks",
    "policy_source",
    "quarantines",
    "randomness",
    "rate_limiter",
    "result_reader",
    "result_writer",
    "runner",
    "runs",
    "secret_source",
    "source_store",
    "swaps",
    "task_queue",
    "task_records",
    "task_signer",
    "task_verifier",
    "usage",
)
pytest.register_assert_rewrite(*(f"{__name__}.{module}" for module in _MODULES))

from .audit_log import AuditLogContract  # noqa: E402
from .authenticator import AuthenticatorContract  # noqa: E402
from .cancel_signals import CancelSignalsContract  # noqa: E402
from .clock import ClockContract  # noqa: E402
from .contract import Contract, Run, StoreContract, deviates  # noqa: E402
from .credentials import CredentialSourceContract  # noqa: E402
from .event_feed import EventFeedContract  # noqa: E402
from .fleet import FleetContract  # noqa: E402
from .health import HealthContract  # noqa: E402
from .lease_source import LeaseSourceContract  # noqa: E402
from .policy_source import PolicySourceContract  # noqa: E402
from .quarantines import QuarantinesContract  # noqa: E402
from .randomness import RandomnessContract  # noqa: E402
from .rate_limiter import RateLimiterContract  # noqa: E402
from .result_store import OpenTasksContract, ResultReaderContract, ResultWriterContract  # noqa: E402
from .runner import RunnerContract  # noqa: E402
from .secret_source import SecretSourceContract  # noqa: E402
from .source_store import SourceReaderContract, SourceWriterContract  # noqa: E402
from .task_queue import BacklogContract, TaskQueueContract  # noqa: E402
from .task_records import TaskRecordsContract  # noqa: E402
from .task_signer import TaskSignerContract  # noqa: E402
from .task_verifier import TaskVerifierContract  # noqa: E402
from .usage import UsageContract  # noqa: E402

__all__ = [
    "AuditLogContract",
    "AuthenticatorContract",
    "BacklogContract",
    "CancelSignalsContract",
    "ClockContract",
    "Contract",
    "CredentialSourceContract",
    "EventFeedContract",
    "FleetContract",
    "HealthContract",
    "LeaseSourceContract",
    "OpenTasksContract",
    "PolicySourceContract",
    "QuarantinesContract",
    "RandomnessContract",
    "RateLimiterContract",
    "ResultReaderContract",
    "ResultWriterContract",
    "Run",
    "RunnerContract",
    "SecretSourceContract",
    "SourceReaderContract",
    "SourceWriterContract",
    "StoreContract",
    "TaskQueueContract",
    "TaskRecordsContract",
    "TaskSignerContract",
    "TaskVerifierContract",
    "UsageContract",
    "deviates",
]
