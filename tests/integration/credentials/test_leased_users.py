"""Redis users that Vault makes come and go while API and workers run: nothing lost, nothing failed.

Users here live for seconds; an operator gives them an hour.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from ..pipeline.deployment import Deployment
from ..servers.openbao import RaftOpenBao
from ..servers.tls_redis_server import TlsRedisServer
from ..servers.wait import wait_until
from .estate import Estate
from .load import Load
from .site import Site, started

PATIENCE = timedelta(seconds=60)
LIFE = timedelta(seconds=5)
LONGEST_LIFE = timedelta(seconds=8)
MADE = 3
"""Users at a time: the API's and those of two workers; processes of a pool add theirs."""


@pytest.fixture(scope="module")
def site(
    openbao_raft_server: RaftOpenBao,
    guarded_redis: TlsRedisServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """All tests share it, so that each begins where the one before has left it running."""
    openbao_raft_server.heal()
    estate = Estate(openbao_raft_server, guarded_redis, ttl=LIFE, max_ttl=LONGEST_LIFE)
    estate.set_up()
    logs = tmp_path_factory.mktemp("leased-users")
    with Deployment({"FLEETING_ACCEPT_UNSIGNED": "true"}, logs=logs) as deployment:
        worker = estate.leased("worker")
        yield started(
            estate,
            deployment,
            logs,
            api=estate.leased("api"),
            workers={"threads": worker, "prefork": worker},
        )


def test_users_that_are_deleted_under_load_are_replaced(site: Site) -> None:
    with Load(site.url) as load:
        for _ in range(2):
            before = site.users()
            with site.admin as admin:
                for user in before:
                    admin.acl_deluser(user)
            wait_until(lambda gone=before: len(site.users() - gone) >= MADE, within=PATIENCE)
            go_on(load)

    assert (load.tally.failed, load.tally.lost) == ([], [])
    assert set(site.refusals()) <= {("auth", "HELLO"), ("auth", "AUTH")}


def test_users_are_replaced_before_their_longest_life_ends(site: Site) -> None:
    with Load(site.url) as load:
        before = site.users()
        wait_until(lambda: not before & site.users(), within=PATIENCE)
        go_on(load)

    assert (load.tally.failed, load.tally.lost) == ([], [])


def test_users_that_redis_forgot_over_a_restart_are_made_again(site: Site) -> None:
    """Vault thinks that they live; Redis keeps users in memory alone."""
    with Load(site.url) as load:
        before = site.users()
        site.estate.redis.kill()
        site.estate.redis.start()
        wait_until(lambda: len(site.users() - before) >= MADE, within=PATIENCE)
        go_on(load)
    load.ask_again()

    assert load.tally.lost == [], load.tally.failed


def test_a_sealed_vault_costs_nothing_until_users_are_gone(site: Site) -> None:
    """Vault alone ends users whose time is over; those that are gone are made when it is back."""
    vault = site.estate.bao
    assert isinstance(vault, RaftOpenBao)
    wait_until(lambda: len(site.users()) >= MADE, within=PATIENCE)
    with Load(site.url) as load:
        vault.seal()
        before, since = site.users(), time.monotonic()
        wait_until(lambda: time.monotonic() - since > LONGEST_LIFE.total_seconds(), within=PATIENCE)
        go_on(load)
        assert (site.users(), load.tally.failed) == (before, [])

        with site.admin as admin:
            admin.acl_deluser(*before)
        wait_until(lambda: load.tally.failed, within=PATIENCE)
        vault.unseal()
        wait_until(lambda: len(site.users()) >= MADE, within=PATIENCE)
        go_on(load)
    load.ask_again()

    assert load.tally.lost == [], load.tally.failed
    assert all("503" in reason for reason in load.tally.failed)


def go_on(load: Load) -> None:
    """Wait until tasks go through again."""
    done = load.tally.tasks
    wait_until(lambda: load.tally.tasks > done + 20, within=PATIENCE)
