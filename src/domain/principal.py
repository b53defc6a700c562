"""Who asks, and what they may do: a subject, scopes, and grants that say where these hold."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
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

    only_namespace: str | None = field(init=False, compare=False)
    """The namespace of requests that name none, where all grants are of the same one."""
    everywhere: frozenset[Scope] = field(init=False, compare=False)
    """Scopes that hold for every function of every namespace."""

    def __post_init__(self) -> None:
        # Told once here, because it is asked for with every request.
        names = {name for grant in self.grants for name in grant.namespaces}
        only = next(iter(names)) if len(names) == 1 else "*"
        object.__setattr__(self, "only_namespace", None if _GLOB.search(only) else only)
        free = [
            grant for grant in self.grants if "*" in grant.namespaces and "*" in grant.functions
        ]
        given = frozenset(scope for scope in Scope if any(grant.gives(scope) for grant in free))
        object.__setattr__(self, "everywhere", given)

    def has(self, scope: Scope) -> bool:
        """Whether calls of this kind are allowed anywhere."""
        return scope in self.scopes

    def enters(self, scope: Scope, namespace: str) -> bool:
        """Whether calls of this kind are allowed in a namespace, for some function at least."""
        return scope in self.everywhere or any(
            grant.gives(scope) and grant.enters(namespace) for grant in self.grants
        )

    def may(self, scope: Scope, *, namespace: str, function: str) -> bool:
        """Whether calls of this kind are allowed for a function in a namespace."""
        return scope in self.everywhere or any(
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


ANYBODY: Final = Principal(
    "anybody",
    frozenset(Scope),
    (Grant(subjects=("anybody",), scopes=("*",), namespaces=("*",), functions=("*",)),),
)
"""Who asks where an installation has no authentication: all calls are allowed."""
