"""Routes that let nobody in unasked: the rule of an operation is applied before anything else."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, ClassVar

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from .access import Access
from .rate_limits import headers_of
from .scopes import Rule, rule_of

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class GuardedRoute(APIRoute):
    """Asks `access` first: no parameter is looked at, and no body read, for who may not come in."""

    access: ClassVar[Access] = Access()

    @property
    def rule(self) -> Rule:
        """The right that the operation takes.

        Raises:
            LookupError: nobody has decided which.
        """
        return rule_of(self.operation_id)

    def get_route_handler(self) -> Handler:
        """FastAPI's documented seam for looking at a request before it is taken apart."""
        handle, admit = self.get_inner_handler(), self.access.admit
        rule, action = self.rule, self.operation_id or ""

        async def handle_guarded(request: Request) -> Response:
            await admit(request, action, rule)
            response = await handle(request)
            if told := headers_of(request):
                response.headers.update(told)
            return response

        return handle_guarded

    def get_inner_handler(self) -> Handler:
        """What serves those who have been let in."""
        return super().get_route_handler()


def guarded_by(access: Access) -> type[GuardedRoute]:
    """A route class whose routes ask `access`."""
    return type("GuardedRoute", (GuardedRoute,), {"access": access})
