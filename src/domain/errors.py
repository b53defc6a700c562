"""Every error that fleeting raises on purpose, sorted by who can act on it.

Standard library only, because the sandbox child loads this module too. No HTTP status and no
exit code here: those mappings live at the edges, and a test demands one for every leaf.

    FleetingError
    ├── RequestError                 change the request
    │   ├── InvalidTask
    │   ├── InvalidQuery
    │   ├── SourceTooLarge
    │   ├── ParametersTooLarge
    │   ├── BodyTooLarge
    │   ├── BatchTooLarge
    │   ├── SourceSyntaxError
    │   ├── FunctionNotFound
    │   ├── NotAFunction
    │   ├── ParametersDoNotFit
    │   ├── ParametersNotJson
    │   ├── InvalidReference
    │   ├── ReferenceNotAllowed
    │   ├── MalformedKey
    │   ├── SourceUnknown
    │   ├── SourceNotPortable
    │   ├── IsolationUnavailable
    │   ├── LibraryUnavailable
    │   ├── SourceQuarantined
    │   ├── IdempotencyConflict
    │   ├── AnswerTooLarge
    │   ├── MalformedMessage
    │   │   └── TaskNotTrusted
    │   ├── NotAuthenticated
    │   ├── Forbidden
    │   ├── RateLimited
    │   └── QuotaExceeded
    ├── ResultError                  the state of a result
    │   ├── ResultNotReady
    │   ├── ResultGone
    │   ├── ResultUnknown
    │   ├── AlreadyFinished
    │   └── TaskFailed
    ├── RunError                     the script failed
    │   ├── ScriptRaised
    │   ├── RunTimedOut
    │   ├── MemoryExceeded
    │   ├── CpuTimeExceeded
    │   ├── ResultNotSerializable
    │   ├── ValueTooLarge
    │   ├── ResultHoldsSecret
    │   ├── OutputTooLarge
    │   ├── RunDied
    │   ├── RunProtocolError
    │   ├── RunCancelled
    │   └── TaskLost
    ├── PortError                    infrastructure
    │   ├── StoreUnavailable
    │   ├── StoreDenied
    │   ├── StoreCorrupt
    │   ├── QueueUnavailable
    │   ├── QueueDenied
    │   ├── QueueFull
    │   ├── SecretsUnavailable
    │   ├── SecretForbidden
    │   ├── SecretNotFound
    │   ├── SandboxUnavailable
    │   ├── ServiceUnavailable
    │   ├── ServiceFault
    │   └── AuthenticatorUnavailable
    └── ConfigurationError           the operator
        ├── UnknownAdapter
        ├── UnknownSetting
        ├── InvalidSetting
        ├── WeakIsolation
        ├── NoSecretSource
        └── MissingExtra

Messages name the thing and the next step. They never hold a secret, a source or a payload.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing alone would take a sandbox child as long as fifty runs of a function
    from typing import ClassVar

    from .outcome import ErrorInfo
    from .result_key import Address


class FleetingError(Exception):
    """Base of every error of this package; catch it to catch them all."""

    code: ClassVar[str] = "fleeting_error"
    """Stable machine-readable name: the class name in snake case."""

    retryable: ClassVar[bool] = False
    """True where the same call may succeed later without any change."""

    retry_after: float | None = None
    """Seconds after which the same call may succeed, where that is known."""

    exception: str | None = None
    """Name of the exception's type, where a script raised one."""

    traceback: str | None = None
    """The script's own frames as Python prints them, where a script raised an exception."""

    line: int | None = None
    """Line of the source to blame, counted from 1, where there is one."""

    path: str | None = None
    """Place that strict JSON cannot carry, as in `$.rows[3].when`, where that is what failed."""

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        words = r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])"
        cls.code = re.sub(words, "_", cls.__name__).lower()

    @property
    def message(self) -> str:
        """The text for a person, without the class name."""
        return str(self.args[0]) if self.args else (self.__class__.__doc__ or self.code).strip()


class RequestError(FleetingError):
    """The request cannot be served as it is: change it."""


class InvalidTask(RequestError):
    """A field of the task is missing, unknown, of the wrong type or beyond its limit."""


class InvalidQuery(RequestError):
    """A query parameter is unknown, of the wrong type or beyond its limit."""


class SourceTooLarge(RequestError):
    """The module text is longer than this installation takes."""


class ParametersTooLarge(RequestError):
    """The JSON of args and kwargs is longer than this installation takes."""


class BodyTooLarge(RequestError):
    """The request body is longer than this installation reads."""


class BatchTooLarge(RequestError):
    """A batch names more tasks than this installation takes at once."""


class SourceSyntaxError(RequestError):
    """The module text does not compile; the message shows the line."""


class FunctionNotFound(RequestError):
    """The module text has no function of that name at its top level."""


