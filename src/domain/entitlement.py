"""Which secrets a task may name, and which of them its result may hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .errors import ReferenceNotAllowed
from .policy import Policy
from .references import Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement:
    """What a policy gives to the tasks of a subject for a function in a namespace."""

    policy: Policy
    subject: str
    namespace: str
    function: str

    def allows(self, reference: Reference) -> bool:
        """Whether a task may name it."""
        return self.policy.allows_secret(
            subject=self.subject,
            namespace=self.namespace,
            function=self.function,
            reference=str(reference),
        )

    def may_return(self, reference: Reference) -> bool:
        """Whether the result of a task may hold it."""
        return self.policy.allows_result(
            subject=self.subject,
            namespace=self.namespace,
            function=self.function,
            reference=str(reference),
        )

    def check(self, references: Mapping[Reference, str]) -> None:
        """Return if a task may name all of these.

        Args:
            references: each with its place in the parameters.

        Raises:
            ReferenceNotAllowed: it may not; the same is said of what does not exist.
        """
        refused = [one for one in references if not self.allows(one)]
        if refused:
            names = ", ".join(f"{one} ({references[one]})" for one in refused)
            raise ReferenceNotAllowed(
                f"the policy of this installation does not let this task name {names}: take it "
                "out, or have the operator grant it (`secrets` in the file of FLEETING_POLICY)"
            )
