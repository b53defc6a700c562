"""`fleeting token`: make, list and revoke the static tokens of an installation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from .completion import scopes
from .failure import reporting
from .options import Json
from .printing import print_json, print_table, say

if TYPE_CHECKING:
    from ...domain.static_token import StaticToken

token: Final = typer.Typer(no_args_is_help=True)

File = Annotated[
    Path | None,
    typer.Option(
        dir_okay=False,
        help="File that tokens are kept in; left out: FLEETING_AUTH_TOKENS_FILE.",
        show_default=False,
    ),
]


@token.command()
@reporting
def create(
    subject: Annotated[
        str,
        typer.Argument(help="Who gets it; results, limits and audit name it.", metavar="SUBJECT"),
    ],
    *,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            help="What it is good for: tasks:submit, results:read, workflows:write, "
            "schedules:write, tasks:cancel or admin; may be given several times.",
            show_default=False,
            autocompletion=scopes,
        ),
    ] = None,
    group: Annotated[
        list[str] | None,
        typer.Option(
            help="Group of the subject, for the policy; may be given several times.",
            show_default=False,
        ),
    ] = None,
    days: Annotated[
        int, typer.Option(min=0, max=3650, help="How long it counts; 0: until it is revoked.")
    ] = 90,
    file: File = None,
    as_json: Json = False,
) -> None:
    """Make a token, and print it: this once, because only its digest is kept."""
    from ..tokens import create as make

    text, kept = make(subject=subject, scopes=scope or (), groups=group or (), days=days, file=file)
    if as_json:
        print_json({"token": text} | _facts(kept))
        return
    say(text)
    typer.echo(f"{kept.id} counts until {_until(kept)}; the token cannot be shown again", err=True)


@token.command("list")
@reporting
def list_(*, file: File = None, as_json: Json = False) -> None:
    """List all tokens, by their ids: what they are good for, and until when."""
    from ..tokens import listed

    _print(listed(file), as_json=as_json)


@token.command()
@reporting
def revoke(
    token_id: Annotated[
        str, typer.Argument(metavar="ID", help="Id of the token, as `list` shows it.")
    ],
    *,
    file: File = None,
    as_json: Json = False,
) -> None:
    """Take a token away: it is refused from the next request on."""
    from ..tokens import revoke as take

    _print([take(token_id, file)], as_json=as_json)


def _print(tokens: Sequence[StaticToken], *, as_json: bool) -> None:
    rows = [_facts(one) for one in tokens]
    if as_json:
        print_json(rows)
        return
    columns = ("id", "subject", "scopes", "groups", "created", "expires")
    print_table(
        columns,
        [
            [" ".join(cell) if isinstance(cell, list) else cell for cell in row.values()]
            for row in rows
        ],
    )


def _facts(one: StaticToken) -> dict[str, object]:
    return {
        "id": one.id,
        "subject": one.subject,
        "scopes": [str(scope) for scope in one.scopes],
        "groups": list(one.groups),
        "created": one.created.isoformat(),
        "expires": one.expires and one.expires.isoformat(),
    }


def _until(one: StaticToken) -> str:
    return "it is revoked" if one.expires is None else one.expires.isoformat()
