"""Run one function of a script: compile, find, check the parameters, call, turn into JSON.

This is what runs inside every sandbox. Standard library only, because the sandbox child loads it.
"""

from __future__ import annotations

from .callable_name import function_not_found, not_a_function
from .error_families import FleetingError
from .json_value import to_json_bytes
from .run_errors import ValueTooLarge
from .script import compile_script, register, show_source, unregister
from .script_failure import script_error
from .signature import check_fit, fits_plainly, signature_of
from .type_name import type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
    from types import ModuleType

    from .json_value import JsonValue
    from .outcome import Outcome
    from .script import Script


class Call:
    """One call of one function of a script."""

    __slots__ = ("args", "digest", "function", "kwargs", "max_value_bytes", "source")

    def __init__(
        self,
        *,
        source: str,
        digest: str,
        function: str,
        args: Sequence[JsonValue],
        kwargs: Mapping[str, JsonValue],
        max_value_bytes: int,
    ) -> None:
        self.source = source
        self.digest = digest
        """SHA-256 of the source, in hex."""
        self.function = function
        self.args = args
        self.kwargs = kwargs
        self.max_value_bytes = max_value_bytes
        """Longest JSON of the value."""


def execute(call: Call, script: Script | None = None) -> Outcome:
    """Run a call to its end; whatever the script does, an outcome comes of it.

    Args:
        call: what to run.
        script: the compiled source, where the caller has kept it.
    """
    from .outcome import ErrorInfo, Outcome

    try:
        return Outcome(value=evaluate(call, script))
    except FleetingError as exc:
        return Outcome(error=ErrorInfo.of(exc))


def evaluate(call: Call, script: Script | None = None) -> bytes:
    """The JSON of what the call returns. A sandbox child calls this and loads less than `execute`.

    Raises:
        FleetingError: there is no value; the class says why. Nothing else is ever raised.
    """
    script = script or compile_script(call.source, call.function, call.digest)
    module = register(script)
    error: FleetingError
    try:
        return _in_module(call, script, module)
    except _OwnError as exc:
        error = exc.error
    except BaseException as exc:  # noqa: BLE001  # scripts raise anything, exit() too
        error = script_error(exc, script)
    finally:
        unregister(script, module)
    # Not inside `except`: as its context the script's exception would keep all its data alive.
    raise error


class _OwnError(Exception):
    """Carries an error of ours past those that a script may raise, which may be ours by class."""

    def __init__(self, error: FleetingError) -> None:
        self.error = error


def _in_module(call: Call, script: Script, module: ModuleType) -> bytes:
    exec(script.code, module.__dict__)  # noqa: S102  # running scripts is the purpose
    # Once more: most scripts import what shows tracebacks (logging, traceback) at their top.
    show_source(script)
    try:
        function = _find(call.function, module)
        _check_parameters(call, function)
    except FleetingError as exc:
        raise _OwnError(exc) from None
    value = _called(function, call)
    try:
        return _encoded(value, call.max_value_bytes)
    except FleetingError as exc:
        raise _OwnError(exc) from None


def _find(name: str, module: ModuleType) -> Callable[..., object]:
    if name not in vars(module):
        raise function_not_found(name, _functions(module), _methods(module))
    found: object = vars(module)[name]
    if isinstance(found, type):
        raise not_a_function(name, "class")
    if not callable(found):
        raise not_a_function(name, type_name(type(found)))
    return found


def _functions(module: ModuleType) -> Iterator[str]:
    for name, item in vars(module).items():
        if callable(item) and not isinstance(item, type):
            yield name


def _methods(module: ModuleType) -> dict[str, str]:
    return {
        name: owner.__name__
        for owner in list(vars(module).values())
        if isinstance(owner, type) and owner.__module__ == module.__name__
        for name, item in vars(owner).items()
        if callable(item) and not isinstance(item, type)
    }


def _check_parameters(call: Call, function: Callable[..., object]) -> None:
    if not call.kwargs and fits_plainly(function, len(call.args)):
        return
    signature = signature_of(function)
    if signature is not None:
        check_fit(call.function, signature, len(call.args), call.kwargs)


def _called(function: Callable[..., object], call: Call) -> object:
    value = function(*call.args, **call.kwargs)
    if hasattr(type(value), "__await__"):
        return _awaited(value)  # type: ignore[arg-type]  # it has __await__
    return value


def _awaited(awaitable: Awaitable[object]) -> object:
    # Loaded only here: it takes a sandbox child several times as long as all the rest.
    import asyncio

    async def wait() -> object:
        return await awaitable

    return asyncio.run(wait())


def _encoded(value: object, max_bytes: int) -> bytes:
    data = to_json_bytes(value)
    if len(data) > max_bytes:
        raise ValueTooLarge(
            f"the value is {len(data)} bytes of JSON, the limit is {max_bytes}: return less, or "
            "keep it elsewhere and return where"
        )
    return data
