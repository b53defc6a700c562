"""Takes secrets out of text that a run could have written them to.

Found are the forms in `secret_forms`. A script that means to can always write a secret in a form
of its own: masking is for accidents, and no replacement for choosing who may run what.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Final

from .json_value import JsonValue
from .json_walk import rendered
from .outcome import ErrorInfo
from .output import CUT
from .secret_forms import MIN_LENGTH, TELLING, SecretForms

if TYPE_CHECKING:
    from .json_walk import Path

MASK: Final = "***"
"""Stands where a secret was; something else does if a secret has a `*` in it."""

_CUTS: Final = re.compile(rf"{CUT.pattern}|\n\[…\]\n|…\Z")
"""Where text may have been cut: in output, at the end of notes."""

_ERROR_CUTS: Final = re.compile(rf"{_CUTS.pattern}|…")
"""The same in errors, where names and paths are cut in the middle of a line."""


class Mask:
    """Masks a set of secrets, the longest form first; safe to use from several threads."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._forms = SecretForms(secrets)
        self._mark = _mark_without(frozenset(chain.from_iterable(self._forms.all)))

    def text(self, text: str) -> str:
        """`text` without any form of a secret, and without parts of one where it was cut."""
        return self._cut_text(text, _CUTS)

    def _cut_text(self, text: str, cuts: re.Pattern[str]) -> str:
        if not self._forms.all:
            return text
        done: list[str] = []
        for part, cut in _parts(cuts, text):
            settled, rest = self.settled(self._without_end(part) if done else part)
            done += [settled, self.without_begin(rest), cut]
        return "".join(done)

    def error(self, error: ErrorInfo) -> ErrorInfo:
        """`error` with every text in it masked."""
        return replace(
            error,
            message=self._cut_text(error.message, _ERROR_CUTS),
            exception=error.exception and self._cut_text(error.exception, _ERROR_CUTS),
            traceback=error.traceback and self._cut_text(error.traceback, _ERROR_CUTS),
            path=error.path and self._cut_text(error.path, _ERROR_CUTS),
        )

    def stream(self) -> MaskedStream:
        """Masks text that comes in pieces."""
        return MaskedStream(self)

    def place_in(self, value: JsonValue) -> str | None:
        """Where in `value` a secret stands, as in `$.rows[3].dsn`; None: nowhere.

        A form of a secret is found in texts, names and numbers: of fewer than `TELLING` characters
        only where it is the whole, or stands in a text by itself as a word does.
        """
        for text, is_text, path in _texts(value):
            if text in self._forms.all or self._is_within(text, has_words=is_text):
                return self.text(rendered("$", path))
        return None

    def settled(self, text: str) -> tuple[str, str]:
        """`text` masked as far as nothing that may follow can change, and the rest of it."""
        done, at = [], 0
        open_at = self._forms.open_at(text)
        while (found := self._forms.first(text, at)) and found[0] < open_at:
            done += [text[at : found[0]], self._mark]
            at = found[1]
            if at > open_at:
                open_at = self._forms.open_at(text, at)
        return "".join([*done, text[at:open_at]]), text[open_at:]

    def without_begin(self, rest: str) -> str:
        """What was kept back as the beginning of a form, where nothing follows."""
        return self._mark if len(rest) >= MIN_LENGTH else rest

    def _without_end(self, text: str) -> str:
        """`text` without the end of a form that it begins with."""
        length = self._forms.end_before(text)
        return self._mark + text[length:] if length else text

    def _is_within(self, text: str, *, has_words: bool) -> bool:
        at = 0
        while found := self._forms.first(text, at):
            start, end = found
            if end - start >= TELLING or (has_words and _stands_alone(text, start, end)):
                return True
            at = start + 1
        return False


class MaskedStream:
    """Masks one text that comes in pieces: the same comes out, however it was cut into them.

    It keeps back an end of it that could be the beginning of a secret, and no more.
    """

    def __init__(self, mask: Mask) -> None:
        self._mask = mask
        self._rest = ""

    def feed(self, text: str) -> str:
        """What can be shown with `text`."""
        done = []
        for part, cut in _parts(CUT, text):
            settled, self._rest = self._mask.settled(self._rest + part)
            done += [settled, self.finish() if cut else "", cut]
        return "".join(done)

    def finish(self) -> str:
        """What was kept back, once nothing follows."""
        rest, self._rest = self._rest, ""
        return self._mask.without_begin(rest)


def _parts(cuts: re.Pattern[str], text: str) -> Iterator[tuple[str, str]]:
    """The parts of a text, each with the mark at its end that says that it was cut there."""
    at = 0
    for cut in cuts.finditer(text):
        yield text[at : cut.start()], cut[0]
        at = cut.end()
    yield text[at:], ""


def _mark_without(characters: frozenset[str]) -> str:
    """What no secret shares a character with, so that masking cannot write one."""
    marks = chain((MASK, "###"), map(chr, range(0x2580, 0x10000)))
    return next((mark for mark in marks if characters.isdisjoint(mark)), "")


def _stands_alone(text: str, start: int, end: int) -> bool:
    return not (text[:start][-1:].isalnum() or text[end:][:1].isalnum())


def _texts(value: JsonValue) -> Iterator[tuple[str, bool, Path]]:
    """Texts and names, and numbers as JSON writes them; whether it is a text, and where it stands.

    The place of a name is that of its object, and it comes before what stands under it: so no
    place that is told has a name in it that holds a secret.
    """
    waiting: list[tuple[JsonValue, Path]] = [(value, None)]
    while waiting:
        one, path = waiting.pop()
        if isinstance(one, str):
            yield one, True, path
        elif isinstance(one, dict):
            yield from ((name, True, path) for name in one)
            waiting += [(item, (path, name)) for name, item in one.items()]
        elif isinstance(one, list):
            waiting += [(item, (path, index)) for index, item in enumerate(one)]
        elif isinstance(one, int | float) and not isinstance(one, bool):
            yield json.dumps(one), False, path
