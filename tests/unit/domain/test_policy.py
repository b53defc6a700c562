"""Who may do what: a policy makes principals, and says which secrets tasks may name."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from fleeting.domain.policy import DEFAULT_POLICY, Grant, Policy
from fleeting.domain.principal import Scope

READ_AND_SUBMIT = ("results:read", "tasks:submit")
SECRETS = Policy(
    grants=(
        Grant(
            subjects=("svc-*",),
            namespaces=("team-a",),
            functions=("load_*",),
            secrets=("kv/team-a/*", "database/creds/reader"),
        ),
    )
)


def may_name(reference: str, **changes: str) -> bool:
    asked = {"subject": "svc-1", "namespace": "team-a", "function": "load_rows"} | changes
    return SECRETS.allows_secret(**asked, reference=reference)


def test_without_a_file_the_scopes_of_the_token_hold_in_the_default_namespace_alone() -> None:
    principal = DEFAULT_POLICY.principal("alice", READ_AND_SUBMIT)
    assert principal.scopes == {Scope.READ, Scope.SUBMIT}
    assert principal.may(Scope.SUBMIT, namespace="", function="anything")
    assert not principal.may(Scope.SUBMIT, namespace="team-a", function="anything")
    assert not principal.has(Scope.ADMIN)


def test_without_a_file_no_secret_may_be_named() -> None:
    assert not DEFAULT_POLICY.allows_secret(
        subject="alice", namespace="", function="add", reference="kv/db#password"
    )


def test_scopes_of_other_services_are_none() -> None:
    assert DEFAULT_POLICY.principal("alice", ["openid", "tasks:all", "*"]).scopes == frozenset()


def test_whom_no_grant_names_may_do_nothing() -> None:
    policy = Policy(grants=(Grant(subjects=("alice",), groups=("data",)),))
    principal = policy.principal("bob", READ_AND_SUBMIT, ["sales"])
    assert principal.scopes == frozenset()
    assert principal.grants == ()


def test_a_grant_is_for_members_of_a_group_too() -> None:
    policy = Policy(grants=(Grant(groups=("data-*",)),))
    assert policy.principal("bob", READ_AND_SUBMIT, ["sales", "data-eng"]).has(Scope.READ)


def test_nobody_has_no_grants() -> None:
    assert not Policy(grants=(Grant(subjects=("*",)),)).principal("", READ_AND_SUBMIT).scopes


def test_a_grant_gives_scopes_to_a_token_that_names_none() -> None:
    policy = Policy(grants=(Grant(subjects=("*",), scopes=("tasks:*",)),))
    assert policy.principal("alice", ["openid"]).scopes == {Scope.SUBMIT, Scope.CANCEL}


def test_a_token_narrows_what_a_grant_gives() -> None:
    policy = Policy(grants=(Grant(subjects=("*",), scopes=("*",)),))
    assert policy.principal("alice", ["results:read"]).scopes == {Scope.READ}


def test_a_token_adds_nothing_to_what_a_grant_gives() -> None:
    policy = Policy(grants=(Grant(subjects=("*",), scopes=("results:read",)),))
    assert policy.principal("alice", ["admin", "tasks:submit"]).grants == ()


def test_a_grant_of_secrets_opens_nothing_else() -> None:
    wide = Grant(subjects=("*",), namespaces=("*",), secrets=("kv/public/*",))
    policy = Policy(grants=(wide, wide.model_copy(update={"secrets": (), "results": ("kv/*",)})))
    assert policy.principal("alice", READ_AND_SUBMIT).grants == ()


def test_a_grant_of_secrets_may_name_scopes_as_well() -> None:
    policy = Policy(grants=(Grant(subjects=("*",), scopes=("results:read",), secrets=("kv/*",)),))
    assert policy.principal("alice", READ_AND_SUBMIT).scopes == {Scope.READ}


def test_a_secret_may_be_in_results_where_a_grant_says_so() -> None:
    asked = {"subject": "alice", "namespace": "", "function": "add"}
    policy = Policy(grants=(Grant(subjects=("alice",), results=("kv/public/*",)),))
    assert policy.allows_result(**asked, reference="kv/public/key#value")
    assert not policy.allows_result(**asked, reference="kv/private/key#value")


def test_scopes_hold_where_their_own_grant_says_and_nowhere_else() -> None:
    policy = Policy(
        grants=(
            Grant(subjects=("*",), scopes=("results:read",), namespaces=("*",)),
            Grant(subjects=("*",), scopes=("tasks:submit",), functions=("add",)),
        )
    )
    principal = policy.principal("alice", [])
    assert principal.may(Scope.READ, namespace="team-a", function="sub")
    assert principal.may(Scope.SUBMIT, namespace="", function="add")
    assert not principal.may(Scope.SUBMIT, namespace="", function="sub")
    assert not principal.may(Scope.SUBMIT, namespace="team-a", function="add")
    assert principal.enters(Scope.READ, "team-a")
    assert not principal.enters(Scope.SUBMIT, "team-a")


@pytest.mark.parametrize(
    ("namespaces", "only"),
    [(("team-a",), "team-a"), (("",), ""), (("team-*",), None), (("team-a", "team-b"), None)],
)
def test_one_namespace_is_the_only_one(namespaces: tuple[str, ...], only: str | None) -> None:
    policy = Policy(grants=(Grant(subjects=("*",), namespaces=namespaces),) * 2)
    assert policy.principal("alice", READ_AND_SUBMIT).only_namespace == only


def test_a_secret_may_be_named_where_a_grant_says_so() -> None:
    assert may_name("kv/team-a/db#password")
    assert may_name("database/creds/reader")


@pytest.mark.parametrize(
    "changes",
    [{"subject": "alice"}, {"subject": ""}, {"namespace": ""}, {"function": "add"}],
)
def test_a_secret_is_for_the_subject_the_namespace_and_the_function_of_its_grant(
    changes: dict[str, str],
) -> None:
    assert not may_name("kv/team-a/db#password", **changes)


@pytest.mark.parametrize(
    "reference",
    [
        "kv/team-b/db#password",
        "kv/team-a/../team-b/db#password",
        "kv/team-a/./db#password",
        "kv/team-a//db#password",
        "kv/team-a/%2e%2e/team-b/db#password",
        "kv/team-a/..\\team-b#password",
        "kv/team-a/d\N{LATIN SMALL LETTER E WITH ACUTE}#x",
        "kv/team-a/db\n#password",
    ],
)
def test_a_path_that_a_server_may_read_as_another_is_never_granted(reference: str) -> None:
    assert not may_name(reference)


@pytest.mark.parametrize(
    ("grant", "said"),
    [
        ({"scopes": ["admin"]}, "names nobody"),
        ({"groups": ["g"], "secrets": ["*"]}, "never to groups"),
        ({"subjects": ["*"], "scopes": ["task:submit"]}, "no scope"),
        ({"subjects": ["*"], "namespaces": ["Team A"]}, "pattern"),
        ({"subjects": ["*"], "subject": ["*"]}, "not permitted"),
    ],
)
def test_a_grant_that_cannot_be_meant_is_refused(grant: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Policy.model_validate({"grants": [grant]})
