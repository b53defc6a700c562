"""A policy that is handed in, for tests and for whoever has no file."""

from __future__ import annotations

from ...domain.policy import DEFAULT_POLICY, Policy


class FixedPolicy:
    """A `PolicySource` that never changes."""

    def __init__(self, policy: Policy = DEFAULT_POLICY) -> None:
        self._policy = policy

    def current(self) -> Policy:
        return self._policy
