"""Make the source of secrets that the settings ask for."""

from __future__ import annotations

from ..ports.bundles import SecretSourceAdapter
from . import adapters
from .settings import Settings


def make(settings: Settings) -> SecretSourceAdapter | None:
    """The source of secrets; None where there is none. Nothing is connected before its first use.

    Raises:
        ConfigurationError: the settings of the source cannot be.
    """
    if not settings.secrets:
        return None
    return adapters.secret_source(settings.secrets, settings.secret_options)
