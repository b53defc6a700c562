"""The names of keys: literal by default, and together where a script needs them together."""

from __future__ import annotations

import pytest
from redis.crc import key_slot

from fleeting.adapters.redis.keyspace import Keyspace, address_of, member_of
from fleeting.domain.errors import InvalidSetting
from fleeting.domain.result_key import Address

KEY = "add_1763683200000_0123456789abcdef"
PLAIN = Address("", KEY)
TENANT = Address("team-a", KEY)
SPACES = [Keyspace(), Keyspace.under("apps")]


def test_by_default_a_value_is_under_its_very_key() -> None:
    assert Keyspace().value(PLAIN) == KEY


def test_prefix_and_namespace_stand_in_front() -> None:
    assert Keyspace.under("apps").value(TENANT) == f"apps:team-a:{KEY}"
    assert Keyspace.under("apps").record(TENANT) == f"{{apps:team-a:{KEY}}}:run"
    assert Keyspace.under("apps").live("team-a", "add") == "apps:{team-a:add}:live"


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("address", [PLAIN, TENANT])
def test_what_a_script_touches_lies_in_one_slot(space: Keyspace, address: Address) -> None:
    assert slot(space.value(address)) == slot(space.record(address))
    lists = address.namespace, address.function
    assert slot(space.live(*lists)) == slot(space.other(*lists))


def test_results_are_spread_over_slots() -> None:
    keys = [Address("", f"add_1763683200000_{n:016x}") for n in range(50)]

    assert len({slot(Keyspace().record(address)) for address in keys}) > 40


@pytest.mark.parametrize("prefix", ["apps", "apps:"])
def test_colon_of_a_prefix_may_be_left_out(prefix: str) -> None:
    assert Keyspace.under(prefix).open_tasks == "apps:open"


@pytest.mark.parametrize("prefix", ["{apps}", "a b", "ä", "*"])
def test_prefix_that_would_spoil_slots_or_patterns_is_refused(prefix: str) -> None:
    with pytest.raises(InvalidSetting, match="prefix"):
        Keyspace.under(prefix)


def test_names_do_not_meet() -> None:
    space = Keyspace()
    names = [
        *(space.value(a) for a in (PLAIN, TENANT)),
        *(space.record(a) for a in (PLAIN, TENANT)),
        *(f(n, "add") for n in ("", "team-a") for f in (space.live, space.other)),
        *(f(n) for n in ("", "team-a") for f in (space.functions, space.events)),
        *(space.reservation(n, "0" * 64) for n in ("", "team-a")),
        space.source("0" * 64),
        space.open_tasks,
        space.cancellations,
    ]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("address", [PLAIN, TENANT])
def test_address_survives_as_a_member(address: Address) -> None:
    assert address_of(member_of(address).encode()) == address


def slot(key: str) -> int:
    return key_slot(key.encode())
