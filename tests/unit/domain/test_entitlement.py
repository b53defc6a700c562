from __future__ import annotations

import pytest

from fleeting.domain.entitlement import Entitlement, entitlement
from fleeting.domain.errors import ReferenceNotAllowed
from fleeting.domain.policy import Grant, Policy
from fleeting.domain.references import LeaseReference, SecretReference

POLICY = Policy(
    grants=(
        Grant(
            subjects=("reports",),
            namespaces=("team-a",),
            functions=("fetch_*",),
            secrets=("kv/reports/*#password", "database/creds/reports"),
        ),
    )
)
PASSWORD = SecretReference("kv/reports/db", "password")
USER = SecretReference("kv/reports/db", "user")
ROLE = LeaseReference("database/creds/reports")


def of(**who: str) -> Entitlement:
    return Entitlement(
        policy=POLICY,
        **{"subject": "reports", "namespace": "team-a", "function": "fetch_all"} | who,
    )


def test_what_a_grant_names_may_be_named() -> None:
    of().check({PASSWORD: "$.args[0]", ROLE: "$.args[1]"})


@pytest.mark.parametrize(
    "who", [{"subject": "other"}, {"subject": ""}, {"namespace": ""}, {"function": "add"}]
)
def test_nobody_else_may_name_it_elsewhere_or_for_another_function(who: dict[str, str]) -> None:
    assert not of(**who).allows(PASSWORD)
    assert not of(**who).allows(ROLE)


def test_refused_references_are_named_with_their_places() -> None:
    with pytest.raises(ReferenceNotAllowed) as error:
        of().check({PASSWORD: "$.args[0]", USER: "$.args[1].user"})

    assert "name kv/reports/db#user ($.args[1].user): take it out" in error.value.message
    assert "password" not in error.value.message


def test_without_a_policy_there_is_nothing_to_ask() -> None:
    assert entitlement(None, subject="reports", namespace="", function="f") is None
    assert entitlement(POLICY, subject="reports", namespace="team-a", function="fetch_all") == of()
