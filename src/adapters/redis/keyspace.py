"""The names of everything that is kept in Redis.

Where servers are sharded a script touches keys of one hash slot only: the record's name holds the
value's in braces, and the two lists of a function hold the function's, so that each pair lies on
one node of a cluster.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from ...domain.errors import InvalidSetting
from ...domain.quarantine import SourceName
from ...domain.result_key import Address

_PREFIX: Final = re.compile(r"[A-Za-z0-9_.:/-]*")


@dataclass(frozen=True, slots=True)
class Keyspace:
    """Key names of one installation; without a prefix a value's name is the result key itself."""

    prefix: str = ""

    @classmethod
    def under(cls, prefix: str) -> Keyspace:
        """The names under `prefix`, which is set apart by a colon.

        Raises:
            InvalidSetting: the prefix holds braces, which would put all keys into one slot, or
                anything else that is hard to type.
        """
        if _PREFIX.fullmatch(prefix) is None:
            raise InvalidSetting(
                "the prefix of the Redis keys may hold letters, digits and the signs _ . : / - only"
            )
        return cls(f"{prefix.rstrip(':')}:" if prefix.rstrip(":") else "")

    def value(self, address: Address) -> str:
        """String: the function's JSON."""
        return f"{self._tenant(address.namespace)}{address.key}"

    def record(self, address: Address) -> str:
        """Hash: everything else that is known of the task."""
        return f"{{{self.value(address)}}}:run"

    def live(self, namespace: str, function: str) -> str:
        """Sorted set: keys of the function's values by their expiry."""
        return f"{self._lists(namespace, function)}:live"

    def other(self, namespace: str, function: str) -> str:
        """Sorted set: keys of the function's tasks without a value by their expiry."""
        return f"{self._lists(namespace, function)}:other"

    def functions(self, namespace: str) -> str:
        """Sorted set: functions by the expiry of their longest-lived value."""
        return f"{self._tenant(namespace)}functions"

    def events(self, namespace: str) -> str:
        """Stream: announcements."""
        return f"{self._tenant(namespace)}events"

    def reservation(self, namespace: str, name: str) -> str:
        """String: the task that an idempotency key stands for."""
        return f"{self._tenant(namespace)}idem:{name}"

    def rate(self, caller: str, seconds: int) -> str:
        """List: when a caller took what of a window; those of a caller are in one slot."""
        digest = hashlib.sha256(caller.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        return f"{self.prefix}{{rate:{digest}}}:{seconds}"

    def source(self, digest: str) -> str:
        """String: a module text."""
        return f"{self.prefix}source:{digest}"

    @property
    def open_tasks(self) -> str:
        """Sorted set: open tasks of all namespaces by their deadline."""
        return f"{self.prefix}open"

    def namespace_tasks(self, namespace: str) -> str:
        """Sorted set: open tasks of a namespace by their deadline."""
        return f"{self._tenant(namespace)}queued"

    def namespace_bytes(self, namespace: str) -> str:
        """Hash: bytes of a namespace's values by the minute in which they expire."""
        return f"{self._tenant(namespace)}bytes"

    @property
    def workers(self) -> str:
        """Sorted set: workers by the end of their announcements."""
        return f"{self.prefix}{{workers}}"

    @property
    def worker_facts(self) -> str:
        """Hash: what each worker says of itself, behind the end of its announcement."""
        return f"{self.workers}:facts"

    def losses(self, source: SourceName) -> str:
        """Sorted set: runs of a source that were lost with their worker, by when that was seen."""
        return f"{self._tenant(source.namespace)}lost:{source.digest}"

    @property
    def quarantines(self) -> str:
        """Sorted set: sources in quarantine by the end of it."""
        return f"{self.prefix}{{quarantine}}"

    @property
    def quarantine_facts(self) -> str:
        """Hash: what is said of each of them, behind that end."""
        return f"{self.quarantines}:facts"

    @property
    def cancellations(self) -> str:
        """Channel: open tasks that shall end."""
        return f"{self.prefix}cancel"

    def _tenant(self, namespace: str) -> str:
        return f"{self.prefix}{namespace}:" if namespace else self.prefix

    def _lists(self, namespace: str, function: str) -> str:
        tenant = f"{namespace}:" if namespace else ""
        return f"{self.prefix}{{{tenant}{function}}}"


def member_of(address: Address) -> str:
    """An address as one text, where tasks of all namespaces are together."""
    return f"{address.namespace}:{address.key}"


def address_of(member: bytes) -> Address:
    """Read back what `member_of` wrote."""
    namespace, _, key = member.decode("utf-8", "replace").partition(":")
    return Address(namespace, key)
