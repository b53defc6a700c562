"""Every error of the domain has a status."""

from __future__ import annotations

import pytest

from fleeting.adapters.fastapi.problems import title_of
from fleeting.adapters.fastapi.statuses import STATUSES, status_of
from fleeting.domain.errors import FleetingError, MalformedMessage, PortError, RequestError

from ....error_leaves import leaves

RAISED_THEMSELVES = {MalformedMessage}
"""Errors that have children and are raised all the same."""


@pytest.mark.parametrize("kind", leaves(FleetingError))
def test_every_leaf_is_mapped(kind: type[FleetingError]) -> None:
    assert kind in STATUSES


def test_nothing_else_is_mapped() -> None:
    assert set(STATUSES) - RAISED_THEMSELVES == set(leaves(FleetingError))


@pytest.mark.parametrize("kind", leaves(PortError))
def test_a_dependency_that_is_away_is_503_and_only_that(kind: type[FleetingError]) -> None:
    assert (status_of(kind) == 503) is kind.retryable


@pytest.mark.parametrize("kind", leaves(RequestError))
def test_a_request_to_be_changed_is_a_client_error(kind: type[FleetingError]) -> None:
    assert 400 <= status_of(kind) < 500


@pytest.mark.parametrize("kind", leaves(FleetingError))
def test_every_leaf_has_a_title_of_one_sentence(kind: type[FleetingError]) -> None:
    assert title_of(kind).endswith(".")


def test_a_strangers_error_is_answered_as_its_parent() -> None:
    class TenantUnknown(RequestError):
        """Nobody knows that tenant."""

    class TooManyCooks(TenantUnknown):
        """More of the same."""

    assert status_of(TooManyCooks) == 500
    assert status_of(type("Own", (leaves(RequestError)[0],), {})) == 422
