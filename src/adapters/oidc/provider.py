"""The HTTP conversation with an OpenID provider: discovery, keys, questions about tokens.

All that can go wrong there is `AuthenticatorUnavailable`, because none of it says anything about
the token of a request.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, urlsplit

import httpx2

from ...domain.errors import AuthenticatorUnavailable, InvalidSetting
from ...ports.authenticator_adapter import AuthenticatorOptions
from .key_ring import KeyRing

_TIMEOUT: Final = 5.0
"""Seconds for an answer as a whole: requests wait for it."""

_FAILURES: Final = (
    httpx2.HTTPError,
    httpx2.StreamError,
    httpx2.InvalidURL,
    OSError,
    TimeoutError,
)

_MAX_BYTES: Final = 512 * 1024
"""Longest answer that is read: key sets with certificate chains take some ten kilobytes."""

_CONNECTIONS: Final = 10
"""At the same time: a flood of tokens queues up here, and not at the provider."""

_OK: Final = frozenset({200})

_WELL_KNOWN: Final = "/.well-known/openid-configuration"
"""OpenID Connect Discovery 1.0 §4; appended to an issuer's path, too."""


class Provider:
    """One issuer, reached when it is first needed."""

    def __init__(
        self,
        options: AuthenticatorOptions,
        transport: httpx2.AsyncBaseTransport | None = None,
        timeout: float = _TIMEOUT,
    ) -> None:
        """Connect to nothing yet.

        Raises:
            InvalidSetting: A URL is neither https nor on loopback, or the certificates cannot be
                read.
        """
        for name, url in (
            ("FLEETING_AUTH_ISSUER", options.issuer),
            ("FLEETING_AUTH_JWKS_URL", options.jwks_url),
            ("FLEETING_AUTH_INTROSPECTION_URL", options.introspection_url),
        ):
            if url and not _is_safe(url):
                raise InvalidSetting(
                    f"{name} has to be an https:// URL: what is read there decides who is let in"
                )
        self._options = options
        self._transport = transport
        self._timeout = timeout
        self._client: httpx2.AsyncClient | None = None
        self._verify = _certificates(options.ca_file)
        self._document: Mapping[str, Any] | None = None

    async def keys(self) -> KeyRing:
        """The issuer's keys.

        Raises:
            AuthenticatorUnavailable: The issuer does not answer, or with something else.
        """
        url = self._options.jwks_url or await self._endpoint("jwks_uri")
        try:
            ring = KeyRing.of(await self._json("GET", url))
        except AuthenticatorUnavailable:
            # They may have moved: look again at the next attempt.
            self._document = None
            raise
        if not ring.keys:
            raise AuthenticatorUnavailable(f"{_shown(url)} has no usable key")
        return ring

    async def introspect(self, token: str) -> Mapping[str, Any]:
        """What the issuer says about a token (RFC 7662 §2.2).

        Raises:
            AuthenticatorUnavailable: It does not answer, refuses this client, or answers something
                else.
        """
        url = self._options.introspection_url or await self._endpoint("introspection_endpoint")
        # Both are form-encoded before they are joined (RFC 6749 §2.3.1).
        client = tuple(
            quote(part, safe="") for part in (self._options.client_id, self._options.client_secret)
        )
        try:
            answer = await self._json(
                "POST",
                url,
                takes=frozenset({200, 400}),
                data={"token": token, "token_type_hint": "access_token"},
                auth=httpx2.BasicAuth(*client),
            )
        except AuthenticatorUnavailable:
            self._document = None
            raise
        # Some say it in this way of tokens that they cannot look up, such as signed ones.
        if answer.get("error") == "unsupported_token_type":
            return {"active": False}
        if not isinstance(answer.get("active"), bool):
            raise AuthenticatorUnavailable(f"{_shown(url)} does not say whether a token is active")
        return answer

    async def discover(self) -> Mapping[str, Any]:
        """The issuer's discovery document, which has to be its own.

        Raises:
            AuthenticatorUnavailable: It cannot be had, or is of another issuer.
        """
        if self._document is None:
            issuer = self._options.issuer
            document = await self._json("GET", issuer.rstrip("/") + _WELL_KNOWN)
            if document.get("issuer") != issuer:
                raise AuthenticatorUnavailable(
                    f"the discovery document of {_shown(issuer)} names another issuer: "
                    "FLEETING_AUTH_ISSUER has to be exactly what it says"
                )
            self._document = document
        return self._document

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _endpoint(self, name: str) -> str:
        url = (await self.discover()).get(name)
        if not isinstance(url, str) or not _is_safe(url):
            raise AuthenticatorUnavailable(
                f"the discovery document of {_shown(self._options.issuer)} has no {name} that is "
                "an https:// URL"
            )
        return url

    async def _json(
        self, method: str, url: str, *, takes: frozenset[int] = _OK, **more: Any
    ) -> dict[str, Any]:
        where = _shown(url)
        try:
            async with asyncio.timeout(self._timeout):
                answer = json.loads(await self._body(method, url, takes, **more))
        except _FAILURES as exc:
            why = f"{type(exc).__name__}: {exc}".rstrip(": ")
            raise AuthenticatorUnavailable(f"{where} does not answer: {why}") from exc
        except (ValueError, RecursionError) as exc:
            raise AuthenticatorUnavailable(f"{where} does not answer with JSON") from exc
        if not isinstance(answer, dict):
            raise AuthenticatorUnavailable(f"{where} does not answer with a JSON object")
        return answer

    async def _body(self, method: str, url: str, takes: frozenset[int], **more: Any) -> bytes:
        headers = {"Accept": "application/json", "User-Agent": "fleeting"}
        client = self._opened()
        async with client.stream(method, url, headers=headers, **more) as response:
            if response.status_code not in takes:
                raise AuthenticatorUnavailable(
                    f"{_shown(url)} answers with status {response.status_code}"
                )
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > _MAX_BYTES:
                    raise AuthenticatorUnavailable(f"{_shown(url)} answers with too much")
        return bytes(body)

    def _opened(self) -> httpx2.AsyncClient:
        if self._client is None:
            self._client = httpx2.AsyncClient(
                verify=self._verify,
                transport=self._transport,
                timeout=self._timeout,
                limits=httpx2.Limits(max_connections=_CONNECTIONS),
                # An answer from elsewhere is not the issuer's.
                follow_redirects=False,
            )
        return self._client


def _is_safe(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_here = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost")
    return bool(parts.hostname) and (parts.scheme == "https" or is_here)


def _shown(url: str) -> str:
    """The URL without what may be secret in it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _certificates(ca_file: str) -> ssl.SSLContext | bool:
    if not ca_file:
        return True
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as exc:
        raise InvalidSetting(
            f"FLEETING_AUTH_CA_FILE names {ca_file}, which holds no certificates: {exc.strerror}"
        ) from None
