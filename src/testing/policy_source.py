"""What every `PolicySource` must do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from ..ports.policy_source import PolicySource
from .contract import Contract


class PolicySourceContract(Contract):
    """The contract of `ports.policy_source.PolicySource`.

    Fixtures to supply:
        policies: a `PolicySource` whose policy nobody changes.
    """

    def test_policy_is_the_same_object_until_it_changes(self, policies: PolicySource) -> None:
        """What was worked out from it can be kept by its identity."""
        first = policies.current()

        with ThreadPoolExecutor(4) as threads:
            others = list(threads.map(lambda _: policies.current(), range(20)))

        assert all(other is first for other in others)
