"""`fleeting key`: keys that sign what is queued."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from .failure import reporting
from .options import Json
from .printing import print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

Action = Annotated[
    Literal["create", "public", "list"],
    typer.Argument(
        metavar="create|public|list",
        help="Make a key, print its public half, or show which keys are trusted here.",
        show_default=False,
    ),
]
File = Annotated[
    Path | None,
    typer.Argument(
        metavar="[FILE]", help="File of the private key; not for list.", show_default=False
    ),
]


@reporting
def key(action: Action, file: File = None, *, as_json: Json = False) -> None:
    """Make and show keys that sign what is queued.

    `create` writes an Ed25519 private key into a file that is not there yet, for
    FLEETING_SIGNING_KEY_FILE of those who submit; `create` and `public` print the line for
    FLEETING_TRUSTED_KEYS of the workers. `list` shows which keys count in this installation's
    settings, with what bounds them.
    """
    from ..key_file import create, public_line
    from ..settings import load
    from ..signing import trusted_lines

    if action == "list":
        _print(trusted_lines(load()), as_json=as_json)
    elif file is None:
        raise typer.BadParameter("name the file of the private key", param_hint="FILE")
    else:
        _print([create(file) if action == "create" else public_line(file)], as_json=as_json)


def _print(lines: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        print_json(list(lines))
        return
    for line in lines:
        typer.echo(line)
