"""How a worker resolves references: made of the policy and the source of secrets."""

from __future__ import annotations

from ..ports.audit_log import AuditLog
from ..ports.bundles import SecretSourceAdapter
from ..ports.clock import Clock
from ..ports.policy_source import PolicySource
from ..usecases.resolve_references import ResolveReferences
from .lending import Lending


def make(
    policy: PolicySource,
    secrets: SecretSourceAdapter | None,
    lending: Lending,
    clock: Clock,
    audit: AuditLog | None,
) -> ResolveReferences:
    """What puts values in the place of references; without a source it says that there is none."""
    return ResolveReferences(
        policy=policy,
        source=None if secrets is None else secrets.source,
        lend=lending.lent if lending.is_possible else None,
        clock=clock,
        audit=audit,
    )
