"""Ask the policy in force what a task is entitled to."""

from __future__ import annotations

from ..domain.entitlement import Entitlement
from ..ports.policy_source import PolicySource


class Entitlements:
    """What tasks may name, as far as this process knows.

    Args:
        policy: where the policy comes from; None: this process knows of none.
    """

    def __init__(self, policy: PolicySource | None) -> None:
        self._policy = policy

    def of(self, principal: str, namespace: str, function: str) -> Entitlement | None:
        """The entitlement of a task; None where another process has to say.

        Args:
            principal: the subject who submits it; "": nobody knows.
            namespace: of the task.
            function: of the task.
        """
        if self._policy is None:
            return None
        return Entitlement(
            policy=self._policy.current(),
            subject=principal,
            namespace=namespace,
            function=function,
        )
