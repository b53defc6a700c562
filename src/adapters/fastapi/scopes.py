"""Which right each call of the API takes: one table, every operation in it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from ...domain.principal import Scope


class Door(StrEnum):
    """Calls that take no scope of their own."""

    OPEN = "open"
    """Anybody may, without a token: machines ask it that have none, and it tells next to nothing.
    """
    TOKEN = "token"  # noqa: S105 - a word, no secret
    """Whoever has any scope: it tells of the installation, but of nobody's tasks."""


Rule = Scope | Door

RULES: Final[Mapping[str, Rule]] = {
    "submitTask": Scope.SUBMIT,
    "submitTasks": Scope.SUBMIT,
    "checkTask": Scope.SUBMIT,
    "cancelTask": Scope.CANCEL,
    "getTask": Scope.READ,
    "streamTask": Scope.READ,
    "getResult": Scope.READ,
    "listFunctions": Scope.READ,
    "getValues": Scope.READ,
    "getResults": Scope.READ,
    "getStats": Scope.READ,
    "streamResults": Scope.READ,
    # What stands behind an installation (hosts, delays, how much is going on) is for operators;
    # who probes it learns from these two only whether it lives and whether it serves.
    "getHealth": Door.OPEN,
    "getReadiness": Door.OPEN,
    "getMetrics": Scope.ADMIN,
    # Who writes scripts needs to know limits, levels and libraries.
    "getCapabilities": Door.TOKEN,
}
"""By operation id. An operation that is not here cannot be served."""

OPEN_PATHS: Final = frozenset({"/openapi.json", "/docs", "/docs/{part}"})
"""Paths that are no operations: what they tell is in this package for all."""


def rule_of(operation_id: str | None) -> Rule:
    """The right that an operation takes.

    Raises:
        LookupError: it is not in the table, so nobody has decided.
    """
    try:
        return RULES[operation_id or ""]
    except KeyError:
        raise LookupError(
            f"{operation_id!r} has no rule in RULES: decide which scope it takes"
        ) from None
