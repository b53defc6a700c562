"""`fleeting quarantine`: which sources are not run because they take workers down, and an end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from .failure import reporting
from .options import Json
from .printing import print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...domain.quarantine import Quarantine

Action = Annotated[
    Literal["list", "lift"],
    typer.Argument(metavar="list|lift", help="Show all, or end one early.", show_default=False),
]
Digest = Annotated[
    str,
    typer.Argument(
        metavar="[DIGEST]",
        help="Digest of the source whose quarantine is lifted, or the beginning of it.",
        show_default=False,
    ),
]
InNamespace = Annotated[
    str | None,
    typer.Option(
        "--namespace",
        help="Lift in this namespace alone; empty: the default one. Without it: in all.",
        show_default=False,
    ),
]


@reporting
def quarantine(
    action: Action,
    digest: Digest = "",
    *,
    namespace: InNamespace = None,
    as_json: Json = False,
) -> None:
    """List the sources that are in quarantine, or lift the quarantine of one.

    For operators: reads the settings of the installation, as `fleeting check` does. Prints what is
    in force, or what was lifted.
    """
    from ..quarantine import lift, listed

    _print(listed() if action == "list" else lift(digest, namespace), as_json=as_json)


def _print(found: Sequence[Quarantine], *, as_json: bool) -> None:
    columns = ("digest", "namespace", "losses", "tasks", "since", "until")
    rows = [
        (
            one.source.digest,
            one.source.namespace,
            one.losses,
            one.tasks,
            one.since.isoformat(),
            one.until.isoformat(),
        )
        for one in found
    ]
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        print_table(columns, rows)
