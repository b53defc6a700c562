"""`fleeting quarantine`, as far as it needs no server."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from fleeting.domain.errors import InvalidQuery
from fleeting.domain.quarantine import Quarantine, SourceName
from fleeting.entrypoints.quarantine import _meant

from .conftest import Done

NOW = datetime(2026, 1, 1, tzinfo=UTC)
A, B = "a" * 64, "a" * 8 + "b" * 56


def one(digest: str, namespace: str = "") -> Quarantine:
    return Quarantine(SourceName(namespace, digest), 3, 2, since=NOW, until=NOW)


def test_nothing_is_in_quarantine_in_memory(fleeting: Callable[..., Done]) -> None:
    assert fleeting("quarantine", "list", "--json").json == []


@pytest.mark.parametrize("digest", ["", "abc", "not a digest"])
def test_lifting_needs_a_digest(fleeting: Callable[..., Done], digest: str) -> None:
    done = fleeting("quarantine", "lift", digest, "--json")

    assert done.exit_code == 2
    assert "eight digits" in done.problem["detail"]


def test_lifting_what_is_not_there_is_refused(fleeting: Callable[..., Done]) -> None:
    done = fleeting("quarantine", "lift", A)

    assert done.exit_code == 2
    assert "is in quarantine" in done.err


def test_beginning_of_a_digest_is_enough_where_it_is_one_source_s() -> None:
    found = [one(A), one(A, "team-a"), one(B)]

    assert _meant(found, A[:9], None) == [one(A), one(A, "team-a")]
    assert _meant(found, A[:9], "team-a") == [one(A, "team-a")]
    assert _meant(found, A[:9], "") == [one(A)]
    with pytest.raises(InvalidQuery, match="several"):
        _meant(found, A[:8], None)
