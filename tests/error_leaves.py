"""The errors of the domain that have no kinds of their own."""

from __future__ import annotations

from fleeting.domain.errors import FleetingError


def leaves(kind: type[FleetingError] = FleetingError) -> list[type[FleetingError]]:
    """The leaves below a kind; errors that tests or third parties derive are none."""
    below = [leaf for child in own_children(kind) for leaf in leaves(child)]
    return below or [kind]


def own_children(kind: type[FleetingError]) -> list[type[FleetingError]]:
    """The children of a kind that are fleeting's own."""
    return [child for child in kind.__subclasses__() if child.__module__.startswith("fleeting.")]
