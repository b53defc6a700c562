"""One line of a policy: who may do what, in which namespaces, with which functions and secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

_ODD_STEPS: Final = frozenset({"", ".", ".."})
"""Steps of a path that servers and proxies resolve, each in its own way."""

Glob = Annotated[str, Field(max_length=256)]
Globs = tuple[Glob, ...]
NamespaceGlob = Annotated[Glob, Field(pattern=r"^[a-z0-9*?!\[\]-]*$")]
FunctionGlob = Annotated[Glob, Field(pattern=r"^[A-Za-z0-9_*?!\[\]-]+$")]


class Grant(BaseModel):
    """What some subjects may do. Patterns are matched by `fnmatch`: `*`, `?`, `[abc]`, `[!abc]`."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    subjects: Globs = ()
    """Who it is for: the subjects of tokens."""

    groups: Globs = ()
    """Who it is for as well: members of these groups, as tokens say."""

    scopes: Globs = ()
    """What they may do. Empty: what their token says, but nothing in a grant of secrets, which is
    about these alone. Not empty, and their token names scopes of fleeting too: what both say."""

    namespaces: tuple[NamespaceGlob, ...] = ("",)
    """Where: patterns of namespaces; the default one is written `""`, and is matched by `*`."""

    functions: tuple[FunctionGlob, ...] = ("*",)
    """With which functions."""

    secrets: Globs = ()
    """Which secrets their tasks may name: patterns of `path#field`. Only with `subjects`, because
    a worker knows who submitted a task, but not in which groups they are."""

    results: Globs = ()
    """Which secrets the results of their tasks may hold: patterns of `path#field`, beside being
    among `secrets`. Results are stored in the clear, so a value with any other is refused."""

    @model_validator(mode="after")
    def _is_for_somebody(self) -> Self:
        if not self.subjects and not self.groups:
            raise ValueError('names nobody: give subjects or groups, subjects = ["*"] for all')
        if (self.secrets or self.results) and (self.groups or not self.subjects):
            raise ValueError(
                "secrets are granted to subjects, never to groups, which workers do not know: "
                "write a grant of its own for them"
            )
        return self

    def is_for(self, subject: str, groups: Iterable[str]) -> bool:
        """Whether this is about a subject that is in these groups; nobody ("") has no grants."""
        if not subject:
            return False
        return _matches(self.subjects, subject) or any(_matches(self.groups, g) for g in groups)

    def gives(self, scope: str) -> bool:
        """Whether the scope is among those given."""
        return _matches(self.scopes, scope)

    def enters(self, namespace: str) -> bool:
        """Whether it holds in a namespace."""
        return _matches(self.namespaces, namespace)

    def names(self, function: str) -> bool:
        """Whether it holds for a function."""
        return _matches(self.functions, function)

    def opens(self, reference: str) -> bool:
        """Whether it is about a secret; paths that servers would read as others are never."""
        return _is_plain(reference) and _matches(self.secrets, reference)

    def lets_out(self, reference: str) -> bool:
        """Whether a result may hold a secret."""
        return _is_plain(reference) and _matches(self.results, reference)


def _is_plain(reference: str) -> bool:
    path = re.split("[/#]", reference)
    return _ODD_STEPS.isdisjoint(path) and not re.search(r"[%\\]|[^ -~]", reference)


def _matches(patterns: Globs, name: str) -> bool:
    return "*" in patterns or any(fnmatchcase(name, pattern) for pattern in patterns)
