"""The forms in which a secret usually leaves a program, and where they stand in a text.

Exact; base64 (standard and URL-safe, wherever the value stands in what was encoded, and in the
lines of MIME); percent-encoding; JSON, Python and HTML escapes; hexadecimal. Of a value of several
lines each line counts too.
"""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode, encodebytes, urlsafe_b64encode
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Final
from urllib.parse import quote, quote_plus

MIN_LENGTH: Final = 4
"""Characters that a form must have to be looked for. What is shorter stands in half of all words,
and would be given away by the gaps. The part of a form that is left where text was cut counts
alike."""

TELLING: Final = 8
"""Characters from which on a form is hardly there by accident: so many a line of a longer value
must have to be looked for, because brackets and short names are everywhere."""

_ARMOUR: Final = re.compile(r"-----(?:BEGIN|END) [A-Z0-9 ]+-----")
"""The first and the last line of a key or a certificate, which are the same in all of them."""

_LOSS: Final = (0, 2, 3)
"""Characters at the start of base64 that depend on the bytes before, by how many those are."""
_PADDED: Final = (0, 3, 2)
"""Characters at the end that depend on what follows, by how many bytes stand in the last group."""


def forms_of(secret: str) -> frozenset[str]:
    """Every text that is looked for; with and without the space around it."""
    values = {secret, secret.strip(), *_lines(secret)}
    found = chain.from_iterable(map(_forms, values))
    return frozenset(form for form in found if len(form) >= MIN_LENGTH)


class SecretForms:
    """The forms of a set of secrets, made ready for long texts; never changes.

    A text is searched for the first characters of all forms at once, and compared only where some
    stand: a key file has hundreds of forms of thousands of characters.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        self.all: Final = frozenset(chain.from_iterable(map(forms_of, secrets)))
        self.longest: Final = max(map(len, self.all), default=0)
        self._heads = _grouped((form[:MIN_LENGTH], form) for form in self.all)
        self._tails = _grouped((form[-MIN_LENGTH:], form) for form in self.all)
        self._begins = frozenset(head[:n] for head in self._heads for n in range(1, MIN_LENGTH))
        self._head = _any_of(self._heads)

    def first(self, text: str, at: int = 0) -> tuple[int, int] | None:
        """Where the first form from `at` on begins and ends; of several the longest."""
        for start in self._starts(text, at):
            for form in self._heads[text[start : start + MIN_LENGTH]]:
                if text.startswith(form, start):
                    return start, start + len(form)
        return None

    def open_at(self, text: str, at: int = 0) -> int:
        """Where the longest end of `text` begins that a longer form begins with; else its length.

        Args:
            text: what may go on.
            at: ends that begin before are not looked at.
        """
        for start in self._starts(text, max(at, len(text) - self.longest + 1)):
            end = text[start:]
            if any(f.startswith(end) and f != end for f in self._heads[end[:MIN_LENGTH]]):
                return start
        for start in range(max(at, len(text) - MIN_LENGTH + 1), len(text)):
            if text[start:] in self._begins:
                return start
        return len(text)

    def end_before(self, text: str) -> int:
        """How many characters at the start of `text` are the end of a longer form, if not few."""
        for length in range(min(self.longest - 1, len(text)), MIN_LENGTH - 1, -1):
            forms = self._tails.get(text[length - MIN_LENGTH : length], ())
            if any(form.endswith(text[:length]) for form in forms):
                return length
        return 0

    def _starts(self, text: str, at: int) -> Iterator[int]:
        while found := self._head.search(text, at):
            yield found.start()
            at = found.start() + 1


def _lines(secret: str) -> Iterator[str]:
    lines = [line.strip() for line in secret.splitlines()]
    if len(lines) > 1:
        yield from (one for one in lines if len(one) >= TELLING and not _ARMOUR.fullmatch(one))


def _forms(secret: str) -> Iterator[str]:
    data = secret.encode(errors="surrogatepass")
    yield secret
    yield from (data.hex(), data.hex().upper())
    yield from (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1])
    yield from (repr(secret)[1:-1], ascii(secret)[1:-1], repr(data)[2:-1])
    yield from (html.escape(secret), html.escape(secret, quote=False))
    for encoded in (quote(data), quote(data, safe=""), quote_plus(data)):
        yield encoded
        yield re.sub("%[0-9A-F]{2}", lambda match: match[0].lower(), encoded)
    yield from (line for line in encodebytes(data).decode().split() if len(line) >= TELLING)
    for encode in (b64encode, urlsafe_b64encode):
        whole = encode(data).decode()
        yield from (whole, whole.rstrip("="))
        for before in range(3):
            padded = encode(bytes(before) + data).decode()
            yield padded[_LOSS[before] : len(padded) - _PADDED[(before + len(data)) % 3]]


def _grouped(pairs: Iterable[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    """The forms under each name, the longest first."""
    groups = defaultdict[str, list[str]](list)
    for name, form in pairs:
        groups[name].append(form)
    return {name: tuple(sorted(forms, key=len, reverse=True)) for name, forms in groups.items()}


def _any_of(heads: Iterable[str]) -> re.Pattern[str]:
    """Finds any of these; grouped by their first character, which is compared once for all."""
    rests = _grouped((head[0], head[1:]) for head in heads)
    groups = [
        f"{re.escape(first)}(?:{'|'.join(map(re.escape, rest))})" for first, rest in rests.items()
    ]
    # The empty choice of nothing at all would match everywhere: `(?!)` matches nowhere.
    return re.compile("|".join(groups) or "(?!)")
