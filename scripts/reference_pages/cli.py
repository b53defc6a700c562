"""`docs/reference/cli.md`: every command of `fleeting`, from its own help."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any, Final, Literal, get_args, get_origin

import typer.main

from fleeting.entrypoints.cli import options as o
from fleeting.entrypoints.cli.app import app

from . import markdown as md

INTRODUCTION = """\
`fleeting COMMAND --help` prints what is here. `fleeting --install-completion` teaches your shell to
complete commands, options and names of functions. Exit codes are listed with the
[errors](errors.md#exit-codes). Every command takes `--json`."""

SERVICE: Final = """\
Commands that talk to a service take these too."""

# typer has its own copy of click, whose classes are private: their attributes are click's.
Command = Any
Parameter = Any

HEAD: Final = ("", "type", "meaning")


def page() -> str:
    root = typer.main.get_command(app)
    return md.document(
        "Command line",
        INTRODUCTION,
        *commands(root, "fleeting"),
        "## Options of a service",
        SERVICE,
        md.table(HEAD, map(row, service_options(root))),
    )


def commands(command: Command, name: str) -> Iterator[str]:
    yield f"## `{name}`"
    yield "\n\n".join(map(with_example, (command.help or "").strip().split("\n\n")))
    yield from parameters(command, name)
    for word, inner in getattr(command, "commands", {}).items():
        if not inner.hidden:
            yield from commands(inner, f"{name} {word}")


def with_example(paragraph: str) -> str:
    """A paragraph that shows a call, as code; what indents it in the source may be lost."""
    return f"    {paragraph.strip()}" if paragraph.strip().startswith("fleeting ") else paragraph


def parameters(command: Command, name: str) -> Iterator[str]:
    shown = [one for one in command.params if not one.hidden and "--json" not in one.opts]
    arguments = [one for one in shown if is_argument(one)]
    own = [one for one in shown if not is_argument(one) and one.rich_help_panel != o.SERVICE]
    if not hasattr(command, "commands"):
        words = [name, *map(plain_label, arguments), *(["[OPTIONS]"] if own else [])]
        yield f"```text\n{' '.join(words)}\n```"
    if arguments or own:
        yield md.table(HEAD, map(row, [*arguments, *own]))
    if any(one.rich_help_panel == o.SERVICE for one in shown):
        yield "And the [options of a service](#options-of-a-service)."


def service_options(root: Command) -> list[Parameter]:
    found = {
        one.name: one
        for command in root.commands.values()
        for one in command.params
        if one.rich_help_panel == o.SERVICE
    }
    return list(found.values())


def is_argument(one: Parameter) -> bool:
    return one.param_type_name == "argument"


def row(one: Parameter) -> tuple[str, ...]:
    return label(one), kind(one), f"{one.help or ''}{source(one)}"


def label(one: Parameter) -> str:
    if is_argument(one):
        return md.code(plain_label(one))
    return ", ".join(map(md.code, [*one.opts, *one.secondary_opts]))


def plain_label(one: Parameter) -> str:
    return one.metavar or one.name.upper()


def kind(one: Parameter) -> str:
    annotation = one.type_descriptor.annotation
    many = ", repeatable" if one.multiple else ""
    if get_origin(annotation) is list:
        [annotation] = get_args(annotation)
    if get_origin(annotation) is Literal:
        return ", ".join(map(md.code, get_args(annotation))) + many
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return ", ".join(md.code(member.value) for member in annotation) + many
    if one.metavar and not is_argument(one):
        return md.code(one.metavar) + many
    words = {bool: "switch", int: "whole number", float: "number", str: "text"}
    return words.get(annotation, "path") + many


def source(one: Parameter) -> str:
    """Where the value comes from if it is not given."""
    said = []
    if one.envvar:
        said.append(f"from {md.code(one.envvar)}")
    if one.show_default and one.default not in {None, False, ""}:
        said.append(f"default {md.code(one.default)}")
    return f" ({', '.join(said)})" if said else ""
