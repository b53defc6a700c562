"""What principals may do and see; how policies make them is told beside those."""

from __future__ import annotations

import pytest

from fleeting.domain.errors import InvalidTask
from fleeting.domain.policy import DEFAULT_POLICY
from fleeting.domain.principal import ANYBODY, NOWHERE, Scope
from fleeting.domain.result_key import Address, check_namespace

KEY = "add_1763683200000_0123456789abcdef"


@pytest.mark.parametrize("scope", Scope)
@pytest.mark.parametrize("namespace", ["", "team-a"])
def test_anybody_may_do_everything_everywhere(scope: Scope, namespace: str) -> None:
    assert ANYBODY.has(scope)
    assert ANYBODY.enters(scope, namespace)
    assert ANYBODY.may(scope, namespace=namespace, function="add")


def test_anybody_is_in_the_default_namespace_unless_another_is_named() -> None:
    assert ANYBODY.only_namespace is None


def test_what_may_be_touched_is_looked_for_where_it_is() -> None:
    reader = DEFAULT_POLICY.principal("alice", ["results:read"])
    address = Address("", KEY)
    assert reader.place(Scope.READ, address) is address


@pytest.mark.parametrize("scope", [Scope.READ, Scope.CANCEL])
def test_what_may_not_is_looked_for_where_nothing_is(scope: Scope) -> None:
    reader = DEFAULT_POLICY.principal("alice", ["results:read"])
    assert reader.place(scope, Address("team-b", KEY)) == Address(NOWHERE, KEY)


def test_nothing_can_be_put_where_nothing_is() -> None:
    with pytest.raises(InvalidTask):
        check_namespace(NOWHERE)
