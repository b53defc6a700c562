"""Which namespace a request is about."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Depends, Header
from starlette.requests import Request

from ...domain.errors import InvalidQuery, InvalidTask
from ...domain.result_key import NAMESPACE_PATTERN, check_namespace

HEADER: Final = "X-Fleeting-Namespace"


async def _namespace(
    x_fleeting_namespace: Annotated[
        str,
        Header(
            description="The tenant's own space of keys, lists and limits; left out: the default "
            "one. 1 to 63 lower-case letters, digits and inner hyphens.",
            examples=["team-a"],
            json_schema_extra={"pattern": f"^({NAMESPACE_PATTERN})?$"},
        ),
    ] = "",
) -> str:
    return _checked(x_fleeting_namespace)


def named_in(request: Request) -> str:
    """The checked namespace of a request whose parameters FastAPI has not looked at.

    Raises:
        InvalidQuery: the header names none.
    """
    return _checked(request.headers.get(HEADER, ""))


def _checked(name: str) -> str:
    try:
        return check_namespace(name)
    except InvalidTask as exc:
        raise InvalidQuery(f"{HEADER}: {exc.message}") from None


Namespace = Annotated[str, Depends(_namespace)]
"""The checked namespace of the request; "" is the default one."""
