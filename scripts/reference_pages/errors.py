"""`docs/reference/errors.md`: every error, who can act on it, and what the edges make of it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from fleeting.adapters.fastapi.problems import HTTP_TITLES
from fleeting.adapters.fastapi.statuses import status_of
from fleeting.domain import errors
from fleeting.entrypoints.cli.exit_codes import MEANINGS, exit_code_of

from .markdown import code, document, paragraph, table

INTRODUCTION = """\
Every error that fleeting raises on purpose is a `FleetingError`. Its `code` is stable and the same
everywhere: in the body of an HTTP answer (`application/problem+json`), in a result's record, on the
Python class (`fleeting.errors`) and in what the command prints with `--json`. The message names the
thing and the next step; it never holds a secret, a source or a payload.

*HTTP* is the status of the answer where a call raises the error; an error of a run is kept in the
result of its task, so reading it answers 200. *Exit* is the exit code of the command. *Again* says
that the same call may succeed later without any change."""

HTTP = "The API also answers with these codes, which are no class of the domain."

HEAD = ("code", "what happened", "HTTP", "exit", "again")


def page() -> str:
    families = errors.FleetingError.__subclasses__()
    return document(
        "Errors",
        INTRODUCTION,
        f"```text\n{tree()}\n```",
        *sections(families),
        "## Problems of HTTP itself",
        HTTP,
        table(
            ("code", "what happened"), ((code(name), text) for name, text in HTTP_TITLES.items())
        ),
        "## Exit codes",
        table(("code", "meaning"), ((code(number), text) for number, text in MEANINGS.items())),
    )


def tree() -> str:
    """The drawing in the module's docstring, which a test compares with the classes."""
    lines = (errors.__doc__ or "").splitlines()
    drawn = [line for line in lines if line.startswith("    ")]
    return inspect.cleandoc("\n".join(drawn))


def sections(families: list[type[errors.FleetingError]]) -> Iterator[str]:
    drawn = tree().split()
    for family in families:
        leaves = sorted(family.__subclasses__(), key=lambda leaf: drawn.index(leaf.__name__))
        yield f"## {family.__name__}"
        yield paragraph(family.__doc__)
        yield table(HEAD, (row(leaf) for leaf in leaves))


def row(leaf: type[errors.FleetingError]) -> tuple[str, ...]:
    return (
        code(leaf.code),
        paragraph(leaf.__doc__),
        str(status_of(leaf)),
        str(exit_code_of(leaf)),
        "yes" if leaf.retryable else "",
    )
