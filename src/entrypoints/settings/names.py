"""What the settings are called in the environment."""

from __future__ import annotations

from ...domain.limits import Limits
from .model import NESTED, PREFIX, Settings


def variable_of(name: str) -> str:
    """The environment variable of a setting."""
    return f"{PREFIX}{name.upper()}"


def variables() -> frozenset[str]:
    """Every environment variable that is read for a setting."""
    own = {variable_of(name) for name in Settings.model_fields if name != "limits"}
    return frozenset(own | {limit_variable(name) for name in Limits.model_fields})


def limit_variable(name: str) -> str:
    """The environment variable of one of the limits; durations say that they are seconds.

    Args:
        name: of the field, or as a file writes it.
    """
    field = Limits.model_fields.get(name)
    alias = field.validation_alias if field else None
    return f"{PREFIX}LIMITS{NESTED}{str(alias or name).upper()}"
