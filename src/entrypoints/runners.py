"""Choose the runner for the isolation that the settings ask for."""

from __future__ import annotations

from typing import Literal

from ..ports.runner import Runner


def make(isolation: Literal["none", "process"]) -> Runner:
    """The runner that gives `isolation`; its modules are loaded on demand."""
    if isolation == "none":
        from ..adapters.sandbox.inprocess_runner import InProcessRunner

        return InProcessRunner()
    from ..adapters.sandbox.process_runner import ProcessRunner

    return ProcessRunner()
