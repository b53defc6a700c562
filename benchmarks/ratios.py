"""The comparisons that matter, by name, in the order in which the page shows them."""

from __future__ import annotations

from typing import Final

from . import http_ratios, protection_ratios, sandbox_ratios, task_ratios

RATIOS: Final = (
    *task_ratios.RATIOS,
    *http_ratios.RATIOS,
    *protection_ratios.RATIOS,
    *sandbox_ratios.RATIOS,
)
