"""Where the rights of the installation come from."""

from __future__ import annotations

from typing import Protocol

from ..domain.policy import Policy


class PolicySource(Protocol):
    """Knows the policy in force; callable from any thread."""

    def current(self) -> Policy:
        """The policy in force: the same object until it changes. Cheap enough for every request.

        A policy that was changed to something that is none leaves the last one in force.
        """
        ...
