"""Which namespace a request is about."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Depends, Header

from ...domain.errors import InvalidQuery, InvalidTask
from ...domain.result_key import NAMESPACE_PATTERN, check_namespace

HEADER: Final = "X-Fleeting-Namespace"


async def checked_namespace(
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
    """The namespace that a header names.

    Raises:
        InvalidQuery: it names none.
    """
    try:
        return check_namespace(x_fleeting_namespace)
    except InvalidTask as exc:
        raise InvalidQuery(f"{HEADER}: {exc.message}") from None


Namespace = Annotated[str, Depends(checked_namespace)]
"""The checked namespace of the request; "" is the default one."""
