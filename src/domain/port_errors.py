"""What fails of that which this process depends on."""

from __future__ import annotations

from .error_families import PortError


class StoreUnavailable(PortError):
    """The result store cannot be reached or does not answer in time."""

    retryable = True


class StoreDenied(PortError):
    """The result store refuses these credentials or this command."""


class StoreCorrupt(PortError):
    """The result store holds something that fleeting did not write."""


class QueueUnavailable(PortError):
    """The task queue cannot be reached or does not answer in time."""

    retryable = True


class QueueDenied(PortError):
    """The task queue refuses these credentials or this command."""


class QueueFull(PortError):
    """More waits for workers than this installation lets wait: come back later."""

    retryable = True


class SecretsUnavailable(PortError):
    """The source of secrets cannot be reached, is sealed or does not answer in time."""

    retryable = True


class SecretForbidden(PortError):
    """The source of secrets refuses this to this process, or refuses its credentials."""


class SecretNotFound(PortError):
    """The source of secrets has nothing there, or nothing any more."""


class SandboxUnavailable(PortError):
    """No process for a run could be started."""

    retryable = True


class ServiceUnavailable(PortError):
    """The fleeting service cannot be reached or asks to come back later."""

    retryable = True


class ServiceFault(PortError):
    """The fleeting service answered with something that is no answer of its API."""


class AuthenticatorUnavailable(PortError):
    """Tokens cannot be checked, because the service that knows about them does not answer."""

    retryable = True
