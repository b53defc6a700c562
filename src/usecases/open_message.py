"""From a queued message to the task in it: has somebody signed it who may, and what does it say?"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from ..domain.claimed_task import claimed_in_call, claimed_in_text
from ..domain.distrust import Distrust, distrusted
from ..domain.errors import TaskNotTrusted
from ..domain.limits import Limits
from ..domain.message import decode, malformed
from ..domain.message_reader import MessageReader
from ..domain.result_key import Address
from ..domain.statement import Statement, signed_bytes
from ..domain.task import Task
from ..domain.trusted_key import TrustedKey
from ..domain.unseal import Seal, is_sealed, read_statement, seal_of, unseal
from ..ports.clock import Clock
from ..ports.task_verifier import TaskVerifier

_REMEMBERED: Final = 32
"""Statements: the calls of a chunk come together, and of few chunks at a time."""


@dataclass(frozen=True, slots=True)
class _Said:
    """A statement, and whose it is."""

    statement: Statement
    key: TrustedKey | None
    """None: nobody's who is known, where that is accepted."""


class OpenMessage:
    """Tells submissions from all else that may lie in a queue; safe to call from any thread.

    Args:
        limits: what a message may ask for.
        clock: by whose time signatures run out.
        verifier: knows who is trusted; None: nobody.
        queues: those that this worker takes from.
        accept_unsigned: whether whoever can write to the queue may submit.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        clock: Clock,
        verifier: TaskVerifier | None,
        queues: Collection[str],
        accept_unsigned: bool = False,
    ) -> None:
        self.limits = limits
        self._clock = clock
        self._verifier = verifier
        self._queues = frozenset(queues)
        self._accept_unsigned = accept_unsigned

    def __call__(self, data: Mapping[str, object]) -> Task:
        """The task in the keyword arguments of a message.

        Raises:
            TaskNotTrusted: it is not what somebody who is trusted has signed for this worker.
            MalformedMessage: it does not follow the wire format, or passes a cap.
        """
        return self._open(data, self._said, lambda plain: decode(plain, limits=self.limits))

    def reader(self) -> Callable[[Mapping[str, object]], Task]:
        """The same with a memory of what messages have in common; for one thread."""
        read, said = MessageReader(self.limits), _Memory(self._said)
        return lambda data: self._open(data, said, read)

    def _open(
        self,
        data: Mapping[str, object],
        said: Callable[[Seal], _Said],
        read: Callable[[Mapping[str, object]], Task],
    ) -> Task:
        if not is_sealed(data):
            return self._unsigned(data, read)
        try:
            found = said(seal_of(data))
            plain = unseal(data, found.statement)
        except TaskNotTrusted as exc:
            raise _placed(exc, data) from None
        task = read(plain)
        if found.key is None:
            return task
        try:
            self._check(task, found.statement, found.key, self._clock.now())
        except TaskNotTrusted as exc:
            exc.address = _address(task)
            raise
        return replace(task, signer=found.key.key_id)

    def _unsigned(
        self, data: Mapping[str, object], read: Callable[[Mapping[str, object]], Task]
    ) -> Task:
        if self._accept_unsigned:
            return read(data)
        error = distrusted(Distrust.UNSIGNED, "it is not signed")
        error.address = malformed(data, "").address
        raise error if error.address else _placed(error, data)

    def _said(self, seal: Seal) -> _Said:
        try:
            key = self._key(seal)
        except TaskNotTrusted as exc:
            if exc.reason != Distrust.UNKNOWN_SIGNER or not self._accept_unsigned:
                raise
            key = None
        return _Said(read_statement(seal.statement), key)

    def _key(self, seal: Seal) -> TrustedKey:
        if self._verifier is None:
            raise distrusted(Distrust.UNKNOWN_SIGNER, "no signer is known here")
        return self._verifier.verify(
            signed_bytes(seal.statement), seal.signature, key_id=seal.signer
        )

    def _check(self, task: Task, statement: Statement, key: TrustedKey, now: datetime) -> None:
        key.check(at=now, namespace=task.namespace, principal=task.principal)
        if now > statement.not_after:
            raise distrusted(Distrust.EXPIRED, "its signature has run out: submit it again")
        if statement.queue is not None and statement.queue not in self._queues:
            raise distrusted(Distrust.MISDIRECTED, "it was signed for another queue")


class _Memory:
    """Looks at a statement once, however many calls come with it; for one thread."""

    def __init__(self, look: Callable[[Seal], _Said]) -> None:
        self._look = look
        self._known: OrderedDict[Seal, _Said] = OrderedDict()

    def __call__(self, seal: Seal) -> _Said:
        said = self._known.get(seal)
        if said is None:
            self._known[seal] = said = self._look(seal)
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return said


def _placed(error: TaskNotTrusted, data: Mapping[str, object]) -> TaskNotTrusted:
    """The error with where it is to be noted, if the message says that in any way."""
    claimed = claimed_in_call(data) or claimed_in_text(json.dumps(data, default=str))
    if claimed:
        error.address, *also = claimed
        error.also = tuple(also)
    return error


def _address(task: Task) -> Address:
    return Address(task.namespace, task.key)
