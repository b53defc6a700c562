"""What is installed here, and how it is set up: `check`, `doctor`, `openapi`, `version`."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

import typer

from .exit_codes import UNAVAILABLE
from .failure import reporting
from .options import Json
from .printing import print_json, print_table

if TYPE_CHECKING:
    from ..check import Report


@reporting
def check(*, as_json: Json = False) -> None:
    """Show every setting in force, with passwords masked, and ask each dependency for an answer.

    Ends with code 69 if one does not answer, with 78 if the settings cannot be.
    """
    from ..check import run

    report = run()
    if as_json:
        print_json(_as_json(report))
    else:
        _print(report)
    if not report.is_well:
        raise typer.Exit(UNAVAILABLE)


@reporting
def doctor(*, as_json: Json = False) -> None:
    """Look at isolation, versions, settings and delays of every dependency, and say what follows.

    Ends with code 69 if something was found that must be mended.
    """
    from ..doctor import is_well, run

    examinations = run()
    rows = [
        (each.part, found.subject, found.severity, found.message)
        for each in examinations
        for found in each.findings
    ]
    names = ("part", "subject", "severity", "message")
    if as_json:
        print_json(
            {
                "ok": is_well(examinations),
                "findings": [dict(zip(names, row, strict=True)) for row in rows],
            }
        )
    else:
        print_table(names, rows)
    if not is_well(examinations):
        raise typer.Exit(UNAVAILABLE)


@reporting
def openapi(*, as_json: Json = False) -> None:  # noqa: ARG001 - `reporting` reads it
    """Print the OpenAPI document of the API, as this installation serves it."""
    from ..api import make_app
    from ..container import Container
    from ..settings import load

    settings = load()
    print_json(make_app(Container(settings=settings), settings).openapi())


@reporting
def version(*, as_json: Json = False) -> None:
    """Print the version."""
    from importlib.metadata import version as version_of

    found = version_of("fleeting")
    if as_json:
        print_json({"fleeting": found, "python": platform.python_version()})
    else:
        typer.echo(f"fleeting {found}")


def _as_json(report: Report) -> dict[str, object]:
    return {
        "ok": report.is_well,
        "settings": [
            {"variable": one.variable, "value": one.value, "origin": one.origin}
            for one in report.settings
        ],
        "dependencies": [
            {
                "name": one.name,
                "url": one.url,
                "ok": one.is_there,
                "seconds": round(one.seconds, 6),
                "message": one.message,
            }
            for one in report.answers
        ],
    }


def _print(report: Report) -> None:
    print_table(
        ("variable", "value", "from"),
        ((one.variable, one.value, one.origin) for one in report.settings),
    )
    typer.echo()
    print_table(
        ("dependency", "address", "state", "seconds", "message"),
        (
            (one.name, one.url, "up" if one.is_there else "down", one.seconds, one.message)
            for one in report.answers
        ),
    )
