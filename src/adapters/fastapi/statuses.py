"""Which HTTP status each error of the domain is answered with: one table, every leaf in it."""

from __future__ import annotations

from typing import Final

from ...domain import errors as e

STATUSES: Final[dict[type[e.FleetingError], int]] = {
    # Who asks is not known, or may not (§15.5.2, §15.5.4).
    e.NotAuthenticated: 401,
    e.Forbidden: 403,
    e.ReferenceNotAllowed: 403,
    # Too much at once (RFC 6585 §4).
    e.RateLimited: 429,
    e.QuotaExceeded: 429,
    # Too long for this installation, whatever part of the request it is (RFC 9110 §15.5.14).
    e.SourceTooLarge: 413,
    e.ParametersTooLarge: 413,
    e.BodyTooLarge: 413,
    e.BatchTooLarge: 413,
    # Well-formed HTTP and JSON, but not something that can be done (§15.5.21).
    e.InvalidTask: 422,
    e.InvalidQuery: 422,
    e.SourceSyntaxError: 422,
    e.FunctionNotFound: 422,
    e.NotAFunction: 422,
    e.ParametersDoNotFit: 422,
    e.ParametersNotJson: 422,
    e.InvalidReference: 422,
    e.SourceUnknown: 422,
    e.SourceNotPortable: 422,
    e.IsolationUnavailable: 422,
    e.LibraryUnavailable: 422,
    e.AnswerTooLarge: 422,
    e.MalformedMessage: 422,
    e.TaskNotTrusted: 422,
    # Names that can name nothing, and names of what is no more.
    e.MalformedKey: 404,
    e.ResultUnknown: 404,
    e.ResultGone: 410,
    # At odds with what is stored.
    e.IdempotencyConflict: 409,
    e.AlreadyFinished: 409,
    e.SourceQuarantined: 409,
    e.ResultNotReady: 409,
    # The script's own end. Answers carry these in the record; here for whoever raises one.
    e.TaskFailed: 422,
    e.ScriptRaised: 422,
    e.RunTimedOut: 422,
    e.MemoryExceeded: 422,
    e.CpuTimeExceeded: 422,
    e.ResultNotSerializable: 422,
    e.ValueTooLarge: 422,
    e.ResultHoldsSecret: 422,
    e.OutputTooLarge: 422,
    e.RunDied: 422,
    e.RunCancelled: 409,
    e.RunProtocolError: 500,
    e.TaskLost: 500,
    # What is away and comes back by itself, and what an operator must mend.
    e.StoreUnavailable: 503,
    e.QueueUnavailable: 503,
    e.QueueFull: 503,
    e.SecretsUnavailable: 503,
    e.SandboxUnavailable: 503,
    e.ServiceUnavailable: 503,
    e.AuthenticatorUnavailable: 503,
    e.StoreDenied: 500,
    e.StoreCorrupt: 500,
    e.QueueDenied: 500,
    e.SecretForbidden: 500,
    e.SecretNotFound: 500,
    e.ServiceFault: 502,
    e.UnknownAdapter: 500,
    e.UnknownSetting: 500,
    e.InvalidSetting: 500,
    e.MissingExtra: 500,
    e.WeakIsolation: 500,
    e.NoSecretSource: 500,
}

RETRY_AFTER_SECONDS: Final = 1
"""What restarts or fails over is back within seconds; clients add a backoff of their own."""


def status_of(kind: type[e.FleetingError]) -> int:
    """The status for an error class; a third party's subclass is answered as its parent."""
    for parent in kind.__mro__:
        if parent in STATUSES:
            return STATUSES[parent]
    return 500
