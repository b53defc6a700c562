"""What the principal of an installation without authentication may do."""

from __future__ import annotations

import pytest

from fleeting.domain.principal import ANYBODY, Scope


@pytest.mark.parametrize("scope", Scope)
@pytest.mark.parametrize("namespace", ["", "team-a"])
def test_anybody_may_do_everything_everywhere(scope: Scope, namespace: str) -> None:
    assert ANYBODY.has(scope)
    assert ANYBODY.enters(scope, namespace)
    assert ANYBODY.may(scope, namespace=namespace, function="add")


def test_anybody_is_in_the_default_namespace_unless_another_is_named() -> None:
    assert ANYBODY.only_namespace is None
