"""A task does with its secrets whatever gives them away by accident; then they are looked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from fleeting.adapters.sdk.client import Client
from fleeting.adapters.sdk.handle import Handle

from ..servers.port import HOST
from ..servers.wait import wait_until
from .eavesdropper import Eavesdropper, everything_in
from .flower import Flower, blooming
from .forms import Canary
from .leaks import HOW_IT_ENDS, SCRIPT
from .site import Site

KEY = "-----BEGIN PRIVATE KEY-----\n{}\n{}\n-----END PRIVATE KEY-----\n"


def ends(handle: Handle[Any]) -> str | None:
    """The code of a task's error; None: it has a value."""
    error = handle.facts(90).error
    assert handle.done()
    return error and error.code


def answers(site: Site, handle: Handle[Any]) -> str:
    """Everything that the API says of a task."""
    function = handle.key.rpartition("_")[0].rpartition("_")[0]
    paths = (
        f"/get-result?key={handle.key}",
        f"/tasks/{handle.key}",
        f"/tasks/{handle.key}/stream",
        f"/functions/{function}/values",
        f"/functions/{function}/results",
        f"/functions/{function}/stats",
    )
    return "\n".join(requests.get(site.url + path, timeout=30).text for path in paths)


def surroundings(site: Site) -> str:
    """What it says of itself."""
    paths = ("/", "/openapi.json", "/metrics", "/capabilities", "/readyz", "/functions")
    return "\n".join(requests.get(site.url + path, timeout=30).text for path in paths)


@pytest.fixture
def client(site: Site) -> Client:
    return site.client()


@pytest.fixture(scope="module")
def flower(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flower]:
    pytest.importorskip("flower")
    with blooming(site.environment, tmp_path_factory.mktemp("flower") / "log") as flower:
        client = site.client()

        def is_listening() -> bool:
            handle = client.submit("def nothing(): pass", "nothing")
            handle.result(60)
            return flower.shows(handle.key)

        wait_until(is_listening, within=timedelta(seconds=60))
        yield flower


def test_a_secret_appears_nowhere_whatever_a_task_does_with_it_by_accident(
    site: Site, client: Client, flower: Flower
) -> None:
    password, top, bottom = Canary(), Canary(), Canary()
    site.put("app/canary", password=password.text, key=KEY.format(top.text, bottom.text))
    parameters = [[site.secret("app/canary#password"), site.secret("app/canary#key")]]
    with Eavesdropper(HOST, site.valkey.port.number) as ear:
        handles = {
            function: client.submit(
                SCRIPT,
                function,
                *parameters,
                timeout_seconds=3 if function == "print_on" else 60,
            )
            for function in HOW_IT_ENDS
        }
        streams = [str(update) for update in handles["say"].follow()]

        assert {function: ends(handle) for function, handle in handles.items()} == HOW_IT_ENDS

        said = [answers(site, handle) for handle in handles.values()]
        kept = everything_in(site.valkey.connect())
    places = {
        "commands": ear.heard,
        "Redis": kept,
        "stream": "\n".join(streams),
        "answers": "\n".join(said) + surroundings(site),
        "worker's log": site.worker.output,
        "API's log": site.api_log(),
        "Vault's audit log": site.bao.audit_log.read_text(),
        "Flower": flower.everything(handle.key for handle in handles.values()),
        "Flower's log": flower.log,
    }
    for place, text in places.items():
        for canary in (password, top, bottom):
            assert canary.found_in(text) == [], place
    # What was looked through is what it was meant to be.
    assert all(ear.heard.count(handle.key) > 5 for handle in handles.values())
    assert "/0.celeryev/task" in ear.heard
    assert kept.count("***") > 50
    assert "form ***" in places["stream"]
    assert all(handle.key in places["Flower"] for handle in handles.values())
    assert handles["say"].result(1)["first"] == password.text[:6]
    wait_until(
        lambda: all(handle.key in site.worker.output for handle in handles.values()),
        within=timedelta(seconds=30),
    )


