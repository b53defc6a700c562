"""What may help is tried again, within the time there is; the rest is not."""

from __future__ import annotations

import httpx2
import pytest

from fleeting.adapters.sdk.http_calls import TRIES, HttpCalls
from fleeting.domain import errors as e

from .scripted_service import URL, Answer, ManualTime, ScriptedService, problem

OK = httpx2.Response(200, json={"ok": True})
AWAY = httpx2.ConnectError("All connection attempts failed")


def calls(
    time: ManualTime, *answers: Answer, timeout: float = 30
) -> tuple[HttpCalls, ScriptedService]:
    service = ScriptedService(*answers)
    return (
        HttpCalls(service.client(), timeout=timeout, sleep=time.sleep, now=time.now),
        service,
    )


@pytest.mark.parametrize(
    "failure",
    [
        AWAY,
        httpx2.ReadTimeout("slow"),
        httpx2.RemoteProtocolError("cut"),
        httpx2.Response(502, text="bad gateway"),
        problem(503, "store_unavailable"),
        problem(503, "not_ready"),
        httpx2.Response(429, text="slow down"),
    ],
    ids=repr,
)
async def test_a_passing_failure_is_ridden_out(failure: Answer) -> None:
    time = ManualTime()
    http, service = calls(time, failure, failure, OK)

    assert await http.json("GET", "functions") == {"ok": True}
    assert len(service.requests) == 3
    assert len(time.slept) == 2


async def test_a_lasting_failure_is_given_up_soon() -> None:
    time = ManualTime()
    http, service = calls(time, AWAY)

    with pytest.raises(e.ServiceUnavailable, match=r"cannot be reached.*Is the API running"):
        await http.json("GET", "functions")
    assert len(service.requests) == TRIES
    assert sum(time.slept) < 2


async def test_certificate_that_is_not_trusted_is_told_from_a_wrong_address() -> None:
    untrusted = httpx2.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed")
    http, _ = calls(ManualTime(), untrusted)

    with pytest.raises(e.ServiceUnavailable, match="authority in SSL_CERT_FILE"):
        await http.json("GET", "functions")


async def test_a_long_poll_rides_out_a_restart_that_is_shorter_than_its_wait() -> None:
    time = ManualTime()
    http, service = calls(time, *[AWAY] * 9, OK)

    assert await http.json("GET", "get-result", wait=20) == {"ok": True}
    assert len(service.requests) == 10


async def test_a_long_poll_gives_up_once_its_wait_is_over() -> None:
    time = ManualTime()
    http, _ = calls(time, AWAY)

    with pytest.raises(e.ServiceUnavailable):
        await http.json("GET", "get-result", wait=20)
    assert 15 < sum(time.slept) <= 20


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (problem(410, "result_gone"), e.ResultGone),
        (problem(409, "result_not_ready"), e.ResultNotReady),
        (problem(422, "invalid_task"), e.InvalidTask),
        (problem(500, "store_denied"), e.StoreDenied),
        (problem(500, "internal_error"), e.ServiceFault),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
async def test_what_a_repetition_cannot_change_is_raised_at_once(
    answer: Answer, kind: type[e.FleetingError]
) -> None:
    http, service = calls(ManualTime(), answer)

    with pytest.raises(kind):
        await http.json("GET", "functions")
    assert len(service.requests) == 1


async def test_the_service_says_how_long_to_wait() -> None:
    time = ManualTime()
    busy = problem(503, "queue_unavailable", headers={"Retry-After": "7"})
    http, _ = calls(time, busy, OK)
    await http.json("GET", "functions")

    assert time.slept == [7]


async def test_a_wait_beyond_the_time_there_is_is_not_begun() -> None:
    time = ManualTime()
    busy = problem(503, "queue_unavailable", headers={"Retry-After": "7"})
    http, service = calls(time, busy, timeout=5)

    with pytest.raises(e.QueueUnavailable):
        await http.json("GET", "functions")
    assert (len(service.requests), time.slept) == (1, [])


async def test_every_try_gets_the_time_that_is_left() -> None:
    time = ManualTime()
    busy = problem(503, "queue_unavailable", headers={"Retry-After": "2"})
    http, service = calls(time, busy, OK, timeout=5)
    await http.json("GET", "get-result", wait=10)
    limits = [request.extensions["timeout"] for request in service.requests]

    assert [limit["read"] for limit in limits] == [15, 13]
    assert limits[0]["connect"] == 5


async def test_parameters_and_body_are_sent_below_the_base_address() -> None:
    http, service = calls(ManualTime(), OK)
    await http.json("POST", "tasks", params={"status": ["failed", "lost"]}, body={"a": "ü"})
    [request] = service.requests

    assert str(request.url) == f"{URL}/tasks?status=failed&status=lost"
    assert request.headers["Content-Type"] == "application/json"
    assert service.bodies() == [{"a": "ü"}]


async def test_an_answer_that_is_no_json_is_a_fault() -> None:
    http, _ = calls(ManualTime(), httpx2.Response(200, text="<html>"))

    with pytest.raises(e.ServiceFault, match="no JSON"):
        await http.json("GET", "functions")


async def test_an_address_that_cannot_be_spoken_to_is_a_fault() -> None:
    http, service = calls(ManualTime(), httpx2.UnsupportedProtocol("gopher"))

    with pytest.raises(e.ServiceFault, match="cannot be talked to"):
        await http.json("GET", "functions")
    assert len(service.requests) == 1


@pytest.mark.parametrize(
    ("status", "code"),
    [(503, "queue_full"), (429, "rate_limited"), (429, "quota_exceeded")],
)
async def test_what_gets_room_again_is_waited_for_as_long_as_the_call_has_time(
    status: int, code: str
) -> None:
    """It says itself when to come back."""
    time = ManualTime()
    full = problem(status, code, headers={"Retry-After": "5"})
    http, service = calls(time, *[full] * 5, OK)

    assert await http.json("POST", "tasks", body={}) == {"ok": True}
    assert len(service.requests) == 6
    assert time.slept == [5.0] * 5


async def test_a_queue_that_stays_full_is_told_with_its_own_words() -> None:
    time = ManualTime()
    full = problem(503, "queue_full", headers={"Retry-After": "5"})
    http, service = calls(time, full, timeout=12)

    with pytest.raises(e.QueueFull) as caught:
        await http.json("POST", "tasks", body={})

    assert caught.value.retry_after == 5
    assert len(service.requests) == 3
