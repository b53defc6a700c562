from __future__ import annotations

import pytest

from fleeting.adapters.sandbox.process_runner import ProcessRunner
from fleeting.testing.runner import RunnerContract


class TestProcessRunner(RunnerContract):
    @pytest.fixture
    def runner(self) -> ProcessRunner:
        return ProcessRunner()

    @pytest.fixture
    def broken(self) -> ProcessRunner:
        return ProcessRunner(python="/nowhere/python")
