"""The authenticators that rely on a provider, made from settings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from ...domain.errors import InvalidSetting, MissingExtra
from ...ports.authenticator_adapter import AuthenticatorAdapter, AuthenticatorOptions
from ...ports.health import Diagnosis

if TYPE_CHECKING:
    from .known_keys import KnownKeys


def oidc(options: AuthenticatorOptions) -> AuthenticatorAdapter:
    """Entry point `oidc` of `fleeting.authenticator`: signed tokens.

    Raises:
        InvalidSetting: issuer or audience is missing, or a URL cannot be.
        MissingExtra: joserfc is not installed.
    """
    _need("oidc", FLEETING_AUTH_ISSUER=options.issuer, FLEETING_AUTH_AUDIENCE=options.audiences)
    _check_installed()
    from .authenticator import OidcAuthenticator
    from .known_keys import KnownKeys, Pace
    from .provider import Provider

    provider = Provider(options)
    pace = Pace(
        refresh=options.keys_refresh.total_seconds(),
        floor=options.keys_floor.total_seconds(),
        grace=options.keys_grace.total_seconds(),
    )
    keys = KnownKeys(provider.keys, pace)
    return AuthenticatorAdapter(
        authenticator=OidcAuthenticator(keys, options),
        health=_Health(keys),
        aclose=_in_order(keys.close, provider.close),
    )


def introspection(options: AuthenticatorOptions) -> AuthenticatorAdapter:
    """Entry point `introspection` of `fleeting.authenticator`: asks about each token.

    Raises:
        InvalidSetting: what is asked, or the client that asks, is missing, or a URL cannot be.
        MissingExtra: joserfc is not installed.
    """
    _need(
        "introspection",
        FLEETING_AUTH_ISSUER=options.issuer or options.introspection_url,
        FLEETING_AUTH_CLIENT_ID=options.client_id,
        FLEETING_AUTH_CLIENT_SECRET=options.client_secret,
    )
    _check_installed()
    from .introspection import IntrospectionAuthenticator
    from .provider import Provider

    provider = Provider(options)
    authenticator = IntrospectionAuthenticator(provider, options)
    return AuthenticatorAdapter(
        authenticator=authenticator,
        health=authenticator,
        aclose=_in_order(authenticator.close, provider.close),
    )


class _Health:
    """Answers while tokens can be checked."""

    def __init__(self, keys: KnownKeys) -> None:
        self._keys = keys

    async def ping(self) -> None:
        await self._keys.get()

    async def diagnose(self) -> Sequence[Diagnosis]:
        ring = await self._keys.get()
        kinds = sorted({one.key.key_type for one in ring.keys})
        said = f"{len(ring.keys)} key(s) of {', '.join(kinds)}"
        return (Diagnosis("issuer", "ok", said),)


def _in_order(*closers: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    async def close() -> None:
        for closer in closers:
            await closer()

    return close


def _need(name: str, **settings: object) -> None:
    for variable, value in settings.items():
        if not value:
            raise InvalidSetting(f"FLEETING_AUTH={name} needs {variable}: set it")


def _check_installed() -> None:
    try:
        import joserfc  # noqa: F401
    except ImportError as exc:
        raise MissingExtra(
            "tokens of a provider need a package that is not installed: pip install 'fleeting[api]'"
        ) from exc
