from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest

from fleeting.domain.errors import InvalidSetting, TaskNotTrusted
from fleeting.domain.trusted_key import SIZE, TrustedKey, key_id, read_trusted_keys

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PUBLIC = bytes(range(SIZE))
LINE = f"ed25519 {b64encode(PUBLIC).decode()}"


def test_id_of_a_key_is_the_beginning_of_its_digest() -> None:
    """`openssl dgst -sha256` says the same."""
    assert key_id(PUBLIC) == "630dcd2966c43366"
    assert TrustedKey(PUBLIC).key_id == key_id(PUBLIC)


@pytest.mark.parametrize(
    "key",
    [
        TrustedKey(PUBLIC),
        TrustedKey(PUBLIC, not_before=NOW, not_after=NOW, namespaces=("", "a"), principals=("b",)),
    ],
)
def test_line_of_a_key_can_be_read_again(key: TrustedKey) -> None:
    assert read_trusted_keys(key.line) == [key]


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing yet", " , "])
def test_list_may_be_empty(text: str) -> None:
    assert read_trusted_keys(text) == []


@pytest.mark.parametrize("between", ["\n", ",", " # mine\n\n# theirs\n"])
def test_keys_stand_on_lines_or_between_commas(between: str) -> None:
    other = f"ed25519 {b64encode(bytes(SIZE)).decode()}"

    found = read_trusted_keys(LINE + between + other)

    assert [key.public for key in found] == [PUBLIC, bytes(SIZE)]


def test_a_line_may_bound_its_key() -> None:
    [key] = read_trusted_keys(
        f"{LINE} not_before=2026-01-01T00:00:00Z not_after=2027-01-01T00:00:00+01:00 "
        "namespaces=team-a;team-b principals=batch-*"
    )

    assert key == TrustedKey(
        PUBLIC,
        not_before=datetime(2026, 1, 1, tzinfo=UTC),
        not_after=datetime(2026, 12, 31, 23, tzinfo=UTC),
        namespaces=("team-a", "team-b"),
        principals=("batch-*",),
    )


@pytest.mark.parametrize(
    "line",
    [
        "ed25519",
        "ed25519 §",
        "ed25519 AAAA",
        f"rsa {LINE.split()[1]}",
        LINE.split()[1],
        f"{LINE} until=tomorrow",
        f"{LINE} not_after=2027-01-01",
        f"{LINE} not_after",
    ],
)
def test_a_wrong_line_is_named_by_its_number(line: str) -> None:
    with pytest.raises(InvalidSetting, match="trusted keys, line 2: "):
        read_trusted_keys(f"{LINE}\n{line}")


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        (TrustedKey(PUBLIC, not_before=NOW + timedelta(seconds=1)), "unknown_signer"),
        (TrustedKey(PUBLIC, not_after=NOW - timedelta(seconds=1)), "unknown_signer"),
        (TrustedKey(PUBLIC, namespaces=("",)), "overreaching"),
        (TrustedKey(PUBLIC, namespaces=("team-b", "b*")), "overreaching"),
        (TrustedKey(PUBLIC, principals=("bob",)), "overreaching"),
    ],
)
def test_a_key_counts_within_its_bounds_only(key: TrustedKey, reason: str) -> None:
    with pytest.raises(TaskNotTrusted) as caught:
        key.check(at=NOW, namespace="team-a", principal="ann")

    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "key",
    [
        TrustedKey(PUBLIC),
        TrustedKey(PUBLIC, not_before=NOW, not_after=NOW),
        TrustedKey(PUBLIC, namespaces=("", "team-*"), principals=("a*",)),
    ],
)
def test_a_key_counts_within_its_bounds(key: TrustedKey) -> None:
    key.check(at=NOW, namespace="team-a", principal="ann")
