"""`fleeting redis acl`."""

from __future__ import annotations

import json

import pytest

from fleeting.adapters.redis.rights import RIGHTS, rights


def test_every_role_gets_a_line_that_redis_reads(fleeting):
    done = fleeting("redis", "acl")

    assert done.out.splitlines() == [f"user {role} {' '.join(rights(role))}" for role in RIGHTS]


@pytest.mark.parametrize("role", RIGHTS)
def test_one_role_is_shown_alone(fleeting, role: str):
    found = json.loads(fleeting("redis", "acl", role, "--json").out)

    assert found == {role: list(rights(role))}


def test_prefixes_and_limits_count(fleeting):
    done = fleeting(
        "redis", "acl", "api", "--prefix", "shop:", "--queue-prefix", "{q}:", "--limits", "--json"
    )

    wanted = rights("api", prefix="shop", queue_prefix="{q}:", has_limits=True)
    assert json.loads(done.out) == {"api": list(wanted)}


def test_what_is_no_role_is_refused(fleeting):
    assert fleeting("redis", "acl", "gardener").exit_code == 2
