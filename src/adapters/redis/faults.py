"""What went wrong, from redis-py's words into fleeting's.

The messages name the server and the next step; redis-py puts no password into its own.
"""

from __future__ import annotations

import re
from typing import Final

from redis import exceptions as vendor
from redis.asyncio.sentinel import MasterNotFoundError as AsyncMasterNotFoundError
from redis.sentinel import MasterNotFoundError

from ...domain.errors import PortError, StoreCorrupt, StoreDenied, StoreUnavailable
from .commands import Command, Reply
from .greeting import CredentialsAway
from .record_codec import corrupt

VENDOR_ERRORS: Final = (vendor.RedisError, vendor.RedisClusterException, OSError)
"""All that redis-py raises when something outside the program fails."""

_CREDENTIALS: Final = (vendor.AuthenticationError, vendor.AuthorizationError)
_MISSING_RIGHT: Final = (vendor.NoPermissionError,)
_PASSING: Final = (
    vendor.ConnectionError,
    vendor.ClusterDownError,
    vendor.ReadOnlyError,
    vendor.TryAgainError,
    vendor.AskError,
    vendor.RedisClusterException,
)
"""What may be over in a moment: a failover, a restart, a cluster that moves slots."""

_PASSING_CODES: Final = ("MISCONF", "NOREPLICAS", "BUSY", "UNBLOCKED")

_HINTS: Final = (
    ("Cluster mode is not enabled", "it is no cluster: write redis:// and one address"),
    ("CERTIFICATE_VERIFY_FAILED", "its certificate is not trusted: set ssl_ca_certs in the URL"),
    ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "it wants a certificate: set ssl_certfile, ssl_keyfile"),
    ("WRONG_VERSION_NUMBER", "it does not speak TLS on this port: write redis:// for rediss://"),
)


def cause_of(error: BaseException) -> BaseException:
    """What a cluster client wraps: that none of its nodes could be asked, and why."""
    is_wrapper = isinstance(error, vendor.RedisClusterException)
    return error.__cause__ if is_wrapper and error.__cause__ is not None else error


def is_passing(error: BaseException) -> bool:
    """Whether the same commands may succeed in a moment.

    Credentials do not mend themselves, and who waited for an answer in vain has waited enough.
    """
    found = cause_of(error)
    if isinstance(found, (*_CREDENTIALS, CredentialsAway, vendor.MaxConnectionsError)):
        return False
    if _hint(found):
        return False
    return isinstance(found, (*_PASSING, OSError)) and not isinstance(found, TimeoutError)


def is_refusal(error: BaseException) -> bool:
    """Whether the server does not take the user or the password."""
    return isinstance(cause_of(error), _CREDENTIALS)


def is_outage(reply: Reply) -> bool:
    """Whether a reply stands for a failure of the server or the way to it, not of one command."""
    if isinstance(reply, (vendor.ConnectionError, vendor.TimeoutError, *_PASSING)):
        return True
    return isinstance(reply, vendor.ResponseError) and str(reply).startswith(_PASSING_CODES)


def is_unknown_script(reply: Reply) -> bool:
    """Whether the server has to be told the text of a script."""
    return isinstance(reply, vendor.NoScriptError)


def translated(error: BaseException, where: str, hint: str = "") -> PortError:
    """The error of the port for one that redis-py raised.

    Args:
        error: what was raised.
        where: names the server.
        hint: what else to try, which depends on the URL.
    """
    found = cause_of(error)
    if refusal := _refusal(found, where):
        return refusal
    if isinstance(found, vendor.TimeoutError | TimeoutError):
        return StoreUnavailable(
            f"{where} did not answer in time: see whether it is overloaded, whether the way to "
            "it is open, and whether it speaks TLS exactly where the URL says rediss://"
        )
    if isinstance(found, MasterNotFoundError | AsyncMasterNotFoundError):
        return StoreUnavailable(
            f"{where} cannot be reached: the sentinels do not answer, or know no healthy server "
            "of that name. Start them, or correct addresses and name in the URL"
        )
    if advice := _hint(found):
        return StoreUnavailable(f"{where} cannot be reached: {advice}")
    more = f"; {hint}" if hint else ""
    return StoreUnavailable(
        f"{where} cannot be reached: {_text(found)}. Start it, or correct the URL{more}"
    )


def _refusal(found: BaseException, where: str) -> PortError | None:
    if isinstance(found, CredentialsAway):
        return found.reason
    if isinstance(found, _MISSING_RIGHT):
        return _missing_right(found, where)
    if isinstance(found, _CREDENTIALS) or "AuthenticationError" in str(found):
        return StoreDenied(
            f"{where} refuses the user or the password: check both in the URL, and that the user "
            "exists there"
        )
    return None


def refused(command: Command, reply: vendor.ResponseError, where: str) -> PortError:
    """The error of the port for a command that the server did not carry out."""
    text = str(reply)
    if isinstance(reply, _MISSING_RIGHT) or "ACL failure" in text:
        return _missing_right(reply, where)
    if isinstance(reply, vendor.OutOfMemoryError):
        return StoreUnavailable(f"{where} is out of memory: raise maxmemory, or shorten the TTLs")
    if isinstance(reply, vendor.ClusterCrossSlotError) or "CROSSSLOT" in text:
        return StoreDenied(
            f"several servers stand behind {where}: add sharded=true to its URL, so that no "
            "command spans two of them"
        )
    if "WRONGTYPE" in text or re.search(r"user_script.*attempt to", text):
        return _corrupt(command, where)
    return StoreDenied(
        f"{where} does not carry out {command.words[0]!r}: {_text(reply)}. fleeting needs Redis "
        "6.2 or Valkey, or newer"
    )


def _missing_right(error: BaseException, where: str) -> StoreDenied:
    return StoreDenied(
        f"{where} does not permit this: {_text(error)}. Grant the user what its role needs"
    )


def _corrupt(command: Command, where: str) -> StoreCorrupt:
    return StoreCorrupt(f"{corrupt(command.key).message} ({where})")


def _hint(error: BaseException) -> str:
    text = str(error)
    return next((hint for sign, hint in _HINTS if sign in text), "")


def _text(error: BaseException) -> str:
    return str(error).strip().rstrip(".") or type(error).__name__
