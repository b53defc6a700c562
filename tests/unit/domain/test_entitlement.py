from __future__ import annotations

import pytest

from fleeting.domain.entitlement import Entitlement
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
            results=("kv/reports/db#user",),
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


@pytest.mark.parametrize(("one", "is_returnable"), [(USER, True), (PASSWORD, False)])
def test_a_result_may_hold_what_a_grant_says(one: SecretReference, *, is_returnable: bool) -> None:
    assert of().may_return(one) == is_returnable
    assert not of(subject="other").may_return(one)
