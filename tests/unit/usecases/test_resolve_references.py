from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fleeting.adapters.memory.audit_log import MemoryAuditLog
from fleeting.adapters.memory.policy_source import FixedPolicy
from fleeting.domain import errors as e
from fleeting.domain.audit import AuditEvent
from fleeting.domain.json_value import JsonValue
from fleeting.domain.policy import Grant, Policy
from fleeting.domain.result_key import ResultKey
from fleeting.domain.task import Task, accept
from fleeting.usecases.resolve_references import Resolved, ResolveReferences

from .make import Installation, a_request

POLICY = Policy(
    grants=(
        Grant(
            subjects=("ann",),
            functions=("add",),
            secrets=("kv/db#*", "database/creds/app"),
            results=("kv/db#user",),
        ),
    )
)
PASSWORD: JsonValue = {"$secret": "kv/db#password"}
USER: JsonValue = {"$secret": "kv/db#user"}
ROLE: JsonValue = {"$lease": "database/creds/app"}


@pytest.fixture
def home() -> Installation:
    home = Installation(policy=POLICY)
    home.secrets.put("kv/db", {"user": "app-user", "password": "correct-horse"})
    home.secrets.put("kv/other", {"password": "battery-staple"})
    home.secrets.offer("database/creds/app")
    return home


def a_task(home: Installation, *args: JsonValue, principal: str = "ann", **kwargs: Any) -> Task:
    task = accept(
        a_request(args=list(args), kwargs=kwargs),
        key=ResultKey.make("add", home.clock.now(), "0123456789abcdef"),
        namespace="",
        source_digest="d" * 64,
        limits=home.limits,
        principal=principal,
    )
    return replace(task, signer="key-of-the-api")


def resolved(home: Installation, task: Task) -> Resolved:
    with home.resolve(task) as found:
        return found


def test_a_run_gets_values_in_the_place_of_references(home: Installation) -> None:
    found = resolved(home, a_task(home, 1, PASSWORD, db={"auth": [USER, PASSWORD]}))

    assert found.args == [1, "correct-horse"]
    assert found.kwargs == {"db": {"auth": ["app-user", "correct-horse"]}}
    assert sorted(found.secrets) == ["app-user", "correct-horse"]


def test_only_what_a_grant_says_may_be_returned(home: Installation) -> None:
    assert resolved(home, a_task(home, USER, PASSWORD, ROLE)).returnable == {"app-user"}


def test_a_literal_is_laid_bare(home: Installation) -> None:
    found = resolved(home, a_task(home, {"$literal": PASSWORD}, principal=""))

    assert (found.args, found.secrets) == ([PASSWORD], ())


def test_what_is_shown_of_it_holds_no_parameter(home: Installation) -> None:
    assert "horse" not in repr(resolved(home, a_task(home, PASSWORD)))


class CountingSource:
    """`SecretSource` that takes its time, and counts."""

    def __init__(self, home: Installation, takes: timedelta = timedelta(0)) -> None:
        self.read_paths: list[str] = []
        self._home = home
        self._takes = takes

    def read(self, path: str) -> Mapping[str, str]:
        self.read_paths.append(path)
        self._home.clock.advance(self._takes)
        return self._home.secrets.fields_at(path)


def asking(home: Installation, source: CountingSource | None) -> ResolveReferences:
    return ResolveReferences(policy=FixedPolicy(POLICY), source=source, lend=None, clock=home.clock)


def test_a_path_is_read_once_for_all_its_fields(home: Installation) -> None:
    source = CountingSource(home)

    with asking(home, source)(a_task(home, PASSWORD, USER, PASSWORD)):
        assert source.read_paths == ["kv/db"]


@pytest.mark.parametrize(
    ("args", "principal"),
    [
        ([{"$secret": "kv/other#password"}], "ann"),
        ([PASSWORD, {"$secret": "kv/nothing#at-all"}], "ann"),
        ([PASSWORD], "bob"),
        ([PASSWORD], ""),
        ([ROLE], "bob"),
    ],
)
def test_what_is_not_granted_is_refused_before_anything_is_read(
    home: Installation, args: list[JsonValue], principal: str
) -> None:
    source = CountingSource(home)

    with (
        pytest.raises(e.ReferenceNotAllowed),
        asking(home, source)(a_task(home, *args, principal=principal)),
    ):
        pass

    assert source.read_paths == []


def test_a_task_that_nobody_has_signed_names_no_secret(home: Installation) -> None:
    """Whatever principal it claims to be of."""
    with pytest.raises(e.ReferenceNotAllowed):
        resolved(home, replace(a_task(home, PASSWORD), signer=""))


