"""Introduce a connection to the broker with credentials that change, where it is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from redis.credentials import CredentialProvider
from redis.exceptions import AuthenticationError
from redis.exceptions import ConnectionError as RedisConnectionError

from ....domain.credentials import Credentials
from ....domain.errors import PortError
from ....ports.credentials import CredentialSource

T = TypeVar("T")


def greeting(source: CredentialSource) -> Callable[[Any], None]:
    """`redis_connect_func` of connections; where there are no credentials it fails as Redis does.

    kombu tries again after errors of a connection, and ends a worker after any other.
    """

    def greet(connection: Any) -> None:
        given = _introduced(connection, _asked(source.current))
        try:
            connection.on_connect()
        except AuthenticationError:
            # A user that was deleted or a password that was changed: once more, with others.
            _asked(lambda: source.refused(given))
            _introduced(connection, _asked(source.current))
            connection.on_connect()

    return greet


class Provider(CredentialProvider):
    """The same for Celery's result backend, which takes nothing else and tries for ten seconds."""

    def __init__(self, source: CredentialSource) -> None:
        self._source = source

    def get_credentials(self) -> tuple[str] | tuple[str, str]:
        given = _asked(self._source.current)
        return (given.username, given.password) if given.username else (given.password,)


def _asked(ask: Callable[[], T]) -> T:
    try:
        return ask()
    except PortError as error:
        raise RedisConnectionError(error.message) from error


def _introduced(connection: Any, given: Credentials) -> Credentials:
    connection.username, connection.password = given.username, given.password
    return given
