"""`docs/reference/python.md`: what Python code calls, from its docstrings."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FunctionType

from fleeting import Client, Fleeting, Handle
from fleeting.adapters.fastapi import schemas
from fleeting.adapters.sdk import task_result
from fleeting.adapters.sdk.handles import Handles
from fleeting.adapters.sdk.reading import Reading
from fleeting.adapters.sdk.stream import Stream
from fleeting.adapters.sdk.submission import Options
from fleeting.adapters.sdk.submitting import Submitting
from fleeting.adapters.sdk.surface import Surface
from fleeting.domain.task import TaskRequest

from . import markdown as md
from .docstring import as_markdown

INTRODUCTION = """\
`from fleeting import Client, Fleeting, Handle, errors`. `Client` and `Fleeting` have the same
methods; only where they work differs. Every error is a class in [`fleeting.errors`](errors.md)."""

FACTS = """\
Of `handle.facts()` and `result(key)`; from `task(key)` and `results(function)` without `value`."""

OPTIONS = """\
Of `submit`, `map` and `check`, as keywords. Left out, the installation's
[limits](settings.md#limits) decide."""

# What handles call each other by, on the client's own loop.
INTERNAL = {"ended", "look"}


def page() -> str:
    return md.document(
        "Python",
        INTRODUCTION,
        *construction(Fleeting, Fleeting.in_memory, Fleeting.from_settings),
        *construction(Client, Client.__init__),
        "## Methods of both",
        as_markdown(Surface.__doc__ or ""),
        *methods(Submitting, Reading, Surface),
        "## Options of a task",
        OPTIONS,
        md.table(("option", "meaning"), options()),
        *(part for kind in (Handle, Handles, Stream) for part in a_class(kind)),
        "## Task facts and results",
        FACTS,
        md.table(("attribute", "meaning"), facts()),
        "## Updates",
        "Of `stream(function)`, each an `Update`:",
        md.table(("attribute", "meaning"), updates("Update")),
        "Of `handle.follow()`, each a `TaskUpdate`:",
        md.table(("attribute", "meaning"), updates("TaskUpdate")),
    )


def construction(kind: type, *ways: Callable[..., object]) -> Iterator[str]:
    yield f"## {kind.__name__}"
    yield as_markdown(kind.__doc__ or "")
    for way in ways:
        name = "" if way.__name__ == "__init__" else f".{way.__name__}"
        yield f"### `{kind.__name__}{name}{signature(way)}`"
        yield as_markdown(way.__doc__ or "")


def a_class(kind: type) -> Iterator[str]:
    yield f"## {kind.__name__}"
    yield as_markdown(kind.__doc__ or "")
    yield from methods(kind)


def methods(*kinds: type) -> Iterator[str]:
    for kind in kinds:
        for name, member in vars(kind).items():
            if name.startswith("_") or name in INTERNAL or not member.__doc__:
                continue
            yield f"### `{name}{signature(member) if isinstance(member, FunctionType) else ''}`"
            yield as_markdown(member.__doc__)


def signature(function: Callable[..., object]) -> str:
    """As it stands in the code, without `self` and without what a constructor returns."""
    found = inspect.signature(function)
    shown = [one for one in found.parameters.values() if one.name != "self"]
    returned = found.return_annotation
    if returned in {"None", "Self"}:
        returned = inspect.Signature.empty
    text = str(found.replace(parameters=shown, return_annotation=returned))
    for annotation in [one.annotation for one in shown] + [returned]:
        text = text.replace(repr(annotation), str(annotation))
    return text


def options() -> Iterator[tuple[str, str]]:
    meaning = md.field_docstrings(Path(inspect.getfile(TaskRequest)), "TaskRequest")
    for name in TaskRequest.model_fields:
        if name in Options.__optional_keys__:
            yield md.code(name), meaning[name]


def facts() -> Iterator[tuple[str, str]]:
    """What the client's own classes say of their fields, and what the API says of the others."""
    meaning: dict[str, str] = {}
    for module, name in (
        (schemas, "TaskSummary"),
        (schemas, "TaskFacts"),
        (task_result, "TaskFacts"),
        (task_result, "TaskResult"),
    ):
        meaning |= md.field_docstrings(Path(inspect.getfile(module)), name)
    for name in task_result.TaskResult.model_fields:
        yield md.code(name), meaning.get(name, "")


def updates(kind: str) -> Iterator[tuple[str, str]]:
    meaning = md.field_docstrings(Path(inspect.getfile(task_result)), kind)
    for field in dataclasses.fields(getattr(task_result, kind)):
        yield md.code(field.name), meaning.get(field.name, "")