def test_a_malformed_reference_is_refused(home: Installation) -> None:
    with pytest.raises(e.InvalidReference):
        resolved(home, a_task(home, {"$secret": 1}))


def test_a_field_that_is_not_there_is_named(home: Installation) -> None:
    with pytest.raises(e.SecretNotFound, match="kv/db has no field passwort"):
        resolved(home, a_task(home, {"$secret": "kv/db#passwort"}))


@pytest.mark.parametrize("error", [e.SecretForbidden, e.SecretsUnavailable])
def test_what_the_source_says_comes_through(home: Installation, error: type[e.PortError]) -> None:
    home.secrets.switch.turn_off(error("sealed"))

    with pytest.raises(error, match="sealed"):
        resolved(home, a_task(home, PASSWORD))


@pytest.mark.parametrize("reference", [PASSWORD, ROLE])
def test_a_worker_without_a_source_says_so(home: Installation, reference: JsonValue) -> None:
    with (
        pytest.raises(e.NoSecretSource, match="FLEETING_SECRETS"),
        asking(home, None)(a_task(home, reference)),
    ):
        pass


def test_during_an_outage_not_every_task_asks(home: Installation) -> None:
    source = CountingSource(home)
    resolve = asking(home, source)
    home.secrets.switch.turn_off(e.SecretsUnavailable("sealed"))

    for _ in range(9):
        with pytest.raises(e.SecretsUnavailable, match="sealed"), resolve(a_task(home, PASSWORD)):
            pass

    assert source.read_paths == ["kv/db"]


def test_reading_does_not_go_on_for_ever(home: Installation) -> None:
    policy = Policy(grants=(Grant(subjects=("ann",), secrets=("*",)),))
    source = CountingSource(home, takes=timedelta(seconds=31))
    resolve = ResolveReferences(
        policy=FixedPolicy(policy), source=source, lend=None, clock=home.clock
    )
    task = a_task(home, PASSWORD, {"$secret": "kv/other#password"})

    with pytest.raises(e.SecretsUnavailable, match="longer than 30 s"), resolve(task):
        pass

    assert source.read_paths == ["kv/db"]


def test_a_run_has_a_credential_of_its_own_while_it_runs(home: Installation) -> None:
    with ExitStack() as runs:
        first, second = (runs.enter_context(home.resolve(a_task(home, ROLE))) for _ in range(2))
        home.run_leases.tend()
        assert first.args != second.args
        assert len(home.secrets.live_leases) == 2

    assert first.args == [{"username": "user-1", "password": "password-00000001"}]
    assert first.secrets == ("user-1", "password-00000001")
    home.run_leases.tend()
    assert home.secrets.live_leases == set()


def test_a_credential_goes_back_if_the_next_secret_cannot_be_had(home: Installation) -> None:
    with pytest.raises(e.SecretNotFound):
        resolved(home, a_task(home, ROLE, {"$secret": "kv/db#nothing"}))

    home.run_leases.tend()
    assert home.secrets.live_leases == set()


def auditing(home: Installation) -> tuple[ResolveReferences, MemoryAuditLog]:
    audit = MemoryAuditLog()
    resolve = ResolveReferences(
        policy=FixedPolicy(POLICY),
        source=CountingSource(home),
        lend=home.run_leases.lent,
        clock=home.clock,
        audit=audit,
    )
    return resolve, audit


def test_who_was_given_which_secrets_is_kept(home: Installation) -> None:
    resolve, audit = auditing(home)
    task = a_task(home, PASSWORD, ROLE, 1)

    with resolve(task):
        assert audit.events == [
            AuditEvent(
                action="readSecrets",
                outcome="allowed",
                subject="ann",
                functions=("add",),
                keys=(task.key,),
                secrets=("kv/db#password", "database/creds/app"),
            )
        ]


def test_what_was_refused_is_kept_too(home: Installation) -> None:
    resolve, audit = auditing(home)

    with pytest.raises(e.ReferenceNotAllowed), resolve(a_task(home, PASSWORD, principal="bob")):
        pass

    [event] = audit.events
    assert (event.outcome, event.reason) == ("denied", "reference_not_allowed")
    assert (event.subject, event.secrets) == ("bob", ("kv/db#password",))


def test_of_tasks_without_secrets_nothing_is_kept(home: Installation) -> None:
    resolve, audit = auditing(home)

    with resolve(a_task(home, {"$literal": PASSWORD})):
        assert audit.events == []
