"""The plans of the sweeper."""

from __future__ import annotations

from collections.abc import Sequence

from ...domain.result_key import Address
from .commands import Plan, command
from .keyspace import Keyspace, address_of, member_of
from .scripts import script


def overdue(space: Keyspace, limit: int) -> Plan[list[Address]]:
    """Addresses whose deadline has passed on the clock of the server that lists them."""
    [members] = yield [script("overdue").call([space.open_tasks], limit)]
    return [address_of(member) for member in members]


def forget(space: Keyspace, addresses: Sequence[Address]) -> Plan[None]:
    """Take addresses off the list."""
    if addresses:
        yield [command("ZREM", space.open_tasks, *map(member_of, addresses))]
