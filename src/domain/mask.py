"""Takes secrets out of text that a run could have written them to.

Found are the exact values and the forms in which they usually leave a program: base64 (standard and
URL-safe, wherever the value stands in what was encoded), percent-encoding, JSON and Python escapes,
hexadecimal. A script that means to can always write a secret in a form of its own: masking is for
accidents, and no replacement for choosing who may run what.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Final
from urllib.parse import quote, quote_plus

from .json_value import JsonValue
from .outcome import ErrorInfo
from .output import CUT

MASK: Final = "***"
"""Stands where a secret was; something else does if a secret has a `*` in it."""

MIN_LENGTH: Final = 4
"""Characters that a form must have to be masked. What is shorter stands in half of all words, and
would be given away by the gaps. The part of a form that is left where text was cut counts alike."""

_CUTS: Final = re.compile(rf"{CUT.pattern}|\n\[…\]\n|…\Z")
"""Where text may have been cut: in output, in tracebacks, at the end of messages."""

_LOSS: Final = (0, 2, 3)
"""Characters at the start of base64 that depend on the bytes before, by how many those are."""
_PADDED: Final = (0, 3, 2)
"""Characters at the end that depend on what follows, by how many bytes stand in the last group."""


def forms_of(secret: str) -> frozenset[str]:
    """Every text that is masked for a secret; with and without the space around it."""
    found = chain.from_iterable(map(_forms, {secret, secret.strip()}))
    return frozenset(form for form in found if len(form) >= MIN_LENGTH)


class Mask:
    """Masks a set of secrets, the longest form first; safe to use from several threads."""

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = frozenset(chain.from_iterable(map(forms_of, secrets)))
        ordered = sorted(forms, key=lambda form: (-len(form), form))
        # The empty choice of nothing at all would match everywhere: `(?!)` matches nowhere.
        self._pattern = re.compile("|".join(map(re.escape, ordered)) or "(?!)")
        self._ordered = tuple(ordered)
        self._firsts = frozenset(form[0] for form in ordered)
        self._longest = len(ordered[0]) if ordered else 0
        self._mark = _mark_without(frozenset(chain.from_iterable(ordered)))

    def text(self, text: str) -> str:
        """`text` without any form of a secret, and without parts of one where it was cut."""
        if not self._ordered:
            return text
        done: list[str] = []
        for part, cut in _parts(_CUTS, text):
            settled, rest = self.settled(self._without_end(part) if done else part)
            done += [settled, self.without_begin(rest), cut]
        return "".join(done)

    def error(self, error: ErrorInfo) -> ErrorInfo:
        """`error` with every text in it masked."""
        return replace(
            error,
            message=self.text(error.message),
            exception=error.exception and self.text(error.exception),
            traceback=error.traceback and self.text(error.traceback),
            path=error.path and self.text(error.path),
        )

    def stream(self) -> MaskedStream:
        """Masks text that comes in pieces."""
        return MaskedStream(self)

    def contains(self, value: JsonValue) -> bool:
        """Whether a form of a secret stands in a text, name or number anywhere in `value`."""
        return any(self._pattern.search(text) for text in _texts(value))

    def settled(self, text: str) -> tuple[str, str]:
        """`text` masked as far as nothing that may follow can change, and the rest of it."""
        done, at = [], 0
        open_at = self._open_at(text, 0)
        while (found := self._pattern.search(text, at)) and found.start() < open_at:
            done += [text[at : found.start()], self._mark]
            at = found.end()
            if at > open_at:
                open_at = self._open_at(text, at)
        return "".join([*done, text[at:open_at]]), text[open_at:]

    def _open_at(self, text: str, start: int) -> int:
        """Where the longest end of `text` that a form begins with begins."""
        for at in range(max(start, len(text) - self._longest + 1), len(text)):
            if text[at] in self._firsts:
                end = text[at:]
                if any(form.startswith(end) and form != end for form in self._ordered):
                    return at
        return len(text)

    def without_begin(self, rest: str) -> str:
        """What was kept back as the beginning of a form, where nothing follows."""
        return self._mark if len(rest) >= MIN_LENGTH else rest

    def _without_end(self, text: str) -> str:
        """`text` without the end of a form that it begins with."""
        for length in range(min(self._longest - 1, len(text)), MIN_LENGTH - 1, -1):
            begin = text[:length]
            if any(form.endswith(begin) for form in self._ordered):
                return self._mark + text[length:]
        return text


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


def _forms(secret: str) -> Iterator[str]:
    data = secret.encode(errors="surrogatepass")
    yield secret
    yield from (data.hex(), data.hex().upper())
    yield from (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1])
    yield from (repr(secret)[1:-1], ascii(secret)[1:-1], repr(data)[2:-1])
    for encoded in (quote(data), quote(data, safe=""), quote_plus(data)):
        yield encoded
        yield re.sub("%[0-9A-F]{2}", lambda match: match[0].lower(), encoded)
    for encode in (b64encode, urlsafe_b64encode):
        whole = encode(data).decode()
        yield from (whole, whole.rstrip("="))
        for before in range(3):
            padded = encode(bytes(before) + data).decode()
            yield padded[_LOSS[before] : len(padded) - _PADDED[(before + len(data)) % 3]]


def _mark_without(characters: frozenset[str]) -> str:
    """What no secret shares a character with, so that masking cannot write one."""
    marks = chain((MASK, "###"), map(chr, range(0x2580, 0x10000)))
    return next((mark for mark in marks if characters.isdisjoint(mark)), "")


def _texts(value: JsonValue) -> Iterator[str]:
    waiting: list[JsonValue] = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            yield from one
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, int | float) and not isinstance(one, bool):
            yield json.dumps(one)
