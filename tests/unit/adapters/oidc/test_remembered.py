from __future__ import annotations

from fleeting.adapters.oidc.remembered import Remembered, digest_of


def test_entry_is_there_until_its_time() -> None:
    known: Remembered[str] = Remembered()
    known.keep(b"a", "x", until=10)

    assert known.get(b"a", 9.9) == "x"
    assert known.get(b"a", 10) is None
    assert len(known) == 0


def test_least_recently_used_entry_makes_room() -> None:
    known: Remembered[str] = Remembered(capacity=2)
    known.keep(b"a", "x", until=10)
    known.keep(b"b", "y", until=10)
    known.get(b"a", 0)
    known.keep(b"c", "z", until=10)

    assert [known.get(one, 0) for one in (b"a", b"b", b"c")] == ["x", None, "z"]


def test_digest_tells_nothing_of_the_token() -> None:
    assert b"token" not in digest_of("token")
    assert digest_of("token") != digest_of("Token")
