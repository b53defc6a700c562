"""What a function takes and whether parameters fit, be it in a source or a live function.

Standard library only, because the sandbox child loads this module too.
"""

from __future__ import annotations

from types import FunctionType

from .call_errors import ParametersDoNotFit

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    import inspect
    from collections.abc import Callable, Collection, Iterator, Sequence
    from typing import Final

_VARIADIC: Final = 0x04
_KEYWORDS: Final = 0x08
"""Flags of a code object: it takes *args, **kwargs (inspect.CO_VARARGS, CO_VARKEYWORDS)."""

_SHOWN: Final = 200
"""Longest signature, or list of names, in a message."""


class Signature:
    """The names of a function's parameters, by the way they are passed."""

    __slots__ = ("keywords", "named", "names", "optional", "positional_only", "variadic")

    def __init__(
        self,
        *,
        positional_only: Sequence[str] = (),
        names: Sequence[str] = (),
        variadic: str | None = None,
        named: Sequence[str] = (),
        keywords: str | None = None,
        optional: Collection[str] = (),
    ) -> None:
        self.positional_only = tuple(positional_only)
        self.names = tuple(names)
        """Passed by position or by name."""
        self.variadic = variadic
        """The name behind `*`, where any number of positions is taken."""
        self.named = tuple(named)
        """Passed by name only."""
        self.keywords = keywords
        """The name behind `**`, where any name is taken."""
        self.optional = frozenset(optional)
        """Those that have a default."""

    def __str__(self) -> str:
        """As in a source, but `…` for every default: `(a, /, b, *, c=…)`."""
        text = ", ".join(self._pieces())
        return f"({_cut(text)})"

    def _pieces(self) -> Iterator[str]:
        yield from map(self._piece, self.positional_only)
        if self.positional_only:
            yield "/"
        yield from map(self._piece, self.names)
        if self.variadic is not None or self.named:
            yield f"*{self.variadic or ''}"
        yield from map(self._piece, self.named)
        if self.keywords is not None:
            yield f"**{self.keywords}"

    def _piece(self, name: str) -> str:
        return f"{name}=…" if name in self.optional else name

    def misfit(self, positions: int, names: Collection[str]) -> str | None:
        """Why a call with `positions` positional parameters and those `names` fails, else None."""
        return (
            self._too_many(positions)
            or self._unknown(names)
            or self._twice(positions, names)
            or self._missing(positions, names)
        )

    def _too_many(self, positions: int) -> str | None:
        taken = len(self.positional_only) + len(self.names)
        if self.variadic is not None or positions <= taken:
            return None
        return f"takes {_count(taken)} by position, {positions} given"

    def _unknown(self, names: Collection[str]) -> str | None:
        if self.keywords is not None:
            return None
        for name in names:
            if name in self.positional_only:
                return f"takes {name!r} by position only"
        unknown = [name for name in names if name not in (*self.names, *self.named)]
        return f"has no parameter {_listed(unknown)}" if unknown else None

    def _twice(self, positions: int, names: Collection[str]) -> str | None:
        passed = self.names[: max(0, positions - len(self.positional_only))]
        twice = [name for name in passed if name in names]
        return f"got {_listed(twice)} by position and by name" if twice else None

    def _missing(self, positions: int, names: Collection[str]) -> str | None:
        after = max(0, positions - len(self.positional_only))
        missing = [
            *self.positional_only[positions:],
            *(name for name in (*self.names[after:], *self.named) if name not in names),
        ]
        missing = [name for name in missing if name not in self.optional]
        return f"misses {_listed(missing)}" if missing else None


def check_fit(function: str, signature: Signature, positions: int, names: Collection[str]) -> None:
    """Check a call of `function` with `positions` positional and those named parameters.

    Raises:
        ParametersDoNotFit: the signature does not take them; the message shows it.
    """
    misfit = signature.misfit(positions, names)
    if misfit is not None:
        raise ParametersDoNotFit(f"{function}() {misfit}; it is {function}{signature}")


def fits_plainly(function: object, positions: int) -> bool:
    """Whether so many positional parameters and no others surely fit; False may mean that they do.

    A cheap look that spares most calls the full one.
    """
    if type(function) is not FunctionType or hasattr(function, "__signature__"):
        return False
    code = function.__code__
    least = code.co_argcount - len(function.__defaults__ or ())
    return not code.co_kwonlyargcount and least <= positions <= code.co_argcount


def signature_of(function: Callable[..., object]) -> Signature | None:
    """The signature of a live function; None where Python itself does not know it."""
    if isinstance(function, FunctionType) and not hasattr(function, "__signature__"):
        return _of_function(function)
    # Loaded only here: it takes as long as everything else that a sandbox child loads.
    import inspect

    try:
        # Not the wrapped function's: a decorator may pass on other parameters than it takes.
        found = inspect.signature(function, follow_wrapped=False)
    except (ValueError, TypeError):
        return None
    return _of_inspected(found)


def signature_in(arguments: ast.arguments) -> Signature:
    """The signature that a `def` in a source spells out."""
    positional = [item.arg for item in (*arguments.posonlyargs, *arguments.args)]
    named = [item.arg for item in arguments.kwonlyargs]
    return Signature(
        positional_only=positional[: len(arguments.posonlyargs)],
        names=positional[len(arguments.posonlyargs) :],
        variadic=arguments.vararg.arg if arguments.vararg else None,
        named=named,
        keywords=arguments.kwarg.arg if arguments.kwarg else None,
        optional=[
            *positional[len(positional) - len(arguments.defaults) :],
            *(name for name, default in zip(named, arguments.kw_defaults, strict=True) if default),
        ],
    )


def _of_function(function: FunctionType) -> Signature:
    code = function.__code__
    first_named = code.co_argcount
    first_star = first_named + code.co_kwonlyargcount
    positional = code.co_varnames[:first_named]
    stars = iter(code.co_varnames[first_star:])
    return Signature(
        positional_only=positional[: code.co_posonlyargcount],
        names=positional[code.co_posonlyargcount :],
        variadic=next(stars) if code.co_flags & _VARIADIC else None,
        named=code.co_varnames[first_named:first_star],
        keywords=next(stars) if code.co_flags & _KEYWORDS else None,
        optional=[
            *positional[len(positional) - len(function.__defaults__ or ()) :],
            *(function.__kwdefaults__ or ()),
        ],
    )


def _of_inspected(signature: inspect.Signature) -> Signature:
    by_kind: dict[str, list[str]] = {}
    for name, parameter in signature.parameters.items():
        by_kind.setdefault(parameter.kind.name, []).append(name)
    return Signature(
        positional_only=by_kind.get("POSITIONAL_ONLY", ()),
        names=by_kind.get("POSITIONAL_OR_KEYWORD", ()),
        variadic=next(iter(by_kind.get("VAR_POSITIONAL", ())), None),
        named=by_kind.get("KEYWORD_ONLY", ()),
        keywords=next(iter(by_kind.get("VAR_KEYWORD", ())), None),
        optional=[
            name
            for name, parameter in signature.parameters.items()
            if parameter.default is not parameter.empty
        ],
    )


def _count(number: int) -> str:
    return f"{number} parameter{'' if number == 1 else 's'}"


def _listed(names: Sequence[str]) -> str:
    return _cut(" and ".join(map(repr, names)))


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
