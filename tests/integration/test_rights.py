"""The rules in docs/reference/keys.md are enough for every role, and no more than they say."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from celery import Celery, chain, chord, group

from fleeting.adapters.celery.worker import make_worker_app
from fleeting.adapters.redis.rights import LIMIT_RIGHTS, rights
from fleeting.adapters.sdk.client import Client
from fleeting.domain.errors import IdempotencyConflict, ResultGone, TaskFailed
from fleeting.domain.result import Status
from fleeting.entrypoints.container import Container
from fleeting.entrypoints.settings import load
from fleeting.entrypoints.worker import make_execution

from ..pages import ROOT, blocks
from .pipeline.deployment import Deployment
from .servers.require import require
from .servers.tls_redis_server import TlsRedisServer
from .servers.wait import wait_until

PAGE = ROOT / "docs" / "reference" / "keys.md"
SCRIPT = (
    (ROOT / "examples" / "05_slow.py").read_text()
    + "\n\n"
    + """\
def add(a, b):
    return a + b


def fail():
    raise ValueError
"""
)
LONG_SCRIPT = SCRIPT + "# " + "x" * 2000
PATIENCE = timedelta(seconds=40)
KEY = "add_1763683200000_0123456789abcdef"
NOBODYS = ["KEYS *", "SCAN 0", "FLUSHALL", "CONFIG GET *", "GET {other}", "SUBSCRIBE other"]

LIMITS = {
    **{f"rate_{kind}": "90000/minute" for kind in ("submit", "read", "cancel", "operate")},
    "limits__max_namespace_tasks": "90000",
    "limits__max_namespace_bytes": "900000000",
}
"""Higher than any test comes: what counts is that everything is counted."""

Rules = Mapping[str, Sequence[str]]


def rules() -> dict[str, list[str]]:
    """The rules of the page, by the role in the heading above them."""
    roles = re.findall(r"(?m)^### The role `(\w+)`$", PAGE.read_text())
    found = [block.text.split() for block in blocks(PAGE, "acl")]
    return dict(zip(roles, found, strict=True))


def rules_with_limits() -> dict[str, list[str]]:
    """The same with what the page adds for rate limits and quotas."""
    added = [block.text.split() for block in blocks(PAGE, "acl limits")]
    found = rules()
    found |= {role: found[role] + more for role, more in zip(LIMIT_RIGHTS, added, strict=True)}
    return found


@dataclass(frozen=True)
class Guarded:
    """An installation whose processes may do what the page says, and nothing else."""

    server: TlsRedisServer
    deployment: Deployment
    api: Client
    retriever: Client

    def wait_for_success(self, key: str) -> None:
        """Return when the task has succeeded."""
        try:
            wait_until(lambda: is_done(self.api, key), within=PATIENCE)
        except TimeoutError:
            pytest.fail(f"{key} was not run; refused: {self.refusals()}")

    def refusals(self) -> list[object]:
        with redis.Redis.from_url(self.server.admin_url, decode_responses=True) as admin:
            return [(e["username"], e["reason"], e["object"]) for e in admin.acl_log()]

    def counted(self) -> set[str]:
        """What of rate limits and quotas is kept."""
        with redis.Redis.from_url(self.server.admin_url, decode_responses=True) as admin:
            keys = admin.keys()
            found = [re.search(r"\{(rate):|(bytes)$", key) for key in keys]
        return {match[1] or match[2] for match in found if match}


@contextmanager
def guarded(users: Rules, directory: Path, **settings: str) -> Iterator[Guarded]:
    with ExitStack() as stack:
        server = stack.enter_context(TlsRedisServer(directory / "redis", users=users))
        environment = {f"FLEETING_{name.upper()}": value for name, value in settings.items()}
        deployment = stack.enter_context(Deployment(environment, logs=directory))
        deployment.worker(store=server.url_of("worker"), is_awaited=False)
        api = deployment.api(store=server.url_of("api"))
        retriever = deployment.api(store=server.url_of("retrieve"), api_roles="retrieve")
        yield Guarded(server, deployment, deployment.client(api), deployment.client(retriever))


@pytest.fixture(params=["as written", "under a prefix"])
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Guarded]:
    require("redis-server")
    users: Rules = rules_with_limits()
    settings = dict(LIMITS)
    if request.param == "under a prefix":
        users = {role: rights(role, prefix="shop", has_limits=True) for role in users}
        settings["prefix"] = "shop"
    with guarded(users, tmp_path, **settings) as found:
        yield found


def test_nothing_that_a_role_needs_is_refused(installation: Guarded) -> None:
    api = installation.api

    assert list(api.map(SCRIPT, "add", [1, 2], [10, 20]).results(30)) == [11, 22]
    assert api.submit(LONG_SCRIPT, "add", 1, 2).result(30) == 3
    assert api.submit(SCRIPT, "add", 1, 2, countdown_seconds=1).result(30) == 3
    with pytest.raises(TaskFailed):
        api.submit(SCRIPT, "fail", max_attempts=2, retry_on=["raised"]).result(30)
    cancel_while_running(api)
    repeat_a_request(api)
    read_everything(installation.retriever)
    read_everything(api)

    assert installation.refusals() == []
    assert installation.counted() == {"rate", "bytes"}


@pytest.mark.parametrize("installation", ["as written"], indirect=True)
def test_nothing_that_a_take_over_needs_is_refused(installation: Guarded) -> None:
    """The messages and claims of a killed worker go to another one."""
    store = installation.server.url_of("worker")
    second = installation.deployment.worker(store=store)
    handles = installation.api.map(SCRIPT, "slow", [15] * 4)
    wait_until(lambda: all(h.status() is Status.RUNNING for h in handles), within=PATIENCE)

    second.kill()

    assert list(handles.results(50)) == ["15 steps"] * 4
    assert installation.refusals() == []


def test_nothing_that_a_canvas_needs_is_refused(tmp_path: Path) -> None:
    """Who builds it has the rights of workers, as those join its parts and queue what follows."""
    require("redis-server")
    with guarded(rules(), tmp_path, accept_unsigned="true") as installation:
        store = installation.server.url_of("worker")
        script = canvas_app(store).tasks["fleeting.run"].si
        plain, nested, last = (a_call() for _ in range(3))
        steps = chain(script(**a_call()), group(script(**a_call()), script(**a_call())))

        chord([script(**a_call()), script(**a_call())], script(**plain)).apply_async()
        chord([steps, script(**a_call())], script(**nested)).apply_async()
        chain(script(**a_call()), script(**last)).apply_async()

        for call in (plain, nested, last):
            installation.wait_for_success(call["key"])
        assert installation.refusals() == []


@pytest.mark.parametrize(
    ("role", "command"),
    [
        ("retrieve", f"DEL {KEY}"),
        ("retrieve", f"SET {KEY} 1"),
        ("retrieve", "LRANGE {fleeting}:fleeting 0 -1"),
        ("retrieve", "EVAL return 0"),
        ("api", "BRPOP {fleeting}:fleeting 0"),
        ("api", "LRANGE {fleeting}:fleeting 0 -1"),
        ("api", "XREAD STREAMS {fleeting}:fleeting:stream:0 0"),
        ("api", "XRANGE {fleeting}:fleeting:stream:0 - +"),
        ("api", "ZRANGE {fleeting}:fleeting:delayed 0 -1"),
        ("worker", "SET source:0 x"),
        ("flower", f"GET {KEY}"),
        ("flower", "XADD {fleeting}:fleeting:stream:0 * a b"),
        ("flower", "XRANGE {fleeting}:fleeting:stream:0 - +"),
        *(
            (role, command)
            for role in ("retrieve", "api", "worker", "flower")
            for command in NOBODYS
        ),
    ],
)
def test_what_a_role_does_not_need_is_refused(redis_url: str, role: str, command: str) -> None:
    with redis.Redis.from_url(redis_url, decode_responses=True) as admin:
        admin.execute_command("ACL", "SETUSER", role, "reset", "on", *rules()[role])
        answer = admin.execute_command("ACL", "DRYRUN", role, *command.split())
        admin.acl_deluser(role)

    assert "no permissions" in answer


def canvas_app(store: str) -> Celery:
    """As `fleeting.entrypoints.celery_app` makes it."""
    settings = load(store=store, accept_unsigned=True)
    container = Container(settings=settings)
    return make_worker_app(
        url=settings.queue_url,
        options=container.queue_options(),
        open_message=container.open_message(),
        make_execution=make_execution,
    )


def a_call() -> dict[str, object]:
    key = f"add_{time.time_ns() // 1_000_000}_{secrets.token_hex(8)}"
    return {"key": key, "source": SCRIPT, "function": "add", "args": [1, 2]}


def is_done(api: Client, key: str) -> bool:
    """Also before a worker has made a record of a message that came without one."""
    try:
        return api.task(key).status is Status.SUCCEEDED
    except ResultGone:
        return False


def cancel_while_running(api: Client) -> None:
    handle = api.submit(SCRIPT, "slow", 1000)
    wait_until(lambda: handle.status() is Status.RUNNING, within=PATIENCE)
    handle.cancel()
    assert handle.facts(timeout=20).status is Status.CANCELLED


def repeat_a_request(api: Client) -> None:
    first = api.submit(SCRIPT, "add", 1, 2, idempotency_key="once")
    assert api.submit(SCRIPT, "add", 1, 2, idempotency_key="once").key == first.key
    with pytest.raises(IdempotencyConflict):
        api.submit(SCRIPT, "add", 1, 3, idempotency_key="once")


def read_everything(client: Client) -> None:
    client.ping()
    assert 11 in client.values("add")
    assert client.stats("add").count > 0
    assert "add" in [summary.function for summary in client.functions()]
    assert [str(facts.status) for facts in client.results("fail")] == ["failed"]
    with client.stream("slow", after="0-0") as updates:
        assert next(updates).result.function == "slow"
