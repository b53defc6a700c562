"""Introduce a connection with credentials that change, where it is made."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from redis.credentials import CredentialProvider
from redis.exceptions import AuthenticationError
from redis.exceptions import ConnectionError as RedisConnectionError

from ...domain.credentials import Credentials
from ...domain.errors import PortError
from ...ports.credentials import CredentialSource


class CredentialsAway(RedisConnectionError):
    """No credentials can be had, so that no connection can be made; the reason says why.

    redis-py, and whoever waits for its errors, know of no others.
    """

    def __init__(self, reason: PortError) -> None:
        super().__init__(reason.message)
        self.reason = reason


def greeting(source: CredentialSource) -> Callable[[Any], None]:
    """`redis_connect_func` of blocking connections."""

    def greet(connection: Any) -> None:
        try:
            given = _introduced(connection, source.current())
            try:
                connection.on_connect()
            except AuthenticationError:
                # A user that was deleted or a password that was changed: once more, with others.
                source.refused(given)
                _introduced(connection, source.current())
                connection.on_connect()
        except PortError as error:
            connection.disconnect()
            raise CredentialsAway(error) from error

    return greet


def async_greeting(source: CredentialSource) -> Callable[[Any], Awaitable[None]]:
    """`redis_connect_func` of asynchronous connections: asks for credentials in a thread."""

    async def greet(connection: Any) -> None:
        try:
            given = _introduced(connection, await asyncio.to_thread(source.current))
            try:
                await connection.on_connect()
            except AuthenticationError:
                await asyncio.to_thread(source.refused, given)
                _introduced(connection, await asyncio.to_thread(source.current))
                await connection.on_connect()
        except PortError as error:
            await connection.disconnect()
            raise CredentialsAway(error) from error

    return greet


class Provider(CredentialProvider):
    """The same for clients of a cluster, which greet their nodes in their own way."""

    def __init__(self, source: CredentialSource) -> None:
        self._source = source

    def get_credentials(self) -> tuple[str] | tuple[str, str]:
        return _pair(_ask(self._source))

    async def get_credentials_async(self) -> tuple[str] | tuple[str, str]:
        return _pair(await asyncio.to_thread(_ask, self._source))


def _ask(source: CredentialSource) -> Credentials:
    try:
        return source.current()
    except PortError as error:
        raise CredentialsAway(error) from error


def _pair(given: Credentials) -> tuple[str] | tuple[str, str]:
    return (given.username, given.password) if given.username else (given.password,)


def _introduced(connection: Any, given: Credentials) -> Credentials:
    connection.username, connection.password = given.username, given.password
    return given
