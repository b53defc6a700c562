"""From a queued message to the task in it: has somebody signed it who may, and what does it say?"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final

from ..domain.claimed_task import claimed_in_call, claimed_in_text
from ..domain.distrust import Distrust, distrusted
from ..domain.errors import InvalidSetting, TaskNotTrusted
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


@dataclass(slots=True)
class _Said:
    """A statement, and whose it is."""

    statement: Statement
    key: TrustedKey | None
    """None: nobody's who is known, where that is accepted."""
    signer: str
    """Id of the key."""
    source: object = None
    """The last text that was found to be the statement's source."""


_Plain = Mapping[str, object]
_Read = Callable[[_Plain, str], Task]
"""Reads a plain message that was signed with the key of that id."""


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

    def check(self) -> None:
        """Refuse to take messages where every one would have to be refused.

        Raises:
            InvalidSetting: nobody is trusted, and unsigned messages are not accepted.
        """
        if self._verifier is None and not self._accept_unsigned:
            raise InvalidSetting(
                "no key is trusted to sign tasks: make one with `fleeting key create FILE`, set "
                "FLEETING_SIGNING_KEY_FILE for the API and FLEETING_TRUSTED_KEYS for the workers; "
                "or set FLEETING_ACCEPT_UNSIGNED=true for all of them, and whoever can write to "
                "the queue can run code"
            )

    def __call__(self, data: Mapping[str, object]) -> Task:
        """The task in the keyword arguments of a message.

        Raises:
            TaskNotTrusted: it is not what somebody who is trusted has signed for this worker.
            MalformedMessage: it does not follow the wire format, or passes a cap.
        """
        return self._open(data, self._said, self._read)

    def reader(self) -> Callable[[_Plain], Task]:
        """The same with a memory of what messages have in common; for one thread."""
        read, said = MessageReader(self.limits), _Memory(self._said)
        return lambda data: self._open(data, said, read)

    def _read(self, plain: _Plain, signer: str) -> Task:
        task = decode(plain, limits=self.limits)
        return replace(task, signer=signer) if signer else task

    def _open(self, data: _Plain, said: Callable[[_Plain], _Said], read: _Read) -> Task:
        if not is_sealed(data):
            return self._unsigned(data, read)
        try:
            found = said(data)
            plain = unseal(data, found.statement, known_source=found.source)
        except TaskNotTrusted as exc:
            raise _placed(exc, data) from None
        found.source = data.get("source")
        task = read(plain, found.signer)
        if found.key is not None:
            self._check(task, found.statement, found.key)
        return task

    def _unsigned(self, data: _Plain, read: _Read) -> Task:
        if self._accept_unsigned:
            return read(data, "")
        error = distrusted(Distrust.UNSIGNED, "it is not signed")
        error.address = malformed(data, "").address
        raise error if error.address else _placed(error, data)

    def _said(self, data: _Plain) -> _Said:
        seal = seal_of(data)
        try:
            key = self._key(seal)
        except TaskNotTrusted as exc:
            if exc.reason != Distrust.UNKNOWN_SIGNER or not self._accept_unsigned:
                raise
            key = None
        signer = "" if key is None else key.key_id
        return _Said(read_statement(seal.statement), key, signer)

    def _key(self, seal: Seal) -> TrustedKey:
        if self._verifier is None:
            raise distrusted(Distrust.UNKNOWN_SIGNER, "no signer is known here")
        return self._verifier.verify(
            signed_bytes(seal.statement), seal.signature, key_id=seal.signer
        )

    def _check(self, task: Task, statement: Statement, key: TrustedKey) -> None:
        now = self._clock.now()
        try:
            key.check(at=now, namespace=task.namespace, principal=task.principal)
            if now > statement.not_after:
                raise distrusted(Distrust.EXPIRED, "its signature has run out: submit it again")
            if statement.queue is not None and statement.queue not in self._queues:
                raise distrusted(Distrust.MISDIRECTED, "it was signed for another queue")
        except TaskNotTrusted as exc:
            exc.address = Address(task.namespace, task.key)
            raise


class _Memory:
    """Looks at a statement once, however many calls come with it; for one thread."""

    def __init__(self, look: Callable[[_Plain], _Said]) -> None:
        self._look = look
        self._known: OrderedDict[tuple[object, ...], _Said] = OrderedDict()

    def __call__(self, data: _Plain) -> _Said:
        seal = data.get("statement"), data.get("signature"), data.get("signer")
        if not all(isinstance(part, str) for part in seal):
            return self._look(data)
        said = self._known.get(seal)
        if said is None:
            self._known[seal] = said = self._look(data)
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
