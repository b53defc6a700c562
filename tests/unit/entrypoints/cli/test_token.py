"""`fleeting token`: a token is shown once, listed without itself, and taken away."""

from __future__ import annotations

import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fleeting.adapters.tokens.token_file import TokenFile
from fleeting.domain.static_token import digest_of, is_well_formed

from .conftest import Done

Run = Callable[..., Done]


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "tokens.json"
    monkeypatch.setenv("FLEETING_AUTH_TOKENS_FILE", str(path))
    return path


def test_token_is_printed_once_and_kept_as_a_digest(fleeting: Run, path: Path) -> None:
    done = fleeting("token", "create", "ci", "--scope", "tasks:submit", "--scope", "results:read")
    token = done.out.strip()

    assert done.exit_code == 0
    assert is_well_formed(token)
    assert token not in path.read_text()
    [kept] = TokenFile(path).read().tokens
    assert kept.digest == digest_of(token)
    assert (kept.subject, kept.scopes) == ("ci", ("tasks:submit", "results:read"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_token_counts_for_ninety_days_unless_told_otherwise(fleeting: Run, path: Path) -> None:
    fleeting("token", "create", "ci")
    fleeting("token", "create", "for-ever", "--days", "0", "--group", "CN=A B", "--group", "c")
    first, second = TokenFile(path).read().tokens

    assert first.expires is not None
    assert abs(first.expires - datetime.now(UTC) - timedelta(days=90)) < timedelta(minutes=5)
    assert (second.expires, second.groups) == (None, ("CN=A B", "c"))


@pytest.mark.parametrize("subject", ["", "a\nb"])
def test_subject_that_cannot_be_is_refused_in_words(
    fleeting: Run, path: Path, subject: str
) -> None:
    done = fleeting("token", "create", subject)

    assert (done.exit_code, path.exists()) == (2, False)
    assert "a subject has 1 to " in done.err


def test_tokens_are_listed_by_their_ids(fleeting: Run, path: Path) -> None:
    made = fleeting("token", "create", "ci", "--scope", "admin", "--json").json

    [listed] = fleeting("token", "list", "--json").json

    assert listed == {name: made[name] for name in listed}
    assert "token" not in listed
    assert made["id"] in fleeting("token", "list").out


def test_token_is_revoked_by_its_id(fleeting: Run, path: Path) -> None:
    made = [fleeting("token", "create", name, "--json").json for name in ("a", "b")]

    done = fleeting("token", "revoke", made[0]["id"], "--json")

    assert [one["subject"] for one in done.json] == ["a"]
    assert [one["subject"] for one in fleeting("token", "list", "--json").json] == ["b"]


def test_unknown_id_is_refused_and_shown_shortened(fleeting: Run, path: Path) -> None:
    """Who gives the token itself must not find it in a log."""
    made = fleeting("token", "create", "ci", "--json").json

    done = fleeting("token", "revoke", made["token"], "--json")

    assert done.exit_code == 2
    assert made["token"] not in done.err
    assert len(TokenFile(path).read().tokens) == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["ci", "--scope", "everything"], "there are tasks:submit"),
        ([""], "subject"),
        (["x" * 300], "subject"),
    ],
)
def test_token_that_cannot_be_is_not_made(
    fleeting: Run, path: Path, arguments: list[str], says: str
) -> None:
    done = fleeting("token", "create", *arguments, "--json")

    assert done.exit_code == 2
    assert says in done.problem["detail"]
    assert not path.exists()


def test_file_may_be_named_instead_of_set(fleeting: Run, tmp_path: Path) -> None:
    path = tmp_path / "other.json"

    assert fleeting("token", "create", "ci", "--file", str(path)).exit_code == 0
    assert len(fleeting("token", "list", "--file", str(path), "--json").json) == 1


def test_without_a_file_the_setting_is_named(fleeting: Run) -> None:
    done = fleeting("token", "list", "--json")

    assert done.exit_code == 78
    assert "FLEETING_AUTH_TOKENS_FILE" in done.problem["detail"]
