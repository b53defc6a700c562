"""What went wrong, from the words of hvac and requests into fleeting's.

hvac leaves what fails on the way to requests. No message holds a token or what was sent: where
the server's own words are repeated, they are masked.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import requests
from hvac import exceptions as vendor

from ...domain.errors import PortError, SecretForbidden, SecretNotFound, SecretsUnavailable
from ...domain.mask import Mask

VENDOR_ERRORS: Final = (vendor.VaultError, requests.RequestException)
"""All that is raised when something outside the program fails."""

_MISTAKEN: Final = ("to an HTTPS server", "Upgrading from non-versioned")
"""What is answered as a bad request, though nothing is wrong with the request."""

_LONGEST: Final = 200
"""Characters of a server's own words: enough for a sentence."""


def is_passing(error: Exception) -> bool:
    """Whether the same call may succeed in a moment.

    Who waited for an answer in vain has waited enough, and no seal opens in a moment.
    """
    if isinstance(error, requests.exceptions.SSLError | requests.Timeout):
        return False
    if isinstance(error, vendor.VaultDown):
        return not is_sealed(error)
    return isinstance(
        error,
        requests.ConnectionError
        | vendor.BadGateway
        | vendor.InternalServerError
        | vendor.RateLimitExceeded,
    )


def is_sealed(error: Exception) -> bool:
    """Whether a server says that it is sealed."""
    return isinstance(error, vendor.VaultDown) and "sealed" in said(error)


def is_refusal(error: Exception) -> bool:
    """Whether a policy, or a token that is none any more, stands behind an error."""
    return isinstance(error, vendor.Forbidden | vendor.Unauthorized)


def said(error: Exception, secrets: Iterable[str] = ()) -> str:
    """The server's own words, in one line, without `secrets`."""
    errors = getattr(error, "errors", None) or [getattr(error, "text", None) or ""]
    text = " ".join(" ".join(map(str, errors)).replace("1 error occurred:", "").split())
    text = Mask(secrets).text(text.replace("* ", ""))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def translated(error: Exception, where: str, what: str, secrets: Iterable[str] = ()) -> PortError:
    """The error of the port for one that a call raised.

    Args:
        error: what was raised.
        where: names the server.
        what: names what was asked for, as in `to read kv/database`.
        secrets: what was sent and must not be repeated.
    """
    if isinstance(error, requests.RequestException):
        return SecretsUnavailable(_unreachable(error, where))
    if is_refusal(error):
        return SecretForbidden(
            f"{where} refuses {what}: let a policy of this role permit it, and see that the login "
            "is the one meant"
        )
    if isinstance(error, vendor.InvalidPath):
        return SecretNotFound(
            f"{where} has nothing there ({what}): correct the path, or put it there"
        )
    words = said(error, secrets)
    if isinstance(error, vendor.InvalidRequest) and not any(sign in words for sign in _MISTAKEN):
        return SecretForbidden(f"{where} does not take the call ({what}): {words or 'bad request'}")
    return SecretsUnavailable(f"{where} {_fault(error)} ({what}{': ' if words else ''}{words})")


def _fault(error: Exception) -> str:
    """What keeps a server that answers from serving, and the next step."""
    if is_sealed(error):
        return "is sealed: unseal it, and whoever waits goes on by himself"
    if isinstance(error, vendor.VaultDown):
        return "is not ready: see its log, or wait for it"
    if isinstance(error, vendor.VaultNotInitialized):
        return "is not initialised: have its operator do that"
    if isinstance(error, vendor.RateLimitExceeded):
        return "asks to come back later: a quota of it is used up"
    if isinstance(error, vendor.InvalidRequest):
        speaks_tls = _MISTAKEN[0] in said(error)
        return (
            "speaks TLS: correct the scheme (https, in settings vault+https)"
            if speaks_tls
            else "is not ready: wait for it"
        )
    return "failed: see its log"


def _unreachable(error: requests.RequestException, where: str) -> str:
    text = str(error)
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return f"{where} is not trusted: name the authority of its certificate with ca= in the URL"
    if "WRONG_VERSION_NUMBER" in text or "record layer failure" in text:
        return (
            f"{where} does not speak TLS: correct the port, or write vault+http "
            "(http in VAULT_ADDR)"
        )
    if isinstance(error, requests.Timeout):
        return f"{where} did not answer in time: see whether it is overloaded and can be reached"
    return f"{where} cannot be reached: start it, or correct the URL"
