"""Who asks, and what they may do: a subject, scopes, and grants that say where these hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .grant import Grant
from .result_key import Address

_GLOB: Final = re.compile(r"[*?\[]")

NOWHERE: Final = "-"
"""No namespace: none can have this name, so nothing is ever found in it."""


class Scope(StrEnum):
    """A kind of call that a principal may make; none implies another."""

    SUBMIT = "tasks:submit"
    """Submit tasks, and have them checked."""
    READ = "results:read"
    """Read results, values, facts of tasks and streams."""
    WORKFLOWS = "workflows:write"
    """Submit workflows, and cancel them."""
    SCHEDULES = "schedules:write"
    """Create, change and delete schedules."""
    CANCEL = "tasks:cancel"
    """Cancel tasks."""
    ADMIN = "admin"
    """See the inside of the installation: metrics, readiness in detail, workers."""


@dataclass(frozen=True, slots=True)
class Principal:
    """A subject with its rights, as a policy made it of an identity.

    Args:
        subject: who it is, unique within the installation.
        scopes: every scope that one of the grants gives, wherever.
        grants: what the subject may do and where; their scopes are names, not patterns.
    """

    subject: str
    scopes: frozenset[Scope]
    grants: tuple[Grant, ...]

    def has(self, scope: Scope) -> bool:
        """Whether calls of this kind are allowed anywhere."""
        return scope in self.scopes

    def enters(self, scope: Scope, namespace: str) -> bool:
        """Whether calls of this kind are allowed in a namespace, for some function at least."""
        return any(grant.gives(scope) and grant.enters(namespace) for grant in self.grants)

    def may(self, scope: Scope, *, namespace: str, function: str) -> bool:
        """Whether calls of this kind are allowed for a function in a namespace."""
        return any(
            grant.gives(scope) and grant.enters(namespace) and grant.names(function)
            for grant in self.grants
        )

    def place(self, scope: Scope, address: Address) -> Address:
        """Where to look for what is said to be at `address`: nowhere, if it may not be touched.

        So what is forbidden cannot be told from what is not there, by the answer or by its time:
        the same steps are gone for both.
        """
        is_mine = self.may(scope, namespace=address.namespace, function=address.function)
        return address if is_mine else Address(NOWHERE, address.key)

    @property
    def namespaces(self) -> tuple[str, ...]:
        """The patterns of namespaces in the grants, each once, in their order."""
        return tuple(dict.fromkeys(name for grant in self.grants for name in grant.namespaces))

    @property
    def only_namespace(self) -> str | None:
        """The namespace of requests that name none, where all grants are of the same one."""
        names = self.namespaces
        is_one = len(names) == 1 and _GLOB.search(names[0]) is None
        return names[0] if is_one else None


ANYBODY: Final = Principal(
    "anybody",
    frozenset(Scope),
    (Grant(subjects=("anybody",), scopes=("*",), namespaces=("*",), functions=("*",)),),
)
"""Who asks where an installation has no authentication: all calls are allowed."""
