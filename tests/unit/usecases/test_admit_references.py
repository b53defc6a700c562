from __future__ import annotations

from typing import Any

import pytest

from fleeting.domain import errors as e
from fleeting.domain.policy import Grant, Policy
from fleeting.domain.task import TaskRequest

from .make import Installation, a_request

POLICY = Policy(
    grants=(Grant(subjects=("ann",), namespaces=("team",), functions=("add",), secrets=("kv/*",)),)
)


def naming(reference: object, **changes: Any) -> TaskRequest:
    return a_request(args=[1, {"password": reference}], **changes)


GRANTED = naming({"$secret": "kv/db#password"})
NOT_GRANTED = naming({"$secret": "other/db#password"})


async def refusal(home: Installation, request: TaskRequest, **who: str) -> e.RequestError:
    """Why a request is refused: for the same reason by a dry run."""
    with pytest.raises(e.RequestError) as error:
        await home.admit(request, **who)
    [found] = (await home.check(request, **who)).problems
    assert (found.code, found.message) == (error.value.code, error.value.message)
    return error.value


async def test_a_malformed_reference_is_refused_with_its_place() -> None:
    error = await refusal(Installation(), naming({"$secret": "kv/db"}))

    assert isinstance(error, e.InvalidReference)
    assert error.message.startswith("$.args[1].password: not of the form")


async def test_a_granted_reference_is_admitted() -> None:
    home = Installation(policy=POLICY)

    await home.admit(GRANTED, namespace="team", principal="ann")

    assert (await home.check(GRANTED, namespace="team", principal="ann")).problems == ()


@pytest.mark.parametrize(
    ("request_", "who"),
    [
        (NOT_GRANTED, {"namespace": "team", "principal": "ann"}),
        (GRANTED, {"namespace": "team", "principal": "bob"}),
        (GRANTED, {"namespace": "team"}),
        (GRANTED, {"principal": "ann"}),
    ],
)
async def test_what_no_grant_names_is_refused(request_: TaskRequest, who: dict[str, str]) -> None:
    error = await refusal(Installation(policy=POLICY), request_, **who)

    assert isinstance(error, e.ReferenceNotAllowed)


async def test_without_a_policy_it_is_for_the_worker_to_say() -> None:
    assert await Installation().admit(NOT_GRANTED)


async def test_a_literal_is_no_reference() -> None:
    home = Installation(policy=POLICY)

    assert await home.admit(naming({"$literal": {"$secret": "other/db#password"}}))
