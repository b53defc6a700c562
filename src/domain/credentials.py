"""Who a process is to a server, where that changes while the process runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from .errors import InvalidSetting


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user and its password; the text form leaves the password out."""

    username: str | None
    password: str = field(repr=False)


class Origin(StrEnum):
    """Where credentials come from."""

    LEASE = "lease"
    """A user of this process's own, made for it and deleted after."""
    SECRET = "secret"  # noqa: S105 - a kind, not a secret
    """Fields `username` and `password` of a secret that changes now and then."""
    FILE = "file"
    """A file that holds the password and is written anew when that changes."""


class Place(NamedTuple):
    """What `credentials=` in a URL says."""

    origin: Origin
    path: str


def place_of(text: str) -> Place:
    """Read `lease:PATH`, `secret:PATH` or `file:PATH`.

    Raises:
        InvalidSetting: it is none of these.
    """
    origin, _, path = text.partition(":")
    if origin not in set(Origin) or not path.strip("/"):
        raise InvalidSetting(
            "credentials in a URL says where user and password come from: lease:PATH for a user "
            "of this process's own, secret:PATH for a secret with the fields username and "
            "password, file:PATH for a file with the password"
        )
    return Place(Origin(origin), path)


_RENEW_AT: Final = 2 / 3
"""Part of its life after which a lease is renewed: a third is left for as many tries as fit."""


def renewal_pause(life: timedelta) -> timedelta:
    """How long to leave a lease alone that has just been given, or renewed, for `life`."""
    return life * _RENEW_AT


def is_worn_out(granted: timedelta, life: timedelta) -> bool:
    """Whether a lease comes to its longest life, so that another must take its place.

    Args:
        granted: what the last renewal gave.
        life: what the lease was given for at first; a server gives less than that only where the
            longest life would be passed.
    """
    return granted < life / 2
