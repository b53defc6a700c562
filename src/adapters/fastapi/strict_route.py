"""Routes that take nothing they do not know: no stray query parameter, no loose JSON."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, ClassVar

from fastapi.dependencies.models import Dependant
from starlette.requests import Request
from starlette.responses import Response

from ...domain.errors import InvalidQuery
from .access import Access
from .guarded_route import GuardedRoute, Handler
from .json_body import StrictRequest, read_json

Shortcut = Callable[[Request], Coroutine[Any, Any, Response | None]]
"""Answers a request without a query, whose body has been read; None: leave it to the route, which
finds the words for what is wrong with it."""


class StrictRoute(GuardedRoute):
    """Refuses query parameters that the operation has not, and bodies that are not strict JSON."""

    shortcuts: ClassVar[Mapping[str, Shortcut]] = {}

    def get_inner_handler(self) -> Handler:
        """Look at query and body before FastAPI does."""
        handle = super().get_inner_handler()
        known = _query_parameters(self.dependant)
        takes_body = self.body_field is not None
        shortcut = self.shortcuts.get(self.operation_id or "", _no_shortcut)

        async def handle_strictly(request: Request) -> Response:
            check_query(request, known)
            strict = StrictRequest(request.scope, request.receive)
            if takes_body:
                await read_json(strict)
            is_plain = not request.scope["query_string"]
            answer = await shortcut(strict) if is_plain else None
            return await handle(strict) if answer is None else answer

        return handle_strictly


def strict_route(
    access: Access, shortcuts: Mapping[str, Shortcut] | None = None
) -> type[StrictRoute]:
    """A route class whose routes ask `access`; some may have a way past FastAPI's own, by id.

    FastAPI takes several times as long to look at the parameters of a call as the call takes.
    """
    return type("StrictRoute", (StrictRoute,), {"access": access, "shortcuts": shortcuts or {}})


async def _no_shortcut(_request: Request) -> Response | None:
    return None


def check_query(request: Request, known: Mapping[str, bool]) -> None:
    """Look at the names of the query parameters.

    Args:
        request: what came in.
        known: the operation's parameters; True for those that may come several times.

    Raises:
        InvalidQuery: one is unknown (with the nearest right name), or comes twice.
    """
    given = [name for name, _ in request.query_params.multi_items()]
    for name in given:
        if name not in known:
            raise InvalidQuery(_unknown(name, known))
        if not known[name] and given.count(name) > 1:
            raise InvalidQuery(f"{name} is given more than once: give one value")


def _unknown(name: str, known: Mapping[str, bool]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    if near:
        hint = f": did you mean {near[0]}?"
    elif known:
        hint = f": it takes {', '.join(known)}"
    else:
        hint = ": it takes none"
    # A name may be as long as a whole query; what is right about it shows in its beginning.
    return f"{name[:64]!r} is no query parameter of this call{hint}"


def _query_parameters(dependant: Dependant) -> dict[str, bool]:
    own = {field.alias: _is_many(field.field_info.annotation) for field in dependant.query_params}
    for inner in dependant.dependencies:
        own |= _query_parameters(inner)
    return own


def _is_many(annotation: object) -> bool:
    return getattr(annotation, "__origin__", None) in (list, set, frozenset)
