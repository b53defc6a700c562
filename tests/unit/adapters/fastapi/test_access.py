"""Who gets in, what they may touch, what they are told of the rest, and what is kept of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from httpx2 import AsyncClient, Response

from fleeting.adapters.fastapi.guarded_route import GuardedRoute
from fleeting.adapters.fastapi.scopes import OPEN_PATHS, RULES, Door, Rule
from fleeting.domain.policy import Policy
from fleeting.domain.principal import Scope

from .calls import BY_FUNCTION, BY_KEY, CALLS, READS_BY_KEY, SUBMISSIONS, send
from .guarded import Guarded, bearer
from .make import TASK, Platform, serving

Following = asyncio.Task[Response]
Follow = Callable[[str], Awaitable[Following]]
GUARDED = [name for name, rule in RULES.items() if rule is not Door.OPEN]
SCOPED = [name for name, rule in RULES.items() if isinstance(rule, Scope)]
WAYS = [(name, way) for name in GUARDED for way in ("", *CALLS[name].variants)]


def names_of(rule: Rule) -> set[str]:
    return {name for name, found in RULES.items() if found is rule}


@pytest.fixture
def guarded() -> Guarded:
    return Guarded()


@pytest.fixture
async def client(guarded: Guarded) -> AsyncIterator[AsyncClient]:
    async with guarded.serving() as found:
        yield found


async def submitted(guarded: Guarded, client: AsyncClient, who: str, *, ended: bool = True) -> str:
    """The key of a task of whoever has one namespace."""
    answer = await client.post("/tasks", json=TASK, headers=bearer(who))
    assert answer.status_code == 202, answer.text
    key = str(answer.json()["key"])
    if ended:
        guarded.platform.succeed(key, namespace=guarded.audit.events[-1].namespace)
    guarded.audit.events.clear()
    return key


def told(answer: Response, key: str) -> tuple[int, dict[str, str], str]:
    """What an answer says, without what differs for every request."""
    own = answer.headers["x-request-id"]
    headers = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
    return answer.status_code, headers, answer.text.replace(own, "ID").replace(key, "KEY")


class TestRoutes:
    def test_every_route_of_the_app_is_behind_a_rule(self) -> None:
        for route in iter_route_contexts(Platform().app().routes):
            is_guarded = isinstance(getattr(route, "original_route", route), GuardedRoute)
            assert is_guarded or route.path in OPEN_PATHS, route.path

    def test_every_rule_is_of_a_route_and_tested_here(self) -> None:
        found = Platform().app().openapi()["paths"].values()
        ids = {operation["operationId"] for methods in found for operation in methods.values()}
        assert ids == set(RULES) == set(CALLS)

    def test_whoever_changes_a_rule_says_so_twice(self) -> None:
        """The other tests believe the table."""
        reads = {*READS_BY_KEY, *BY_FUNCTION, "listFunctions"}
        assert names_of(Door.OPEN) == {"getHealth", "getReadiness"}
        assert names_of(Door.TOKEN) == {"getCapabilities"}
        assert names_of(Scope.ADMIN) == {"getMetrics"}
        assert names_of(Scope.SUBMIT) == set(SUBMISSIONS)
        assert names_of(Scope.CANCEL) == {"cancelTask"}
        assert names_of(Scope.READ) == reads

    async def test_a_route_without_a_rule_cannot_be_made(self) -> None:
        class Forgotten(GuardedRoute):
            pass

        with pytest.raises(LookupError, match="no rule"):
            Forgotten("/secrets", lambda: None, operation_id="listSecrets")

    async def test_no_path_of_the_app_is_open_by_accident(self, client: AsyncClient) -> None:
        """What FastAPI, Starlette or a mount would add by themselves is asked for, too."""
        for path in ("/", "/redoc", "/static/x", "/openapi.yaml", "/functions/", "/metrics/"):
            assert (await client.get(path)).status_code == 404, path


class TestAuthentication:
    @pytest.mark.parametrize(("name", "way"), WAYS)
    async def test_without_a_token_there_is_a_challenge_and_nothing_else(
        self, client: AsyncClient, name: str, way: str
    ) -> None:
        answer = await send(client, CALLS[name], "key", {}, way)

        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == 'Bearer realm="fleeting"'
        assert answer.json()["code"] == "not_authenticated"

    @pytest.mark.parametrize(("name", "way"), WAYS)
    async def test_a_token_that_does_not_count_is_called_that(
        self, client: AsyncClient, name: str, way: str
    ) -> None:
        answer = await send(client, CALLS[name], "key", bearer("nobody"), way)

        assert answer.status_code == 401
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]
        assert "expired" not in answer.text, "the reason is for the log, not for a stranger"

    @pytest.mark.parametrize("value", ["Bearer", "Bearer ", "Basic YTpi", "bearer a b", "ann", ""])
    async def test_what_is_no_bearer_token_is_not_looked_at(
        self, guarded: Guarded, client: AsyncClient, value: str
    ) -> None:
        answer = await client.get("/functions", headers={"Authorization": value})

        assert answer.status_code == 401
        assert guarded.names.asked == []

    async def test_two_tokens_are_none(self, client: AsyncClient) -> None:
        headers = [("Authorization", "Bearer ann"), ("Authorization", "Bearer bob")]
        assert (await client.get("/functions", headers=headers)).status_code == 401

    @pytest.mark.parametrize("value", ["bearer ann", "BEARER  ann "])
    async def test_the_scheme_is_read_in_any_case(self, client: AsyncClient, value: str) -> None:
        answer = await client.get("/functions", headers={"Authorization": value})
        assert answer.status_code == 200

    async def test_no_body_is_read_for_who_may_not_come_in(self, client: AsyncClient) -> None:
        answer = await client.post("/tasks", content=b"{not json", headers={})
        assert answer.status_code == 401

    @pytest.mark.parametrize("name", GUARDED)
    async def test_nobody_gets_in_while_tokens_cannot_be_checked(
        self, guarded: Guarded, client: AsyncClient, name: str
    ) -> None:
        guarded.names.is_away = True

        answer = await send(client, CALLS[name], "key", bearer("ann"))

        assert answer.status_code == 503
        assert "corp.example" not in answer.text
        assert answer.headers["retry-after"]

    async def test_liveness_asks_nobody(self, guarded: Guarded, client: AsyncClient) -> None:
        guarded.names.is_away = True
        assert (await client.get("/healthz", headers=bearer("ann"))).status_code == 200
        assert guarded.names.asked == []


class TestScopes:
    @pytest.mark.parametrize("name", SCOPED)
    async def test_a_missing_scope_is_named(self, client: AsyncClient, name: str) -> None:
        scope = RULES[name]
        who = "operator" if scope is not Scope.ADMIN else "reader"

        answer = await send(client, CALLS[name], "key", bearer(who))

        assert answer.status_code == 403
        challenge = answer.headers["www-authenticate"]
        assert 'error="insufficient_scope"' in challenge
        assert f'scope="{scope}"' in challenge
        assert str(scope) in answer.json()["detail"]

    async def test_whoever_has_no_scope_at_all_learns_nothing(self, client: AsyncClient) -> None:
        for name in GUARDED:
            answer = await send(client, CALLS[name], "key", bearer("unknown"))
            assert answer.status_code == 403, name

    async def test_any_scope_shows_what_the_installation_can_do(self, client: AsyncClient) -> None:
        assert (await client.get("/capabilities", headers=bearer("reader"))).status_code == 200

    @pytest.mark.parametrize("who", [None, "nobody", "ann"])
    async def test_readiness_tells_who_probes_no_names(
        self, guarded: Guarded, who: str | None
    ) -> None:
        async with serving(guarded.app) as client:
            headers = {} if who is None else bearer(who)
            answer = await client.get("/readyz", headers=headers)
            assert (answer.status_code, answer.json()["status"]) == (200, "ready")
            assert bool(answer.json()["checks"]) is (who == "ann")

    async def test_a_dependency_that_is_down_has_no_name_for_strangers(
        self, client: AsyncClient
    ) -> None:
        stranger = (await client.get("/readyz")).json()
        operator = (await client.get("/readyz", headers=bearer("operator"))).json()
        assert "checks" not in stranger
        assert "checks" in operator


class TestNamespaces:
    async def test_the_only_namespace_of_a_principal_needs_no_name(
        self, guarded: Guarded, client: AsyncClient
    ) -> None:
        key = await submitted(guarded, client, "ann")

        for headers in (bearer("ann"), bearer("ann", "team-a"), bearer("all", "team-a")):
            assert (await client.get(f"/tasks/{key}", headers=headers)).status_code == 200

    async def test_whoever_has_several_must_name_one(self, client: AsyncClient) -> None:
        answer = await client.get("/functions", headers=bearer("both"))

        assert answer.status_code == 403
        assert "X-Fleeting-Namespace" in answer.json()["detail"]

    @pytest.mark.parametrize(
        ("name", "way"), [(name, way) for name in BY_KEY for way in ("", *CALLS[name].variants)]
    )
    async def test_a_key_of_another_namespace_cannot_be_told_from_none(
        self, guarded: Guarded, client: AsyncClient, name: str, way: str
    ) -> None:
        """Whether the task is there, runs or never was, and whoever asks from wherever."""
        call, never = CALLS[name], "add_1763683200000_0123456789abcdef"
        keys = [
            await submitted(guarded, client, "ann"),
            await submitted(guarded, client, "ann", ended=False),
            never,
        ]
        own = told(await send(client, call, never, bearer("bob"), way), never)

        for key in keys:
            for headers in (bearer("bob"), bearer("bob", "team-a"), bearer("bob", "team-c")):
                assert told(await send(client, call, key, headers, way), key) == own
        assert own[0] == 410

    @pytest.mark.parametrize("name", BY_KEY)
    async def test_a_function_outside_the_grants_is_hidden_alike(
        self, guarded: Guarded, client: AsyncClient, name: str
    ) -> None:
        key = await submitted(guarded, client, "ann")
        answer = await send(client, CALLS[name], key, bearer("sub"))
        assert answer.status_code == 410

    async def test_what_is_forbidden_is_looked_for_as_often_as_what_is_not(
        self, guarded: Guarded, client: AsyncClient
    ) -> None:
        """The time of an answer tells nothing either: the same steps, the same trips."""
        key = await submitted(guarded, client, "ann")
        counts = []
        for headers in (bearer("ann"), bearer("bob"), bearer("bob", "team-a")):
            before = guarded.platform.reader.reads
            await client.get(f"/get-result?key={key}", headers=headers)
            counts.append(guarded.platform.reader.reads - before)
        assert counts == [1, 1, 1]

    async def test_a_foreign_task_is_not_cancelled(
        self, guarded: Guarded, client: AsyncClient
    ) -> None:
        key = await submitted(guarded, client, "ann", ended=False)
        for headers in (bearer("bob"), bearer("bob", "team-a"), bearer("reader")):
            await client.delete(f"/tasks/{key}", headers=headers)
        answer = await client.get(f"/tasks/{key}", headers=bearer("ann"))
        assert answer.json()["status"] == "queued"

    @pytest.mark.parametrize(
        ("name", "who"),
        [
            ("listFunctions", "bob"),
            *((name, who) for name in (*SUBMISSIONS, *BY_FUNCTION) for who in ("bob", "sub")),
        ],
    )
    async def test_what_is_not_asked_by_key_is_refused(
        self, client: AsyncClient, name: str, who: str
    ) -> None:
        """The answer depends on the token alone, so it tells nothing of what is there."""
        for way in ("", *CALLS[name].variants):
            answer = await send(client, CALLS[name], "key", bearer(who, "team-a"), way)
            assert answer.status_code == 403
            assert "insufficient_scope" in answer.headers["www-authenticate"]

    async def test_a_batch_is_refused_for_one_function_of_many(self, client: AsyncClient) -> None:
        sub = {"source": "def sub(a, b): ...", "function": "sub", "args": [1, 2]}
        answer = await client.post(
            "/tasks:batch", json={"tasks": [sub, TASK]}, headers=bearer("sub")
        )
        assert answer.status_code == 403
        assert "'add'" in answer.json()["detail"]

    async def test_lists_show_what_may_be_seen(self, guarded: Guarded, client: AsyncClient) -> None:
        await submitted(guarded, client, "ann")
        lists = [
            (await client.get("/functions", headers=bearer(who))).json()["functions"]
            for who in ("ann", "sub", "bob")
        ]
        assert [[one["function"] for one in found] for found in lists] == [["add"], [], []]

    async def test_who_submitted_is_kept_with_the_task(
        self, guarded: Guarded, client: AsyncClient
    ) -> None:
        key = await submitted(guarded, client, "ann")
        assert guarded.platform.record(key, "team-a").principal == "ann"

    async def test_a_policy_that_changed_counts_for_the_next_request(
        self, guarded: Guarded, client: AsyncClient
    ) -> None:
        assert (await client.get("/functions", headers=bearer("ann"))).status_code == 200
        guarded.names.policy = Policy()
        assert (await client.get("/functions", headers=bearer("ann"))).status_code == 403


class TestStreams:
    """They outlive tokens and policies."""

    @pytest.fixture
    async def following(self, guarded: Guarded) -> AsyncIterator[Follow]:
        app = guarded.make_app(idle=timedelta(seconds=0.02))
        async with serving(app) as client, asyncio.TaskGroup() as group:

            async def follow(path: str) -> Following:
                key = await submitted(guarded, client, "ann", ended=False)
                stream = client.get(path.format(key=key), headers=bearer("ann"))
                following = group.create_task(stream)
                await guarded.platform.listened()
                return following

            yield follow

    @pytest.mark.parametrize("path", ["/tasks/{key}/stream", "/functions/add/stream"])
    async def test_a_stream_ends_once_its_token_counts_no_more(
        self, guarded: Guarded, following: Follow, path: str
    ) -> None:
        stream = await following(path)
        guarded.names.gone.add("ann")

        answer = await stream

        assert answer.text.rstrip().splitlines()[-2] == "event: problem"
        assert '"code":"not_authenticated"' in answer.text
        assert [event.outcome for event in guarded.audit.events] == ["allowed", "denied"]

    async def test_a_stream_ends_once_the_rights_are_gone(
        self, guarded: Guarded, following: Follow
    ) -> None:
        stream = await following("/functions/add/stream")
        guarded.names.policy = Policy()

        assert '"code":"forbidden"' in (await stream).text


class TestAudit:
    @pytest.mark.parametrize(("name", "way"), WAYS)
    async def test_every_decision_is_kept_once(
        self, guarded: Guarded, client: AsyncClient, name: str, way: str
    ) -> None:
        key = await submitted(guarded, client, "ann", ended=name != "cancelTask")
        answers = [
            await send(client, CALLS[name], key, headers, way)
            for headers in (bearer("ann"), {}, bearer("nobody"), bearer("unknown"))
        ]
        events = guarded.audit.events

        assert [event.outcome for event in events] == ["allowed", "denied", "denied", "denied"]
        assert [event.subject for event in events] == ["ann", "", "", "unknown"]
        assert {event.action for event in events} == {name}
        assert [e.request_id for e in events] == [a.headers["x-request-id"] for a in answers]
        assert events[2].reason == "it has expired"

    async def test_submissions_name_the_tasks_that_were_accepted(
        self, guarded: Guarded, client: AsyncClient
    ) -> None:
        batch = {"tasks": [TASK, TASK]}
        answer = await client.post("/tasks:batch", json=batch, headers=bearer("ann"))
        [event] = guarded.audit.events
        assert event.functions == ("add",)
        assert event.keys == tuple(task["key"] for task in answer.json()["tasks"])
        assert event.namespace == "team-a"

    async def test_a_submission_that_came_to_nothing_says_why(
        self, guarded: Guarded, client: AsyncClient
    ) -> None:
        wrong = TASK | {"args": [1]}
        await client.post("/tasks", json=wrong, headers=bearer("ann"))
        [event] = guarded.audit.events
        assert (event.outcome, event.keys) == ("allowed", ())
        assert event.reason == "not accepted: parameters_do_not_fit"

    async def test_what_was_hidden_is_no_secret_to_the_log(
        self, guarded: Guarded, client: AsyncClient
    ) -> None:
        key = await submitted(guarded, client, "ann")
        await client.get(f"/tasks/{key}", headers=bearer("bob", "team-a"))
        [event] = guarded.audit.events
        assert (event.outcome, event.subject, event.keys) == ("denied", "bob", (key,))
        assert (event.namespace, event.client) == ("team-a", "127.0.0.1")

    async def test_neither_token_nor_payload_is_kept(
        self, guarded: Guarded, client: AsyncClient
    ) -> None:
        canary = "ca1f-canary"
        source = f"def add(a, b): return '{canary}'"
        body: dict[str, Any] = {"source": source, "function": "add", "args": [canary, canary]}
        for token in ("ann", f"ann.{canary}", "nobody"):
            for path in ("/tasks", "/tasks:check"):
                await client.post(path, json=body, headers=bearer(token))
        guarded.names.is_away = True
        await client.get("/functions", headers=bearer(f"{canary}"))
        # The subject is whom a token speaks for, and here the token itself.
        kept = [
            repr(event).replace(f"subject='ann.{canary}'", "") for event in guarded.audit.events
        ]
        assert len(kept) == 7
        assert canary not in "".join(kept)

    async def test_what_strangers_write_at_length_is_cut(
        self, guarded: Guarded, client: AsyncClient
    ) -> None:
        long = "x" * 10_000
        await client.post("/tasks", json=TASK | {"function": long}, headers=bearer("ann"))
        await client.post("/tasks", json=TASK | {"function": long}, headers=bearer("sub"))
        await client.get(f"/tasks/{long}", headers=bearer("ann"))
        assert [len(repr(event)) < 1000 for event in guarded.audit.events] == [True] * 3

    async def test_open_doors_leave_no_trace(self, guarded: Guarded, client: AsyncClient) -> None:
        await client.get("/healthz")
        await client.get("/readyz", headers=bearer("nobody"))
        assert guarded.audit.events == []


def test_the_document_says_which_scope_each_operation_takes() -> None:
    document = Platform().app().openapi()
    assert document["components"]["securitySchemes"]["bearerToken"]["scheme"] == "bearer"
    for methods in document["paths"].values():
        for operation in methods.values():
            rule = RULES[operation["operationId"]]
            answers = set(operation["responses"])
            if rule is Door.OPEN:
                assert operation["security"] == []
                assert not {"401", "403"} & answers
                continue
            assert operation["security"] == [
                {"bearerToken": [str(rule)] if isinstance(rule, Scope) else []}
            ]
            assert {"401", "403", "503"} <= answers
            headers = operation["responses"]["401"]["headers"]
            assert list(headers) == ["WWW-Authenticate"]
            assert "authenticator_unavailable" in json.dumps(operation["responses"]["503"])
