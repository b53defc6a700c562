"""The Metric Retriever, a function at a time: its live values, its results, its figures."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Request
from starlette.responses import Response

from ...domain import errors as e
from ...domain.result import Status
from ...domain.result_key import is_function_name
from ...domain.stats import Stats
from ...ports.clock import Clock
from ...ports.result_store import Slice
from ...usecases.retrieve import PAGE, MetricRetriever, Values
from . import examples
from .access import Access
from .caller import Asking, of
from .documented import HEADERS, QUERY, STORE, answer, problems
from .parameters import After, Field, Function, Ordering, PageLimit, Statuses, ValuesLimit
from .raw_json import MEDIA_TYPE, is_known, list_response
from .rights import HEADER
from .schemas import FunctionEntry, FunctionList, ResultPage, TaskSummary
from .strict_route import strict_route

_GET_VALUES: Final = "getValues"

_VALUES: Final[dict[str, Any]] = {
    "description": "The JSON of every live value, byte for byte as it was stored.",
    "content": {
        MEDIA_TYPE: {
            "schema": {"type": "array", "items": {}, "title": "Values"},
            "examples": {"numbers": {"value": [3, 7]}, "none": {"value": []}},
        }
    },
    "headers": {name: HEADERS[name] for name in ("ETag", "Link")},
}
_UNCHANGED: Final[dict[str, Any]] = {
    "description": "The list is still the one that `If-None-Match` names.",
    "headers": {"ETag": HEADERS["ETag"]},
}
IfNoneMatch = Annotated[
    str | None,
    Header(description="The `ETag` of the list that the caller has: 304 if it has not changed."),
]


def router(retriever: MetricRetriever, *, clock: Clock, access: Access) -> APIRouter:
    """The routes below `/functions`."""

    async def answer_plainly(request: Request) -> Response | None:
        function = request.path_params["function"]
        if not is_function_name(function):
            return None
        values = await retriever.values(of(request).require(function), function, Slice())
        return _list(values, request.headers.get("If-None-Match"))

    shortcuts = {_GET_VALUES: answer_plainly}
    routes = APIRouter(route_class=strict_route(access, shortcuts), tags=["functions"])

    @routes.get(
        "/functions",
        operation_id="listFunctions",
        summary="List functions with live values",
        response_class=Response,
        responses={
            200: answer(FunctionList, "By name.", {"one": {"functions": [examples.FUNCTION]}}),
            **problems(*QUERY, *STORE),
        },
    )
    async def list_functions(caller: Asking) -> Response:
        """Every function that has live values: how many, and which is the latest.

        Of those that the token gives the right to read.
        """
        found = await retriever.functions(caller.enter_namespace())
        entries = [
            FunctionEntry(function=one.function, count=one.count, newest=one.newest)
            for one in found
            if caller.sees(one.function)
        ]
        return Response(FunctionList(functions=entries).model_dump_json(), media_type=MEDIA_TYPE)

    @routes.get(
        "/functions/{function}/values",
        operation_id=_GET_VALUES,
        summary="Get all live values of a function",
        response_class=Response,
        responses={
            200: _VALUES,
            304: _UNCHANGED,
            **problems(*QUERY, e.AnswerTooLarge, *STORE),
        },
    )
    async def get_values(
        *,
        request: Request,
        caller: Asking,
        function: Function,
        after: After = None,
        limit: ValuesLimit = None,
        order: Ordering = "asc",
        if_none_match: IfNoneMatch = None,
    ) -> Response:
        """The bare JSON list of all live values, in order of submission.

        An expired value is in no answer. A list that would pass the installation's byte budget is
        refused: ask for a part of it with `limit`, and follow the `Link` to the rest.
        """
        part = Slice(after=after, limit=limit, order=order)
        values = await retriever.values(caller.require(function), function, part)
        is_cut = limit is not None and len(values.items) == limit
        link = _next_link(request, values.items[-1].key) if is_cut else None
        return _list(values, if_none_match, link)

    @routes.get(
        "/functions/{function}/results",
        operation_id="getResults",
        summary="Page through the results of a function",
        response_class=Response,
        responses={
            200: answer(
                ResultPage, "A page of results.", {"page": examples.PAGE}, headers=("Link",)
            ),
            **problems(*QUERY, *STORE),
        },
    )
    async def get_results(
        *,
        request: Request,
        caller: Asking,
        function: Function,
        status: Statuses = [],  # noqa: B006 - FastAPI copies it
        after: After = None,
        limit: PageLimit = PAGE,
        order: Ordering = "asc",
    ) -> Response:
        """What is known of each task of a function, without values and output.

        The last page has `next` null; a page before it may turn out to be followed by an empty
        one.
        """
        part = Slice(after=after, limit=limit, order=order)
        wanted = frozenset(status or Status)
        records = await retriever.results(caller.require(function), function, part, wanted)
        now = clock.now()
        following = records[-1].key if len(records) == limit else None
        page = ResultPage.model_construct(
            results=[TaskSummary.of(record, now) for record in records], next=following
        )
        headers = {"Link": _next_link(request, following)} if following else {}
        return Response(page.model_dump_json(), 200, headers, MEDIA_TYPE)

    @routes.get(
        "/functions/{function}/stats",
        operation_id="getStats",
        summary="Get figures over the live values of a function",
        response_class=Response,
        responses={
            200: answer(Stats, "The figures.", {"numbers": examples.STATS}),
            **problems(*QUERY, e.AnswerTooLarge, *STORE),
        },
    )
    async def get_stats(caller: Asking, function: Function, field: Field = None) -> Response:
        """Count, failures, spread of the numbers among the values, spread of the run times."""
        stats = await retriever.stats(caller.require(function), function, field)
        return Response(stats.model_dump_json(), media_type=MEDIA_TYPE)

    return routes


def _list(values: Values, if_none_match: str | None, link: str | None = None) -> Response:
    etag = values.etag
    # Weak, because a compressed answer is not the same byte for byte (RFC 9110 §8.8.1).
    headers = {
        "ETag": f'W/"{etag}"',
        "Cache-Control": "no-cache",
        "Vary": f"{HEADER}, Authorization",
    }
    if is_known(if_none_match, etag):
        return Response(status_code=304, headers=headers)
    if link is not None:
        headers["Link"] = link
    return list_response([item.value for item in values.items], headers)


def _next_link(request: Request, key: str) -> str:
    url = request.url.include_query_params(after=key)
    return f'<{url.path}?{url.query}>; rel="next"'
