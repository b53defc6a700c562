from __future__ import annotations

import pytest

from fleeting import Fleeting
from fleeting.domain.errors import InvalidReference, TaskFailed

SOURCE = """
def login(password, role=None):
    print(password, role)
    return [len(password), role and sorted(role)]

def give(password):
    return password
"""
SECRETS = {
    "kv/db#password": "correct-horse",
    "database/creds/app": {"username": "app-1", "password": "battery-staple"},
}
PASSWORD = {"$secret": "kv/db#password"}
ROLE = {"$lease": "database/creds/app"}


def test_tasks_in_memory_get_what_the_program_hands_in() -> None:
    with Fleeting.in_memory(isolation="none", secrets=SECRETS) as platform:
        handle = platform.submit(SOURCE, "login", PASSWORD, kwargs={"role": ROLE})

        assert handle.result(30) == [13, ["password", "username"]]
        assert handle.facts().output == "*** {'username': '***', 'password': '***'}\n"


def test_what_they_return_must_not_hold_it() -> None:
    with Fleeting.in_memory(isolation="none", secrets=SECRETS) as platform:
        handle = platform.submit(SOURCE, "give", PASSWORD)

        with pytest.raises(TaskFailed) as failed:
            handle.result(30)

    assert failed.value.error is not None
    assert failed.value.error.code == "result_holds_secret"


@pytest.mark.parametrize("name", ["kv/db", "kv/db#", "#x"])
def test_a_name_is_that_of_a_secret(name: str) -> None:
    with pytest.raises(InvalidReference, match="kv/path#field"):
        Fleeting.in_memory(isolation="none", secrets={name: "x"})


def test_a_name_of_several_fields_is_that_of_a_lease() -> None:
    with pytest.raises(InvalidReference, match="database/creds/role"):
        Fleeting.in_memory(isolation="none", secrets={"kv/db#password": {"a": "b"}})


def test_nobody_may_name_a_secret_where_none_was_handed_in() -> None:
    with Fleeting.in_memory(isolation="none") as platform:
        [problem] = platform.check(SOURCE, "give", PASSWORD).problems

    assert problem.code == "reference_not_allowed"
