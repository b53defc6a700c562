"""The only place where adapters meet use cases; nothing outside `entrypoints` imports it.

String providers and wiring are left out on purpose: plain factories keep what is made, and
when, in sight. Adapters are found by the URLs in the settings.
"""

from __future__ import annotations

from .api_side import ApiSide
from .worker_side import WorkerSide


class Container(ApiSide, WorkerSide):
    """One process's objects, made on first use: memory mode and `fleeting up` have both sides."""


__all__ = ["Container"]
