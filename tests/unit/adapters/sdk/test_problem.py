"""An answer over HTTP raises what the same call raises in process."""

from __future__ import annotations

import httpx2
import pytest

from fleeting.adapters.fastapi.statuses import status_of
from fleeting.adapters.sdk.problem import error_of, retry_after
from fleeting.domain import errors as e

from ....error_leaves import leaves

REQUEST = httpx2.Request("GET", "http://user:secret@fleeting.test/get-result")


def answer(status: int, body: object, **headers: str) -> httpx2.Response:
    return httpx2.Response(status, json=body, headers=headers, request=REQUEST)


@pytest.mark.parametrize("kind", leaves(), ids=lambda kind: kind.__name__)
def test_every_error_of_the_api_comes_back_as_its_own_class(kind: type[e.FleetingError]) -> None:
    error = error_of(answer(status_of(kind), {"code": kind.code, "detail": "what to do"}))

    assert (type(error), error.message) == (kind, "what to do")


def test_the_facts_of_a_problem_come_along() -> None:
    facts = {"exception": "ValueError", "traceback": "Traceback…", "line": 3, "path": "args[0]"}
    error = error_of(answer(422, {"code": "parameters_not_json", "detail": "x", **facts}))

    assert {name: getattr(error, name) for name in facts} == facts


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, e.NotAuthenticated),
        (403, e.Forbidden),
        (404, e.RequestError),
        (422, e.RequestError),
        (500, e.ServiceFault),
        (503, e.ServiceUnavailable),
    ],
)
def test_a_code_of_a_later_release_falls_back_to_its_status(
    status: int, kind: type[e.FleetingError]
) -> None:
    error = error_of(answer(status, {"code": "brand_new", "detail": "what to do"}))

    assert (type(error), error.message) == (kind, "what to do")


@pytest.mark.parametrize(("status", "kind"), [(401, e.NotAuthenticated), (403, e.Forbidden)])
def test_a_gateway_that_wants_a_token_is_told_from_a_broken_service(
    status: int, kind: type[e.FleetingError]
) -> None:
    error = error_of(httpx2.Response(status, text="<html>sign in", request=REQUEST))

    assert type(error) is kind
    assert "FLEETING_TOKEN" in error.message
    assert "secret" not in error.message


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_proxy_that_says_later_is_unavailable(status: int) -> None:
    error = error_of(httpx2.Response(status, text="<html>Bad Gateway</html>", request=REQUEST))

    assert type(error) is e.ServiceUnavailable


@pytest.mark.parametrize("body", [b"<html>nginx</html>", b"[1]", b'{"code": 5}', b"\xff"])
def test_what_is_no_problem_document_is_a_fault(body: bytes) -> None:
    error = error_of(httpx2.Response(404, content=body, request=REQUEST))

    assert type(error) is e.ServiceFault
    assert "may be no fleeting service" in error.message


def test_a_redirect_names_the_right_address() -> None:
    response = httpx2.Response(308, headers={"Location": "https://fleeting.test/"}, request=REQUEST)

    assert "use that address" in error_of(response).message


def test_no_message_shows_the_account_in_an_address() -> None:
    for status in (308, 404, 503):
        response = httpx2.Response(status, headers={"Location": "/x"}, request=REQUEST)
        assert "secret" not in error_of(response).message


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("2", 2.0), ("0", 0.0), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("-1", None), ("", None)],
)
def test_retry_after_is_read_in_seconds(text: str, seconds: float | None) -> None:
    assert retry_after(answer(503, {}, **{"Retry-After": text})) == seconds
