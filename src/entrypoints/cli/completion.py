"""What a shell offers for a word that has been begun; never fails, never keeps one waiting."""

from __future__ import annotations

import ast
from pathlib import Path

import typer


def functions_in_script(context: typer.Context, incomplete: str) -> list[str]:
    """Top-level functions of the script that the command line names."""
    try:
        tree = ast.parse(Path(context.params["script"]).read_bytes())
    except (KeyError, TypeError, OSError, SyntaxError, ValueError):
        return []
    return [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith(incomplete)
    ]


def scopes(incomplete: str) -> list[str]:
    """What a token can be good for."""
    from ...domain.principal import Scope

    return [scope for scope in Scope if scope.startswith(incomplete)]


def vault_roles(incomplete: str) -> list[str]:
    """The parts of an installation that have a role in Vault."""
    from ...adapters.vault.setup.roles import ROLES

    return [role.name for role in ROLES if role.name.startswith(incomplete)]


def functions_with_values(context: typer.Context, incomplete: str) -> list[str]:
    """Functions that have live values on the service."""
    from ...domain.errors import FleetingError
    from .connection import connect

    names = ("url", "namespace", "token")
    try:
        # A person who has pressed the tab key waits for a second at most.
        with connect(**{name: context.params.get(name) for name in names}, timeout=1) as client:
            return [f.function for f in client.functions() if f.function.startswith(incomplete)]
    except FleetingError:
        return []
