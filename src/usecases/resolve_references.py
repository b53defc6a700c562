"""Put values in the place of a task's references, just before its run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, TypeAlias

from ..domain.audit import AuditEvent, Outcome
from ..domain.entitlement import Entitlement
from ..domain.errors import (
    NoSecretSource,
    ReferenceNotAllowed,
    SecretNotFound,
    SecretsUnavailable,
)
from ..domain.json_value import JsonValue
from ..domain.references import (
    LeaseReference,
    Reference,
    SecretReference,
    references_in,
    with_values,
)
from ..domain.task import Task
from ..ports.audit_log import AuditLog
from ..ports.clock import Clock
from ..ports.policy_source import PolicySource
from ..ports.secret_source import SecretSource
from .outages import Outages

Lend: TypeAlias = Callable[[str, timedelta | None], AbstractContextManager[Mapping[str, str]]]
"""As `RunLeases.lent`."""

_ACTION: Final = "readSecrets"

_PATIENCE: Final = timedelta(seconds=30)
"""For all references of a task together: so long its slot runs nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """The parameters that a run gets; shown without them."""

    args: Sequence[JsonValue] = field(repr=False)
    kwargs: Mapping[str, JsonValue] = field(repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """Every secret among them."""
    returnable: frozenset[str] = field(default=frozenset(), repr=False)
    """Those that the run may return."""


class ResolveReferences:
    """Resolves what a policy allows, and nothing else; safe to call from several threads.

    A task that nobody has signed is nobody's, whatever it says.

    Args:
        policy: which task may name which secret.
        source: where secrets are read; None: there is nowhere.
        lend: lends credentials; None: nobody does.
        clock: of this process.
        audit: hears which task was given what, and which was not; None: nobody does.
    """

    def __init__(
        self,
        *,
        policy: PolicySource,
        source: SecretSource | None,
        lend: Lend | None,
        clock: Clock,
        audit: AuditLog | None = None,
    ) -> None:
        self._audit = audit
        self._outages = Outages(clock)
        self._policy = policy
        self._source = source
        self._lend = lend
        self._clock = clock

    @contextmanager
    def __call__(self, task: Task) -> Iterator[Resolved]:
        """The parameters of `task` with values in the place of references, while the block runs.

        A path is asked for once, however often it is named. Leases go back with the block.

        Raises:
            InvalidReference: a reference is malformed.
            ReferenceNotAllowed: the policy does not allow one; nothing was asked for.
            NoSecretSource: this worker has no source for one.
            SecretNotFound: there is nothing under one.
            SecretForbidden: the source refuses one to this worker.
            SecretsUnavailable: the source does not answer, or not in time.
        """
        references = references_in(task.args, task.kwargs)
        entitlement = self._entitlement(task)
        self._check(task, entitlement, references)
        with ExitStack() as lent:
            values = self._values(references, task, lent)
            args, kwargs = with_values(task.args, task.kwargs, values)
            yield Resolved(
                args=args,
                kwargs=kwargs,
                secrets=tuple(_texts(values.values())),
                returnable=frozenset(
                    _texts(value for one, value in values.items() if entitlement.may_return(one))
                ),
            )

    def _check(
        self, task: Task, entitlement: Entitlement, references: Mapping[Reference, str]
    ) -> None:
        try:
            entitlement.check(references)
        except ReferenceNotAllowed as exc:
            self._note(task, references, "denied", exc.code)
            raise
        self._note(task, references, "allowed")

    def _note(
        self, task: Task, references: Collection[Reference], outcome: Outcome, reason: str = ""
    ) -> None:
        if references and self._audit is not None:
            event = AuditEvent(
                action=_ACTION,
                outcome=outcome,
                reason=reason,
                subject=_subject(task),
                namespace=task.namespace,
                functions=(task.function,),
                keys=(task.key,),
                secrets=tuple(map(str, references)),
            )
            self._audit.record(event)

    def _entitlement(self, task: Task) -> Entitlement:
        return Entitlement(
            policy=self._policy.current(),
            subject=_subject(task),
            namespace=task.namespace,
            function=task.function,
        )

    def _values(
        self, references: Mapping[Reference, str], task: Task, lent: ExitStack
    ) -> dict[Reference, JsonValue]:
        until = self._clock.elapsed() + _PATIENCE
        read: dict[str, Mapping[str, str]] = {}
        values: dict[Reference, JsonValue] = {}
        for one in references:
            if self._clock.elapsed() > until:
                raise SecretsUnavailable(
                    f"reading the secrets of a task took longer than "
                    f"{_PATIENCE.total_seconds():g} s: it is tried again while attempts are left"
                )
            if isinstance(one, LeaseReference):
                with self._outages.asking(one.path):
                    values[one] = dict(lent.enter_context(self._lent(one, task.timeout)))
            else:
                values[one] = self._field(one, read)
        return values

    def _lent(
        self, reference: LeaseReference, run_time: timedelta
    ) -> AbstractContextManager[Mapping[str, str]]:
        if self._lend is None:
            raise NoSecretSource(
                f"this worker has nothing that makes credentials at {reference}: set "
                "FLEETING_SECRETS to a source that does, such as vault+https://…"
            )
        return self._lend(reference.path, run_time)

    def _field(self, reference: SecretReference, read: dict[str, Mapping[str, str]]) -> str:
        if self._source is None:
            raise NoSecretSource(
                f"this worker has nowhere to read {reference} from: set FLEETING_SECRETS"
            )
        if reference.path not in read:
            with self._outages.asking(reference.path):
                read[reference.path] = self._source.read(reference.path)
        value = read[reference.path].get(reference.field)
        if value is None:
            raise SecretNotFound(
                f"the secret at {reference.path} has no field {reference.field}: name another one"
            )
        return value


def _subject(task: Task) -> str:
    """Who may be held to it: whoever can write to the queue can claim to be anybody."""
    return task.principal if task.signer else ""


def _texts(values: Iterable[JsonValue]) -> Iterator[str]:
    """What is secret in values: a field of a secret is text, a lease is an object of texts."""
    for value in values:
        yield from _texts(value.values()) if isinstance(value, dict) else [str(value)]
