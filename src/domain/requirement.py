"""Requirements of scripts: the part of PEP 508 and PEP 440 that release numbers need.

Extras, markers, URLs, local versions and `===` are refused, because what cannot be judged here
must neither pass nor fail by chance.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_NAME: Final = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(.*)", re.DOTALL)
_CLAUSE: Final = re.compile(r"\s*(~=|==|!=|<=|>=|<|>)\s*(\d+(?:\.\d+)*)(\.\*)?\s*")
_RELEASE: Final = re.compile(r"v?(\d+(?:\.\d+)*)")
_PREVIEW: Final = re.compile(
    r"v?\d+(?:\.\d+)*[._-]?(?:a|b|c|rc|alpha|beta|pre|preview|dev)", re.IGNORECASE
)

Release = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Clause:
    """One comparison, as in `>=2.1` or `==2.*`."""

    operator: str
    release: Release
    is_prefix: bool = False

    def allows(self, version: Release) -> bool:
        """Whether a release satisfies it."""
        mine, theirs = _padded(self.release, version)
        starts_alike = theirs[: len(self.release)] == self.release
        is_equal = starts_alike if self.is_prefix else theirs == mine
        answers = {
            "==": is_equal,
            "!=": not is_equal,
            "~=": theirs >= mine and theirs[: len(self.release) - 1] == self.release[:-1],
            ">=": theirs >= mine,
            "<=": theirs <= mine,
            ">": theirs > mine,
            "<": theirs < mine,
        }
        return answers[self.operator]


@dataclass(frozen=True, slots=True)
class Versions:
    """Releases that all clauses allow; every one, where there is no clause."""

    text: str = ""
    clauses: tuple[Clause, ...] = ()

    def allow(self, version: str) -> bool:
        """Whether a version satisfies every clause; previews satisfy only those that have none."""
        if not self.clauses:
            return True
        found = _RELEASE.match(version)
        if found is None or _PREVIEW.match(version):
            return False
        release = _release(found[1])
        return all(clause.allows(release) for clause in self.clauses)


ANY: Final = Versions()
"""Every release."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """A distribution that a script needs."""

    name: str
    """Normalised, so that `Foo_Bar` and `foo-bar` are the same."""
    versions: Versions

    def __str__(self) -> str:
        return f"{self.name}{self.versions.text}"

    def is_met_by(self, distributions: Mapping[str, str]) -> bool:
        """Whether one of these distributions, each with its version, is what is needed."""
        exact = distributions.get(self.name)
        if exact is not None:
            return self.versions.allow(exact)
        return any(
            normalised(name) == self.name and self.versions.allow(version)
            for name, version in distributions.items()
        )


def normalised(name: str) -> str:
    """The one spelling of a distribution's name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def parse_requirement(text: str) -> Requirement:
    """Read one dependency.

    Raises:
        ValueError: it is none, or has parts that are not judged here.
    """
    found = _NAME.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} names no distribution")
    rest = found[2].strip()
    if rest[:1] in {"[", "@", ";"} or ";" in rest:
        raise ValueError(
            f"{text!r} has extras, a URL or a marker: name the distribution and its releases only"
        )
    return Requirement(normalised(found[1]), parse_versions(rest.removeprefix("(").rstrip(")")))


def parse_versions(text: str) -> Versions:
    """Read clauses that are separated by commas.

    Raises:
        ValueError: one of them is no comparison with a release.
    """
    stripped = "".join(text.split())
    if not stripped:
        return Versions()
    return Versions(stripped, tuple(_clause(part) for part in stripped.split(",")))


def _clause(text: str) -> Clause:
    found = _CLAUSE.fullmatch(text)
    is_prefix = found is not None and found[3] is not None
    if (
        found is None
        or (is_prefix and found[1] not in {"==", "!="})
        or (found[1] == "~=" and "." not in found[2])
    ):
        raise ValueError(f"{text!r} is no comparison with a release, as in >=2.1 or ==2.*")
    return Clause(found[1], _release(found[2]), is_prefix)


def _release(text: str) -> Release:
    return tuple(int(part) for part in text.split("."))


def _padded(one: Release, other: Release) -> tuple[Release, Release]:
    length = max(len(one), len(other))
    return one + (0,) * (length - len(one)), other + (0,) * (length - len(other))
