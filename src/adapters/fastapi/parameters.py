"""Query and path parameters that several operations share."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import Path, Query

from ...domain.result import Status
from ...domain.result_key import FUNCTION_PATTERN, UNIQUE_PATTERN
from ...ports.result_store import Order
from ...usecases.retrieve import MAX_PAGE, MAX_WAIT
from . import examples

KEY_PATTERN: Final = rf"^{FUNCTION_PATTERN}_[0-9]{{13}}_{UNIQUE_PATTERN}$"

_MOST_VALUES: Final = 1_000_000
"""More than any answer can hold; keeps absurd numbers from the store."""

# The pattern is only shown: what does not fit it is answered with 404 and the form of a key.
_KEY: Final[dict[str, Any]] = {
    "description": "The task's key.",
    "examples": [examples.KEY],
    "json_schema_extra": {"pattern": KEY_PATTERN},
}
Key = Annotated[str, Path(**_KEY)]
KeyQuery = Annotated[str, Query(**_KEY)]
Function = Annotated[
    str,
    Path(description="The function's name.", pattern=f"^{FUNCTION_PATTERN}$", examples=["add"]),
]
After = Annotated[
    str | None,
    Query(
        description="Only what follows this key in the order asked for.",
        pattern=KEY_PATTERN,
        examples=[examples.KEY],
    ),
]
Ordering = Annotated[Order, Query(description="By time of submission: earliest or latest first.")]
ValuesLimit = Annotated[
    int | None, Query(ge=1, le=_MOST_VALUES, description="At most so many; left out: all.")
]
PageLimit = Annotated[int, Query(ge=1, le=MAX_PAGE, description="At most so many on this page.")]
WaitSeconds = Annotated[
    float,
    Query(
        ge=0,
        le=MAX_WAIT.total_seconds(),
        allow_inf_nan=False,
        description="While the task is open, wait up to so long for its end.",
    ),
]
Statuses = Annotated[
    list[Status],
    Query(alias="status", description="Only these statuses; may be given several times."),
]
Field = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=256,
        description="Dotted path to the number in each value, as in `rows.0.price`; left out: the "
        "value itself.",
        examples=["price"],
    ),
]
