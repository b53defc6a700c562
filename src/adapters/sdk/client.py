"""The client of a fleeting service somewhere else."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Final

import httpx2

from ...domain.errors import InvalidSetting
from ...domain.result_key import check_namespace
from .http_calls import HttpCalls, shown
from .http_gateway import HttpGateway
from .surface import Surface

NAMESPACE: Final = "X-Fleeting-Namespace"
Token = str | Callable[[], str]

TIMEOUT: Final = 30.0
"""Seconds that a call gets: longer than any call but a wait takes, shorter than proxies give."""


class Client(Surface):
    """The whole surface over HTTP: `Client("https://fleeting.example")`."""

    def __init__(
        self,
        base_url: str,
        *,
        token: Token | None = None,
        namespace: str = "",
        timeout: float = TIMEOUT,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """Connects to nothing until the first call.

        Args:
            base_url: where the API is, with the path that it is mounted under, if any.
            token: sent as bearer token; or what gives one, asked before each request and so
                quick, for tokens that expire before the program ends.
            namespace: the tenant's own space of keys; "" is the default one.
            timeout: seconds that a call may take, its repetitions included; waiting for a result
                comes on top.
            transport: how requests are sent, as in `httpx2.ASGITransport(app)`; None: over the
                network.

        Raises:
            InvalidSetting: `base_url` is no HTTP address, or `token` cannot be sent.
            InvalidTask: `namespace` cannot name a namespace.
        """
        headers = {"User-Agent": "fleeting-client", "Accept": "application/json"}
        if isinstance(token, str):
            headers |= _authorization(token)
        if namespace:
            headers[NAMESPACE] = check_namespace(namespace)
        url = _checked(base_url)
        client = httpx2.AsyncClient(
            base_url=url,
            headers=headers,
            transport=transport,
            auth=_Renewed(token) if callable(token) else None,
            # Loading the certificates takes longer than a call; plain HTTP has no use for them.
            verify=url.scheme == "https",
        )
        super().__init__(HttpGateway(HttpCalls(client, timeout=timeout)))
        self._base_url = shown(client.base_url)

    def __repr__(self) -> str:
        return f"Client({self._base_url!r})"


class _Renewed(httpx2.Auth):
    """Asks for the token before each request."""

    def __init__(self, token: Callable[[], str]) -> None:
        self._token = token

    def auth_flow(
        self, request: httpx2.Request
    ) -> Generator[httpx2.Request, httpx2.Response, None]:
        request.headers.update(_authorization(self._token()))
        yield request


def _authorization(token: str) -> dict[str, str]:
    """The header, without the line end that files have; never shown, whatever is wrong with it."""
    stripped = token.strip()
    if not stripped:
        return {}
    if not stripped.isascii() or not stripped.isprintable() or " " in stripped:
        raise InvalidSetting(
            "the token holds characters that no token has: give it as it was issued, without "
            "`Bearer` before it"
        )
    return {"Authorization": f"Bearer {stripped}"}


def _checked(url: str) -> httpx2.URL:
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL as exc:
        raise InvalidSetting(f"{url!r} is no address of a service: {exc}") from None
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise InvalidSetting(
            f"{url!r} is no address of a service: it looks like https://fleeting.example:8000"
        )
    return parsed
