"""Texts are asked for once."""

from __future__ import annotations

from fleeting.usecases.source_memory import SourceMemory


class Asked:
    """`SourceReader` that knows single letters, and counts."""

    def __init__(self) -> None:
        self.digests: list[str] = []

    def get(self, digest: str) -> str | None:
        self.digests.append(digest)
        return digest * 10 if len(digest) == 1 else None


def test_text_is_asked_for_once() -> None:
    asked = Asked()
    sources = SourceMemory(asked)

    assert [sources.get("a"), sources.get("a")] == ["a" * 10, "a" * 10]
    assert asked.digests == ["a"]


def test_text_that_is_not_there_is_asked_for_again() -> None:
    asked = Asked()
    sources = SourceMemory(asked)

    assert [sources.get("none"), sources.get("none")] == [None, None]
    assert asked.digests == ["none", "none"]


def test_text_not_asked_for_for_longest_goes_first() -> None:
    asked = Asked()
    sources = SourceMemory(asked, characters=20)
    for digest in ("a", "b", "a", "c", "a", "b"):
        sources.get(digest)

    assert asked.digests == ["a", "b", "c", "b"]


def test_text_that_two_ask_for_at_once_is_kept_once() -> None:
    class Nested(Asked):
        def get(self, digest: str) -> str | None:
            if not self.digests:
                self.digests.append("outer")
                sources.get(digest)
            return super().get(digest)

    asked = Nested()
    sources = SourceMemory(asked, characters=20)
    sources.get("a")
    sources.get("b")

    assert (sources.get("a"), asked.digests) == ("a" * 10, ["outer", "a", "a", "b"])
