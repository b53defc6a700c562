"""What everything with `SupportsPing` must do."""

from __future__ import annotations

import pytest

from ..domain.errors import PortError
from ..ports.health import SupportsPing
from .contract import Contract, Run


async def _ping(health: SupportsPing) -> None:
    await health.ping()


class HealthContract(Contract):
    """The contract of `ports.health.SupportsPing`.

    Fixtures to supply:
        health: a `SupportsPing`.
        broken: a `SupportsPing` of which the backend cannot be reached.
    """

    def test_what_works_says_nothing(self, run: Run, health: SupportsPing) -> None:
        """As often as it is asked."""
        run(_ping(health))
        run(_ping(health))

    def test_what_does_not_answer_says_why(self, run: Run, broken: SupportsPing) -> None:
        """As a PortError with a message for the operator; nothing of the vendor's gets through."""
        with pytest.raises(PortError) as caught:
            run(_ping(broken))

        assert caught.value.args
