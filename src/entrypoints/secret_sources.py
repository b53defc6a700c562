"""Make the source of secrets that the settings ask for."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ..ports.bundles import SecretOptions, SecretSourceAdapter
from . import adapters

if TYPE_CHECKING:
    from .settings import Settings

_open: Final[dict[tuple[str, SecretOptions], SecretSourceAdapter]] = {}
"""Those of this process, until they are closed: who reads its settings there, its passwords and
the secrets of tasks logs in once, and a secret id may be good for no more than that."""


def make(settings: Settings) -> SecretSourceAdapter | None:
    """The source of secrets; None where there is none. Nothing is connected before its first use.

    Raises:
        ConfigurationError: the settings of the source cannot be.
    """
    if not settings.secrets:
        return None
    with adapters.set_by("FLEETING_SECRETS"):
        return opened(settings.secrets, settings.secret_options)


def opened(url: str, options: SecretOptions) -> SecretSourceAdapter:
    """The source behind `url`, the same one for all who ask; raises as `make`."""
    key = url, options
    known = _open.get(key)
    if known is not None:
        return known
    made = adapters.secret_source(url, options)

    owner = os.getpid()

    def close() -> None:
        _open.pop(key, None)
        # A forked process speaks with its parent's token, and must not end it.
        if os.getpid() == owner:
            made.close()

    return _open.setdefault(key, replace(made, close=close))


def close_all() -> None:
    """Log out everywhere, which also ends what was leased."""
    for adapter in list(_open.values()):
        adapter.close()