class NotAFunction(RequestError):
    """The name belongs to something that is not a top-level function."""


class ParametersDoNotFit(RequestError):
    """args and kwargs do not fit the function's signature."""


class ParametersNotJson(RequestError):
    """args or kwargs hold something that strict JSON cannot carry; the message gives its path."""


class InvalidReference(RequestError):
    """An object in the parameters is meant as a reference, and is none; the message says where."""


class ReferenceNotAllowed(RequestError):
    """The policy does not let this task name that secret."""


class MalformedKey(RequestError):
    """The text is not a result key of the form function_time_value."""


class SourceUnknown(RequestError):
    """No source is stored under that digest: send the source itself."""


class SourceNotPortable(RequestError):
    """A function object cannot be sent as text, because it needs what its text does not hold."""


class IsolationUnavailable(RequestError):
    """The isolation asked for is stronger than what this installation has in force."""


class LibraryUnavailable(RequestError):
    """The script needs a library, or a Python, that no worker of this installation has."""


class SourceQuarantined(RequestError):
    """Runs of this source took their workers down again and again, so that it is not run now."""


class IdempotencyConflict(RequestError):
    """The idempotency key was used before with another request."""


class AnswerTooLarge(RequestError):
    """The answer would pass its byte budget: ask for less at once."""


class MalformedMessage(RequestError):
    """A queued message does not follow the wire format."""

    address: Address | None = None
    """Where its task's result would be, if that much can be read."""

    also: tuple[Address, ...] = ()
    """Where else it may be, if the message says so in two ways."""


class TaskNotTrusted(MalformedMessage):
    """A queued message is not what somebody who is trusted has signed."""

    reason: str = ""
    """What is wrong with it, in a word to count by."""


class NotAuthenticated(RequestError):
    """The request comes without a token that this installation takes."""

    reason: str | None = None
    """What was wrong with the token, for the log and the audit: not for a stranger."""


class Forbidden(RequestError):
    """The token does not give the right to do this."""

    scope: str | None = None
    """The scope that is missing, where one is."""


class RateLimited(RequestError):
    """More requests came than the rate limit lets through: come back later."""

    retryable = True


class QuotaExceeded(RequestError):
    """The namespace has as much as it may have: come back when some of it has ended or expired."""

    retryable = True


class ResultError(FleetingError):
    """A result is not in the state that the call needs."""


class ResultNotReady(ResultError):
    """The task is still queued or running."""

    retryable = True


class ResultGone(ResultError):
    """Nothing is left under that key: it has expired, or was never submitted."""


class ResultUnknown(ResultError):
    """The key lies in the future, so nothing can ever have been submitted under it."""


class AlreadyFinished(ResultError):
    """The task has ended, so it cannot be cancelled any more."""


class TaskFailed(ResultError):
    """The task ended without a value; its error is attached."""

    error: ErrorInfo | None = None
    """How its last run ended, as the record says it."""


class RunError(FleetingError):
    """The run of a script did not yield a value."""


class ScriptRaised(RunError):
    """The script raised an exception."""


class RunTimedOut(RunError):
    """The run took longer than its time limit and was stopped."""


class MemoryExceeded(RunError):
    """The run asked for more memory than its limit."""


class CpuTimeExceeded(RunError):
    """The run took more processor time than its limit and was stopped."""


class ResultNotSerializable(RunError):
    """The function returned something that strict JSON cannot carry; the message gives its path."""


class ValueTooLarge(RunError):
    """The JSON of the value is longer than the limit."""


class ResultHoldsSecret(RunError):
    """The function returned a secret that it was given; the value was not stored."""


class OutputTooLarge(RunError):
    """The run printed far more than the limit and was stopped."""


class RunDied(RunError):
    """The process of the run ended by itself: exit, abort or a signal."""


class RunProtocolError(RunError):
    """The process of the run answered something that is no answer."""


class RunCancelled(RunError):
    """The run was cancelled on request."""


class TaskLost(RunError):
    """The task was accepted, but no worker could bring it to an end."""


class PortError(FleetingError):
    """Something that this process depends on failed."""


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


class ConfigurationError(FleetingError):
    """The installation is not set up right: its operator can mend it."""


class UnknownAdapter(ConfigurationError):
    """No installed adapter serves the scheme of that URL."""


class UnknownSetting(ConfigurationError):
    """A FLEETING_… variable names no setting."""


class InvalidSetting(ConfigurationError):
    """A setting has a value that it cannot have."""


class WeakIsolation(ConfigurationError):
    """The isolation that the settings ask for is not in force on this machine."""


class NoSecretSource(ConfigurationError):
    """The task needs a secret, and this worker has nowhere to get any from."""


class MissingExtra(ConfigurationError):
    """A package that this role needs is not installed; the message gives the pip command."""
