"""Readers that never stop, as in a busy worker: outages reach all of them and pass for all."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

import pytest

from fleeting.domain.errors import PortError, SecretsUnavailable

from ..servers.wait import wait_until
from .conftest import READ
from .roles import approle, calls, mount_kv

PATH = "kv/team/database"
PATIENCE = timedelta(seconds=60)


class Reader(Thread):
    """Reads without a pause; counts what it got, and keeps what was raised."""

    def __init__(self, source, stop):
        super().__init__(daemon=True)
        self._source, self._stop_reading = source, stop
        self.reads, self.failures = 0, []

    def run(self):
        while not self._stop_reading.is_set():
            try:
                assert self._source.read(PATH) == {"password": "canary"}
                self.reads += 1
            except PortError as exc:
                self.failures.append(exc)
                # A run that waits for its secret does not ask without a pause either.
                self._stop_reading.wait(0.05)


@contextmanager
def reading(source, count=8):
    stop = Event()
    readers = [Reader(source, stop) for _ in range(count)]
    for reader in readers:
        reader.start()
    try:
        yield readers
    finally:
        stop.set()
        for reader in readers:
            reader.join(30)


def goes_on(readers):
    """Wait until every reader has read once more."""
    before = [reader.reads for reader in readers]
    wait_until(
        lambda: all(r.reads > n for r, n in zip(readers, before, strict=True)), within=PATIENCE
    )


def is_noticed(readers):
    """Wait until every reader has failed once more."""
    before = [len(reader.failures) for reader in readers]
    wait_until(
        lambda: all(len(r.failures) > n for r, n in zip(readers, before, strict=True)),
        within=PATIENCE,
    )


@pytest.fixture
def source(openbao_raft, open_source):
    admin = openbao_raft.client()
    if "kv/" not in admin.sys.list_mounted_secrets_engines()["data"]:
        mount_kv(admin, "kv")
    admin.secrets.kv.v2.create_or_update_secret(
        "team/database", {"password": "canary"}, mount_point="kv"
    )
    role = approle(admin, "busy", READ)
    query = f"?ca={openbao_raft.ca}&cache_seconds=0&timeout=2"
    return open_source(role.options(role.secret_id()), query, openbao_raft).source


def test_outages_reach_all_readers_as_what_they_are_and_pass_for_all(openbao_raft, source):
    with reading(source) as readers:
        goes_on(readers)
        openbao_raft.seal()
        is_noticed(readers)
        openbao_raft.unseal()
        goes_on(readers)
        openbao_raft.kill()
        is_noticed(readers)
        openbao_raft.start()
        goes_on(readers)

    kinds = {type(failure) for reader in readers for failure in reader.failures}
    assert kinds == {SecretsUnavailable}


def test_a_revoked_token_is_noticed_by_no_reader(openbao_raft, source):
    with reading(source) as readers:
        goes_on(readers)
        before = calls(openbao_raft)
        for _ in range(3):
            openbao_raft.client().sys.revoke_prefix("auth/approle/login")
            goes_on(readers)
        after = calls(openbao_raft)

    assert [failure for reader in readers for failure in reader.failures] == []
    # One for each time, and not one for each reader; a token that is got while the others are being
    # revoked may be among them.
    assert 3 <= after - before <= 6
