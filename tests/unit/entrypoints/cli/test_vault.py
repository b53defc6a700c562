"""`fleeting vault`, as far as it goes without a Vault."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fleeting.entrypoints.cli.completion import scopes, vault_roles

from .conftest import Done

Run = Callable[..., Done]


def test_policy_is_printed_as_vault_reads_it(fleeting: Run) -> None:
    done = fleeting("vault", "policy", "worker")

    assert done.exit_code == 0
    assert 'path "kv/data/tasks/*" {' in done.out


def test_unknown_role_is_a_wrong_command(fleeting: Run) -> None:
    done = fleeting("vault", "policy", "wrker")

    assert done.exit_code == 2
    assert "wrker is no role: there are submitter," in done.err


def test_address_without_a_scheme_is_refused_in_the_form_of_addresses(fleeting: Run) -> None:
    done = fleeting("vault", "bootstrap", "--address", "vault:8200", "--token", "t")

    assert done.exit_code == 78
    assert "is written https://host:8200" in done.err


@pytest.mark.parametrize(("begun", "offered"), [("wo", ["worker"]), ("x", [])])
def test_shell_completes_roles(begun: str, offered: list[str]) -> None:
    assert vault_roles(begun) == offered


@pytest.mark.parametrize(("begun", "offered"), [("tasks:s", ["tasks:submit"]), ("x", [])])
def test_shell_completes_scopes(begun: str, offered: list[str]) -> None:
    assert scopes(begun) == offered
