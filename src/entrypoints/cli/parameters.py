"""What commands read: scripts, JSON parameters, labels."""

from __future__ import annotations

import os
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ...domain.errors import InvalidTask
from ...domain.json_value import parse_json
from ...domain.json_walk import NotJson

STDIN: Final = "-"

_SECRET: Final = re.compile(r"(.+?#.+?)=(env|file):(.+)", re.DOTALL)


def read_script(path: Path) -> str:
    """The module text in a file, in the encoding that it declares; `-` is stdin.

    Raises:
        InvalidTask: there is no such file, or it is not text.
    """
    try:
        if str(path) == STDIN:
            return sys.stdin.read()
        with tokenize.open(path) as file:
            return file.read()
    except OSError as exc:
        raise InvalidTask(f"{path} cannot be read: {exc.strerror}") from None
    except (UnicodeError, SyntaxError) as exc:
        raise InvalidTask(f"{path} is not Python text: {exc}") from None


def json_list(text: str) -> list[object]:
    """The JSON list of `--args`, or of the file in `@FILE`.

    Raises:
        InvalidTask: it is something else.
    """
    value = _parse("--args", text)
    if not isinstance(value, list):
        raise InvalidTask("--args takes a JSON list, as in --args '[1, 2]'")
    return value


def json_object(text: str) -> dict[str, object]:
    """The JSON object of `--kwargs`; raises as `json_list`."""
    value = _parse("--kwargs", text)
    if not isinstance(value, dict):
        raise InvalidTask("""--kwargs takes a JSON object, as in --kwargs '{"scale": 2}'""")
    return value


def calls_in(path: Path) -> Iterator[tuple[list[object], dict[str, object]]]:
    """The parameters of one call for each line of a JSON Lines file; `-` is stdin.

    A list holds positional parameters, an object keyword parameters; empty lines do not count.

    Raises:
        InvalidTask: the file cannot be read, or a line is something else.
    """
    text = sys.stdin.read() if str(path) == STDIN else _text(path)
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        value = _parse(f"line {number} of {path}", line)
        if isinstance(value, list):
            yield value, {}
        elif isinstance(value, dict):
            yield [], value
        else:
            raise InvalidTask(
                f"line {number} of {path} is neither a JSON list (positional parameters) nor an "
                "object (keyword parameters)"
            )


def labels_in(texts: list[str]) -> dict[str, str]:
    """The labels of `--label NAME=TEXT`.

    Raises:
        InvalidTask: there is no `=`.
    """
    pairs = [text.partition("=") for text in texts]
    for name, mark, _ in pairs:
        if not mark:
            raise InvalidTask(f"--label takes NAME=TEXT, not {name!r}")
    return {name: text for name, _, text in pairs}


def secrets_in(texts: list[str]) -> dict[str, str]:
    """The secrets of `--secret PATH#FIELD=env:NAME` or `…=file:PATH`.

    Raises:
        InvalidTask: one is of another form, or there is nothing there; what was given is not
            shown, because it may be the secret itself.
    """
    return dict(map(_secret, texts))


def _secret(text: str) -> tuple[str, str]:
    found = _SECRET.fullmatch(text)
    if found is None:
        raise InvalidTask(
            "--secret takes PATH#FIELD=env:NAME, or PATH#FIELD=file:PATH: a value of its own would "
            "show in the list of processes"
        )
    name, kind, place = found.groups()
    if kind == "file":
        return name, _text(Path(place)).removesuffix("\n")
    value = os.environ.get(place)
    if value is None:
        raise InvalidTask(f"--secret {name}: there is no variable {place}: set and export it")
    return name, value


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as exc:
        raise InvalidTask(f"{path} cannot be read: {exc.strerror}") from None
    except UnicodeError:
        raise InvalidTask(f"{path} is not text in UTF-8") from None


def _parse(where: str, text: str) -> object:
    if text.startswith("@"):
        text = _text(Path(text[1:]))
    try:
        return parse_json(text.encode("utf-8", "surrogatepass"))
    except NotJson as exc:
        raise InvalidTask(f"{where} {exc.reason}") from None
