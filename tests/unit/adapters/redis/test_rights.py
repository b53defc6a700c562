"""The page on keys shows the very rules that are written to Redis."""

from __future__ import annotations

import re

from fleeting.adapters.redis.rights import LIMIT_RIGHTS, RIGHTS, rights

from ....pages import ROOT, blocks

PAGE = ROOT / "docs" / "reference" / "keys.md"


def test_the_page_shows_the_rules_of_every_role() -> None:
    roles = re.findall(r"(?m)^### The role `(\w+)`$", PAGE.read_text())
    shown = [block.text.split() for block in blocks(PAGE, "acl")]

    assert dict(zip(roles, shown, strict=True)) == {r: text.split() for r, text in RIGHTS.items()}


def test_the_page_shows_what_limits_take() -> None:
    shown = [block.text.split() for block in blocks(PAGE, "acl limits")]

    assert shown == [text.split() for text in LIMIT_RIGHTS.values()]


def test_limits_bring_their_rights_alone() -> None:
    for role, text in LIMIT_RIGHTS.items():
        assert rights(role, has_limits=True) == (*rights(role), *text.split())


def test_who_only_reads_counts_and_nothing_else_under_a_prefix() -> None:
    words = rights("retrieve", prefix="shop", has_limits=True)

    assert {"%R~shop:*", "~shop:{rate:*)"} <= set(words)
    assert "~shop:*" not in words


def test_a_prefix_leaves_the_keys_under_it_alone() -> None:
    words = rights("worker", prefix="shop")

    assert {"~shop:*", "~{shop:*}:run", "&shop:cancel", "~{fleeting}:*"} <= set(words)
    assert not any(word.startswith("~*") for word in words)


def test_who_only_reads_only_reads_under_a_prefix() -> None:
    assert {"%R~shop:*", "%R~{shop:*}:run"} <= set(rights("retrieve", prefix="shop"))


def test_the_queue_may_have_another_prefix() -> None:
    assert "~{shop-queue}:*" in rights("worker", queue_prefix="{shop-queue}:")
