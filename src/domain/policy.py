"""The rights of an installation: grants, and the principals that they make of identities."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict

from .grant import Grant
from .principal import Principal, Scope

__all__ = ["DEFAULT_POLICY", "Grant", "Policy"]


def _names_scopes(grant: Grant) -> Grant:
    for pattern in grant.scopes:
        if not any(Grant(subjects=("*",), scopes=(pattern,)).gives(scope) for scope in Scope):
            raise ValueError(f"{pattern!r} is no scope: there are {', '.join(Scope)}")
    return grant


class Policy(BaseModel):
    """Grants; whatever none of them allows is forbidden."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    grants: tuple[Annotated[Grant, AfterValidator(_names_scopes)], ...] = ()
    """Each says who may do what; their order does not matter."""

    def principal(
        self, subject: str, scopes: Iterable[str], groups: Iterable[str] = ()
    ) -> Principal:
        """What a subject may do that came with these scopes and groups; strange scopes are none."""
        said = frozenset(scope for scope in Scope if scope in set(scopes))
        memberships = tuple(groups)
        own = [grant for grant in self.grants if grant.is_for(subject, memberships)]
        narrowed = tuple(
            grant.model_copy(update={"scopes": tuple(given)})
            for grant in own
            if (given := _in_force(grant, said))
        )
        return Principal(subject, frozenset(map(Scope, _scopes(narrowed))), narrowed)

    def allows_secret(self, *, subject: str, namespace: str, function: str, reference: str) -> bool:
        """Whether tasks of a subject may name a secret; only a grant that names it allows it.

        Args:
            subject: who submitted the task; nobody ("") may name none.
            namespace: of the task.
            function: of the task.
            reference: `path#field`, or the path of a lease.
        """
        return any(
            grant.opens(reference) for grant in self._grants_of(subject, namespace, function)
        )

    def allows_result(self, *, subject: str, namespace: str, function: str, reference: str) -> bool:
        """Whether the results of a subject's tasks may hold a secret that they may name."""
        return any(
            grant.lets_out(reference) for grant in self._grants_of(subject, namespace, function)
        )

    def _grants_of(self, subject: str, namespace: str, function: str) -> Iterable[Grant]:
        return (
            grant
            for grant in self.grants
            if grant.is_for(subject, ()) and grant.enters(namespace) and grant.names(function)
        )


def _in_force(grant: Grant, said: frozenset[Scope]) -> list[Scope]:
    """A token can only narrow what the policy gives; a grant without scopes leaves it to it."""
    if not grant.scopes:
        # Who says which secrets tasks of all sorts may name has not opened namespaces by it.
        return [] if grant.secrets or grant.results else sorted(said)
    return [scope for scope in Scope if grant.gives(scope) and (not said or scope in said)]


def _scopes(grants: Iterable[Grant]) -> Iterable[str]:
    return (scope for grant in grants for scope in grant.scopes)


DEFAULT_POLICY: Final = Policy(grants=(Grant(subjects=("*",)),))
"""Without a policy file: the scopes of the token hold for every function of the default namespace,
and no secret may be named."""
