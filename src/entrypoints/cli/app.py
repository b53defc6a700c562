"""The commands, put together."""

from __future__ import annotations

import inspect
import sys
import traceback
from collections.abc import Callable
from typing import Annotated, Final

import typer
import typer.main
from typer.exceptions import TyperException

from . import (
    functions,
    installation,
    key,
    quarantine,
    redis,
    servers,
    submit,
    task,
    token,
    vault,
    watch,
    workers,
)
from . import run as run_command
from .exit_codes import FAULT, MEANINGS, REQUEST
from .failure import print_problem

_EPILOG: Final = "Exit codes:\n" + "\n".join(
    f"{code:>5}  {meaning}" for code, meaning in MEANINGS.items()
)

app: Final = typer.Typer(
    name="fleeting",
    epilog=_EPILOG,
    no_args_is_help=True,
    # Tracebacks of our own mistakes are for bug reports: plain, and without anybody's values.
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - typer's signature of a callback
    if wanted:
        installation.version()
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=_print_version, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Functions in, fleeting results out."""


def _add(panel: str, *commands: Callable[..., None]) -> None:
    for command in commands:
        app.command(rich_help_panel=panel, help=_unwrapped(command))(command)


def _unwrapped(command: Callable[..., None]) -> str:
    """The docstring with each paragraph in one line: the terminal decides where it wraps."""
    paragraphs = (inspect.getdoc(command) or "").split("\n\n")
    return "\n\n".join(p if p.startswith(" ") else p.replace("\n", " ") for p in paragraphs)


_add("Run something here", run_command.run, servers.demo, servers.up)
_add(
    "Ask a service",
    submit.submit,
    task.get,
    functions.values,
    functions.results,
    functions.functions,
    functions.stats,
    workers.workers,
    watch.watch,
    task.task,
    task.cancel,
)
_add("Serve", servers.worker, servers.api)
_add(
    "Look at the installation",
    installation.check,
    installation.doctor,
    quarantine.quarantine,
    key.key,
    installation.openapi,
    installation.version,
)

app.add_typer(
    token.token,
    name="token",
    rich_help_panel="Look at the installation",
    help="Make, list and revoke static tokens; each of these takes --json.",
)
app.add_typer(
    redis.redis,
    name="redis",
    rich_help_panel="Look at the installation",
    help="Print the Redis users that an installation needs; takes --json.",
)
app.add_typer(
    vault.vault,
    name="vault",
    rich_help_panel="Look at the installation",
    help="Set up a Vault for an installation, and hand out secret ids; each takes --json.",
)


def run() -> None:
    """Run the command that the arguments name; mistakes in them are JSON too with `--json`."""
    try:
        if "--json" not in sys.argv[1:]:
            app()
        sys.exit(typer.main.get_command(app).main(standalone_mode=False))
    except TyperException as exc:
        print_problem("usage", exc.format_message(), REQUEST)
        sys.exit(REQUEST)
    except Exception:  # noqa: BLE001 - a mistake of ours, which must not look like a script's
        traceback.print_exc()
        sys.exit(FAULT)
