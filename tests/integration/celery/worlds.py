"""Which transports and pools a feature test runs on."""

from __future__ import annotations

import pytest


def _on(*names: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("world", names, indirect=True)


everywhere = _on(
    "streams-threads", "streams-prefork", "streams-solo", "stock-threads", "stock-prefork"
)
with_threads = _on("streams-threads", "stock-threads")
with_slots = _on("streams-threads", "streams-prefork", "stock-threads", "stock-prefork")
with_processes = _on("streams-prefork", "stock-prefork")
one_at_a_time = _on("streams-solo", "stock-solo")
