"""Every error has an exit code, and every exit code a meaning."""

from __future__ import annotations

import pytest

from fleeting.domain import errors as e
from fleeting.entrypoints.cli.exit_codes import EXIT_CODES, MEANINGS, exit_code_of

from ....error_leaves import leaves


@pytest.mark.parametrize("kind", leaves(), ids=lambda kind: kind.__name__)
def test_every_error_is_in_the_table_itself_or_by_its_family(kind: type[e.FleetingError]) -> None:
    assert any(parent in EXIT_CODES for parent in kind.__mro__)
    assert exit_code_of(kind) in MEANINGS


def test_every_code_in_the_table_has_a_meaning() -> None:
    assert set(EXIT_CODES.values()) < set(MEANINGS)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (e.ScriptRaised, 1),
        (e.TaskFailed, 1),
        (e.FunctionNotFound, 2),
        (e.ResultGone, 3),
        (e.StoreUnavailable, 69),
        (e.StoreDenied, 77),
        (e.NotAuthenticated, 77),
        (e.Forbidden, 77),
        (e.UnknownSetting, 78),
    ],
)
def test_the_codes_that_scripts_rely_on_stay(kind: type[e.FleetingError], code: int) -> None:
    assert exit_code_of(kind) == code


def test_a_third_partys_error_gets_the_code_of_its_parent() -> None:
    class Elsewhere(e.StoreUnavailable):
        """Of another package."""

    assert exit_code_of(Elsewhere) == 69
