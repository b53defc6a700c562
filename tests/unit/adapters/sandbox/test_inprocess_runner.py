from __future__ import annotations

import pytest

from fleeting.adapters.sandbox.inprocess_runner import InProcessRunner
from fleeting.testing.runner import RunnerContract


class TestInProcessRunner(RunnerContract):
    @pytest.fixture
    def runner(self) -> InProcessRunner:
        return InProcessRunner()
