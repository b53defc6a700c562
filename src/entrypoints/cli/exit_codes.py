"""What the exit code of `fleeting` says: one table, every error in it.

Where sysexits.h (BSD) has a number for it, that number is used.
"""

from __future__ import annotations

from typing import Final

from ...domain import errors as e

OK: Final = 0
SCRIPT_FAILED: Final = 1
REQUEST: Final = 2
RESULT: Final = 3
UNAVAILABLE: Final = 69
FAULT: Final = 70
DENIED: Final = 77
CONFIGURATION: Final = 78
INTERRUPTED: Final = 130

MEANINGS: Final = {
    OK: "done",
    SCRIPT_FAILED: "the script failed: raised, timed out, was killed, cancelled or lost",
    REQUEST: "the command or the request is wrong: change it",
    RESULT: "the result is not in that state: not ready, expired, already finished",
    UNAVAILABLE: "a service does not answer: try again later",
    FAULT: "a service answers what it should not, or fleeting itself is at fault",
    DENIED: "a service refuses the credentials",
    CONFIGURATION: "the installation is not set up right",
    INTERRUPTED: "stopped by Ctrl-C",
}
"""Every code, for a person."""

EXIT_CODES: Final[dict[type[e.FleetingError], int]] = {
    e.RequestError: REQUEST,
    e.NotAuthenticated: DENIED,
    e.Forbidden: DENIED,
    e.ReferenceNotAllowed: DENIED,
    e.RateLimited: UNAVAILABLE,
    e.QuotaExceeded: UNAVAILABLE,
    e.ResultError: RESULT,
    e.TaskFailed: SCRIPT_FAILED,
    e.RunError: SCRIPT_FAILED,
    e.PortError: UNAVAILABLE,
    e.StoreDenied: DENIED,
    e.QueueDenied: DENIED,
    e.SecretForbidden: DENIED,
    e.SecretNotFound: CONFIGURATION,
    e.StoreCorrupt: FAULT,
    e.ServiceFault: FAULT,
    e.ConfigurationError: CONFIGURATION,
}
"""By family, and by class where that says more."""


def exit_code_of(kind: type[e.FleetingError]) -> int:
    """The exit code for an error class: its own, or that of its nearest parent in the table."""
    return next((EXIT_CODES[parent] for parent in kind.__mro__ if parent in EXIT_CODES), FAULT)