def test_what_is_no_secret_is_found_by_the_same_search(site: Site, client: Client) -> None:
    """Who passes a secret as a plain parameter has published it."""
    canary = Canary()
    with Eavesdropper(HOST, site.valkey.port.number) as ear:
        handle = client.submit(SCRIPT, "say", [canary.text])
        stream = "\n".join(str(update) for update in handle.follow())
        assert ends(handle) is None
        kept = everything_in(site.valkey.connect())

    for text in (ear.heard, kept, stream, answers(site, handle)):
        assert canary.found_in(text)
    assert canary.found_in(site.worker.output + site.api_log()) == []


def test_a_credential_of_the_run_appears_nowhere_either(site: Site, client: Client) -> None:
    backwards = SCRIPT + "\ndef tell(role):\n    say([role])\n    return role['password'][::-1]\n"
    with Eavesdropper(HOST, site.valkey.port.number) as ear:
        handle = client.submit(backwards, "tell", site.lease)
        password = handle.result(60)[::-1]

    canary = Canary(core=password)
    # The database learns it, from Vault alone.
    heard = "\n".join(line for line in ear.heard.splitlines() if '"ACL" "SETUSER"' not in line)
    for text in (heard, answers(site, handle), site.worker.output, site.api_log()):
        assert canary.found_in(text) == []
    assert "form ***" in handle.facts().output


def test_each_call_of_a_batch_is_given_its_own(site: Site, client: Client) -> None:
    site.put("app/many", short="four", long="much longer")
    script = "def length(text): return len(text)"
    names = ["short", "long", "nothing"] * 4

    handles = client.map(script, "length", [site.secret(f"app/many#{name}") for name in names])

    facts = [handle.facts(60) for handle in handles]
    assert [fact.value for fact in facts] == [4, 11, None] * 4
    assert [fact.error and fact.error.code for fact in facts] == [
        None,
        None,
        "secret_not_found",
    ] * 4


def test_the_worker_says_in_its_audit_log_which_task_was_given_what(
    site: Site, client: Client
) -> None:
    site.put("app/audited", password="correct-horse")
    reference = site.secret("app/audited#password")

    handle = client.submit("def length(text): return len(text)", "length", reference)

    assert handle.result(60) == 13

    def lines() -> list[str]:
        told = site.worker.output.splitlines()
        return [line for line in told if '"readSecrets"' in line and handle.key in line]

    # What a worker says is read by a thread of the test's own.
    wait_until(lines, within=timedelta(seconds=30))
    [line] = lines()
    event = json.loads(line[line.index("{") :])
    assert (event["outcome"], event["subject"]) == ("allowed", "anybody")
    assert event["secrets"] == [reference["$secret"]]


def test_a_result_may_hold_what_the_policy_lets_out(site: Site, client: Client) -> None:
    site.put("app/db", user="app-user", password="app-password")
    user, password = site.secret("app/db#user"), site.secret("app/db#password")

    assert client.submit(SCRIPT, "let_out", [user]).result(30) == ["app-user"]
    assert ends(client.submit(SCRIPT, "let_out", [user, password])) == "result_holds_secret"
    assert ends(client.submit(SCRIPT, "bury", [user])) == "result_holds_secret"


def test_whether_a_secret_exists_is_not_told_to_whom_it_is_not_granted(
    site: Site, client: Client
) -> None:
    site.put("others/db", password="not-for-you")
    there, nowhere = (
        client.check(SCRIPT, "fail", [{"$secret": f"{site.kv}/others/{name}#password"}])
        for name in ("db", "no")
    )

    [one], [other] = there.problems, nowhere.problems
    assert (one.code, other.code) == ("reference_not_allowed", "reference_not_allowed")
    assert one.message.replace("/db#", "/no#") == other.message


@pytest.mark.parametrize(
    ("place", "code"),
    [("app/nothing#a", "secret_not_found"), ("app/db#nothing", "secret_not_found")],
)
def test_what_is_not_there_fails_the_task(
    site: Site, client: Client, place: str, code: str
) -> None:
    site.put("app/db", user="app-user")

    assert ends(client.submit(SCRIPT, "say", [site.secret(place)])) == code
