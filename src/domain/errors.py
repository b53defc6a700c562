"""Every error that fleeting raises on purpose, sorted by who can act on it.

Each family has a file of its own, and this module names them all: whatever runs inside a sandbox
imports the one file that it needs instead. No HTTP status and no exit code here: those mappings
live at the edges, and a test demands one for every leaf.

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

from .call_errors import (
    FunctionNotFound,
    NotAFunction,
    ParametersDoNotFit,
    ParametersNotJson,
    SourceSyntaxError,
)
from .configuration_errors import (
    InvalidSetting,
    MissingExtra,
    NoSecretSource,
    UnknownAdapter,
    UnknownSetting,
    WeakIsolation,
)
from .error_families import (
    ConfigurationError,
    FleetingError,
    PortError,
    RequestError,
    ResultError,
    RunError,
)
from .port_errors import (
    AuthenticatorUnavailable,
    QueueDenied,
    QueueFull,
    QueueUnavailable,
    SandboxUnavailable,
    SecretForbidden,
    SecretNotFound,
    SecretsUnavailable,
    ServiceFault,
    ServiceUnavailable,
    StoreCorrupt,
    StoreDenied,
    StoreUnavailable,
)
from .request_errors import (
    AnswerTooLarge,
    BatchTooLarge,
    BodyTooLarge,
    Forbidden,
    IdempotencyConflict,
    InvalidQuery,
    InvalidReference,
    InvalidTask,
    IsolationUnavailable,
    LibraryUnavailable,
    MalformedKey,
    MalformedMessage,
    NotAuthenticated,
    ParametersTooLarge,
    QuotaExceeded,
    RateLimited,
    ReferenceNotAllowed,
    SourceNotPortable,
    SourceQuarantined,
    SourceTooLarge,
    SourceUnknown,
    TaskNotTrusted,
)
from .result_errors import (
    AlreadyFinished,
    ResultGone,
    ResultNotReady,
    ResultUnknown,
    TaskFailed,
)
from .run_errors import (
    CpuTimeExceeded,
    MemoryExceeded,
    OutputTooLarge,
    ResultHoldsSecret,
    ResultNotSerializable,
    RunCancelled,
    RunDied,
    RunProtocolError,
    RunTimedOut,
    ScriptRaised,
    TaskLost,
    ValueTooLarge,
)

__all__ = [
    "AlreadyFinished",
    "AnswerTooLarge",
    "AuthenticatorUnavailable",
    "BatchTooLarge",
    "BodyTooLarge",
    "ConfigurationError",
    "CpuTimeExceeded",
    "FleetingError",
    "Forbidden",
    "FunctionNotFound",
    "IdempotencyConflict",
    "InvalidQuery",
    "InvalidReference",
    "InvalidSetting",
    "InvalidTask",
    "IsolationUnavailable",
    "LibraryUnavailable",
    "MalformedKey",
    "MalformedMessage",
    "MemoryExceeded",
    "MissingExtra",
    "NoSecretSource",
    "NotAFunction",
    "NotAuthenticated",
    "OutputTooLarge",
    "ParametersDoNotFit",
    "ParametersNotJson",
    "ParametersTooLarge",
    "PortError",
    "QueueDenied",
    "QueueFull",
    "QueueUnavailable",
    "QuotaExceeded",
    "RateLimited",
    "ReferenceNotAllowed",
    "RequestError",
    "ResultError",
    "ResultGone",
    "ResultHoldsSecret",
    "ResultNotReady",
    "ResultNotSerializable",
    "ResultUnknown",
    "RunCancelled",
    "RunDied",
    "RunError",
    "RunProtocolError",
    "RunTimedOut",
    "SandboxUnavailable",
    "ScriptRaised",
    "SecretForbidden",
    "SecretNotFound",
    "SecretsUnavailable",
    "ServiceFault",
    "ServiceUnavailable",
    "SourceNotPortable",
    "SourceQuarantined",
    "SourceSyntaxError",
    "SourceTooLarge",
    "SourceUnknown",
    "StoreCorrupt",
    "StoreDenied",
    "StoreUnavailable",
    "TaskFailed",
    "TaskLost",
    "TaskNotTrusted",
    "UnknownAdapter",
    "UnknownSetting",
    "ValueTooLarge",
    "WeakIsolation",
]
