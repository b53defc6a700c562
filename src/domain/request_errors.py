"""Why a request cannot be served as it is, whatever its source says: change the request."""

from __future__ import annotations

from .error_families import RequestError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .result_key import Address


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
