"""Make the authenticator that the settings ask for, and see that nobody is let in by accident."""

from __future__ import annotations

import ipaddress
import logging
from importlib.metadata import entry_points
from typing import Final, cast

from ..domain.errors import InvalidSetting, UnknownAdapter
from ..ports.authenticator_adapter import AuthenticatorAdapter, AuthenticatorFactory
from .settings import Settings

GROUP: Final = "fleeting.authenticator"
NONE: Final = "none"

_log: Final = logging.getLogger(__name__)


def make(settings: Settings) -> AuthenticatorAdapter:
    """The authenticator that FLEETING_AUTH names; it connects to nothing before its first use.

    Raises:
        UnknownAdapter: no installed authenticator has that name; the message lists them.
        InvalidSetting: a setting that it needs is missing, or cannot be.
        MissingExtra: a package that it needs is not installed.
    """
    found = {point.name: point for point in entry_points(group=GROUP)}
    if settings.auth not in found:
        raise UnknownAdapter(
            f"FLEETING_AUTH names no installed authenticator: there are {', '.join(sorted(found))}"
        )
    factory = cast("AuthenticatorFactory", found[settings.auth].load())
    return factory(settings.authenticator_options)


def check_exposure(settings: Settings) -> None:
    """Refuse to serve strangers without authentication, and warn where everybody here is served.

    Raises:
        InvalidSetting: see `refuse_exposure`.
    """
    refuse_exposure(settings)
    if settings.auth == NONE:
        _log.warning(
            "FLEETING_AUTH is none: every user and program of this machine may run code through "
            "the API at %s and read every result; set FLEETING_AUTH to tokens or oidc to change "
            "that",
            settings.api_host,
        )


def refuse_exposure(settings: Settings) -> None:
    """Refuse to serve strangers without authentication.

    Raises:
        InvalidSetting: FLEETING_AUTH is none, and the API would be reachable from elsewhere.
    """
    if settings.auth == NONE and not is_loopback(settings.api_host):
        raise InvalidSetting(
            f"FLEETING_API_HOST={settings.api_host} would let everybody who reaches this machine "
            "run code here, because FLEETING_AUTH is none: set FLEETING_AUTH to oidc, "
            "introspection or tokens, or FLEETING_API_HOST to 127.0.0.1"
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens on `host`."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        # Any other name may mean another address tomorrow.
        return host.lower() == "localhost"
