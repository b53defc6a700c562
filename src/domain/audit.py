"""What is kept of a decision: who asked for what, what came of it, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["allowed", "denied", "limited"]
"""`limited`: allowed in itself, but too much at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """One decision. It has no place for a token, for parameters or for a value."""

    action: str
    """What was asked for: the operation id of a call of the API, `runTask` or `readSecrets` in a
    worker."""
    outcome: Outcome
    """What was decided."""
    reason: str = ""
    """Why, for an operator; empty where the rights sufficed."""
    subject: str = ""
    """Who asked; empty: nobody knows."""
    namespace: str = ""
    """Where."""
    functions: tuple[str, ...] = ()
    """About which functions, each once."""
    keys: tuple[str, ...] = ()
    """About which tasks: those looked at, or those accepted."""
    secrets: tuple[str, ...] = ()
    """About which secrets, by the references that name them."""
    request_id: str = ""
    """The request in the API's log; empty in a worker."""
    client: str = ""
    """The address that asked; empty in a worker."""
