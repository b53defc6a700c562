"""What lets requests into the API: the authenticator and the policy that the settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .authenticators import NONE
from .container import Container
from .settings import Settings

if TYPE_CHECKING:
    from ..adapters.fastapi.access import Access


def make(container: Container, settings: Settings) -> Access:
    """The access of the API; everybody may do everything where FLEETING_AUTH is none.

    Raises:
        ConfigurationError: authenticator, policy or what counts requests cannot be made.
    """
    from ..adapters.fastapi.access import Access

    # Also where it says nothing but which secrets may be named: a mistake in it shows at the start.
    container.policy()
    throttle = container.throttle()
    if settings.auth == NONE:
        return Access(throttle=throttle)
    return Access(
        container.identify(),
        audit=container.audit(),
        throttle=throttle,
        refused=container.refused_tokens(),
    )
