"""`fleeting redis`: what an operator sets up in Redis."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import typer

from .failure import reporting
from .options import Json, QueuePrefix
from .printing import print_json, say

redis: Final = typer.Typer(no_args_is_help=True)


@redis.callback()
def _redis() -> None:
    """Commands of their own, also while there is one alone."""


@redis.command()
@reporting
def acl(
    role: Annotated[
        Literal["retrieve", "api", "worker", "flower"] | None,
        typer.Argument(
            metavar="[retrieve|api|worker|flower]",
            help="One role alone; left out: all.",
            show_default=False,
        ),
    ] = None,
    *,
    prefix: Annotated[
        str, typer.Option(help="FLEETING_PREFIX of the installation, which narrows the rights.")
    ] = "",
    queue_prefix: QueuePrefix = "{fleeting}:",
    limits: Annotated[
        bool,
        typer.Option("--limits", help="With what rate limits and quotas need, too."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Print the least rights of each role, for `ACL SETUSER` or an ACL file.

    One line for each user, who is off and without a password until you add them: `on >password`.
    """
    from ...adapters.redis.rights import RIGHTS, rights

    shown = {
        name: rights(name, prefix=prefix.rstrip(":"), queue_prefix=queue_prefix, has_limits=limits)
        for name in ([role] if role else RIGHTS)
    }
    if as_json:
        print_json({name: list(words) for name, words in shown.items()})
        return
    for name, words in shown.items():
        say(f"user {name} {' '.join(words)}")
