"""One function of a script is run, whatever it does."""

from __future__ import annotations

import json
import linecache
import sys
import textwrap
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleeting.domain.errors import FleetingError, RunCancelled, ScriptRaised
from fleeting.domain.executor import Call, evaluate, execute
from fleeting.domain.outcome import ErrorInfo, Outcome
from fleeting.domain.script import compile_script


def call(source: str, *args: Any, function: str = "f", limit: int = 10_000, **kwargs: Any) -> Call:
    text = textwrap.dedent(source)
    return Call(
        source=text,
        digest=sha256(text.encode()).hexdigest(),
        function=function,
        args=args,
        kwargs=kwargs,
        max_value_bytes=limit,
    )


def value_of(source: str, *args: Any, **kwargs: Any) -> Any:
    outcome = execute(call(source, *args, **kwargs))
    assert outcome.error is None, outcome.error
    assert outcome.value is not None
    return json.loads(outcome.value)


def error_of(source: str, *args: Any, **kwargs: Any) -> ErrorInfo:
    outcome = execute(call(source, *args, **kwargs))
    assert outcome.value is None
    assert outcome.error is not None
    return outcome.error


@given(st.integers(), st.text())
def test_parameters_go_in_and_the_value_comes_out(number: int, text: str) -> None:
    assert value_of("def f(a, *, b): return [a, b]", number, b=text) == [number, text]


def test_value_is_compact_json() -> None:
    assert execute(call("def f(): return {'a': [1, 2]}")).value == b'{"a":[1,2]}'


@pytest.mark.parametrize(
    "source",
    [
        "async def f(): return 1",
        """
        import asyncio
        async def f():
            await asyncio.sleep(0)
            return 1
        """,
        """
        def twice(function): return lambda: function()
        @twice
        async def f(): return 1
        """,
        """
        class Later:
            def __await__(self):
                yield
                return 1
        def f(): return Later()
        """,
    ],
)  # fmt: skip
def test_what_can_be_awaited_is_awaited(source: str) -> None:
    assert value_of(source) == 1


@pytest.mark.parametrize(
    ("source", "args", "value"),
    [
        ("import functools\nf = functools.partial(int, base=2)", ["101"], 5),
        ("from math import sqrt as f", [4], 2.0),
        ("f = lambda x: x", [1], 1),
        ("class C:\n def __call__(self, x): return x\nf = C()", [1], 1),
        ("class C:\n def m(self, x): return x\nf = C().m", [1], 1),
        ("import functools\n@functools.lru_cache\ndef f(x): return x", [1], 1),
        ("f = min", [2, 1], 1),
        ("exec('def f(): return 1')", [], 1),
    ],
)
def test_whatever_can_be_called_is_a_function(source: str, args: list[Any], value: Any) -> None:
    assert value_of(source, *args) == value


def test_module_is_a_real_one() -> None:
    source = '''
    """What it does."""
    from __future__ import annotations
    import dataclasses, sys, typing

    @dataclasses.dataclass
    class Node:
        child: Node | None
        kind: typing.ClassVar[int] = 0

    def f():
        hints = typing.get_type_hints(Node)
        module = sys.modules[__name__]
        return [
            __doc__, module.Node is Node, [a.name for a in dataclasses.fields(Node)],
            hints["child"] == (Node | None),
        ]
    '''

    assert value_of(source) == ["What it does.", True, ["child"], True]


def test_main_guard_is_not_run() -> None:
    assert value_of("if __name__ == '__main__': raise SystemExit\ndef f(): return 1") == 1


def test_future_imports_of_a_script_count() -> None:
    source = "from __future__ import annotations\ndef f(a: x = 1): return f.__annotations__"

    assert value_of(source) == {"a": "x"}


def test_nothing_is_left_of_a_run() -> None:
    import traceback  # noqa: F401 - it brings linecache, where lines of scripts are shown

    modules, lines = set(sys.modules), set(linecache.cache)
    first = value_of("x = []\ndef f():\n x.append(1)\n return len(x)")
    again = value_of("x = []\ndef f():\n x.append(1)\n return len(x)")
    error_of("def f(): return 1 / 0")

    assert (first, again) == (1, 1)
    assert not [name for name in set(sys.modules) - modules if "script" in name]
    assert set(linecache.cache) <= lines | {
        file for file in linecache.cache if not file.startswith("<")
    }


def test_module_of_another_run_is_left_alone() -> None:
    """A run that another run of the same source has overtaken takes nothing away."""
    source = """
    import sys
    def f(): sys.modules[__name__] = sys
    """
    ready = call(source)
    script = compile_script(ready.source, "f", ready.digest)
    try:
        assert evaluate(ready, script) == b"null"
        assert sys.modules[script.module] is sys
    finally:
        del sys.modules[script.module]


def test_script_can_be_compiled_once_and_run_often() -> None:
    ready = call("x = []\ndef f(a):\n x.append(a)\n return x", 1)
    script = compile_script(ready.source, ready.function, ready.digest)
    other = call("not looked at", 2)

    assert (evaluate(ready, script), evaluate(other, script)) == (b"[1]", b"[2]")


def test_script_that_was_kept_is_run() -> None:
    ready = call("def f(): return 1")
    script = compile_script(ready.source, "f", ready.digest)

    assert execute(call("not looked at"), script) == Outcome(value=b"1")


def test_script_may_clear_the_lines_that_are_shown_of_it() -> None:
    assert value_of("import linecache\ndef f(): linecache.clearcache()") is None


def test_script_is_named_for_its_function_and_digest() -> None:
    script = compile_script("x = 1", "add", "0123456789abcdef" * 4)

    assert (script.filename, script.module) == ("<add 01234567>", "__script_01234567__")


@pytest.mark.parametrize(
    ("source", "code", "message"),
    [
        ("def f(:", "source_syntax_error", "line 1: invalid syntax\n    def f(:\n          ^"),
        ("def g(): 0", "function_not_found", "the source has no function 'f'; it has g"),
        ("def fo(): 0\nimport sys as s\nclass F: 0", "function_not_found",
         "the source has no function 'f'; did you mean fo?"),
        ("class C:\n def f(self): 0", "function_not_found",
         "C.f cannot be called; add a top-level function that calls it"),
        ("class C:\n class f: 0", "function_not_found",
         "the source has no function 'f'; it has none at its top level"),
        ("class C:\n f = 1", "function_not_found",
         "the source has no function 'f'; it has none at its top level"),
        ("class f: 0", "not_a_function",
         "f is not a function but of type class; name a top-level function"),
        ("f = [1]", "not_a_function",
         "f is not a function but of type list; name a top-level function"),
        ("f = None", "not_a_function",
         "f is not a function but of type NoneType; name a top-level function"),
        ("def f(a): 0", "parameters_do_not_fit", "f() misses 'a'; it is f(a)"),
    ],
)  # fmt: skip
def test_call_that_cannot_be_made_says_why(source: str, code: str, message: str) -> None:
    error = error_of(source)

    assert (error.code, error.message) == (code, message)
    assert (error.exception, error.traceback, error.path) == (None, None, None)


def test_methods_of_imported_classes_are_not_meant() -> None:
    error = error_of("from collections import Counter", function="elements")

    assert error.message == "the source has no function 'elements'; it has none at its top level"


def test_syntax_error_has_its_line() -> None:
    assert error_of("x = 1\ndef f(:").line == 2


def test_function_of_no_known_signature_is_just_called() -> None:
    error = error_of("f = min")

    assert (error.code, error.exception) == ("script_raised", "TypeError")


def test_value_that_is_no_json_has_its_path() -> None:
    error = error_of("def f(): return {'rows': [0, {'when': object()}]}")

    assert (error.code, error.path) == ("result_not_serializable", "$.rows[1].when")
    assert error.message.startswith("$.rows[1].when is of type object, which JSON cannot carry")


def test_types_of_the_script_go_by_their_own_name() -> None:
    error = error_of("class Row: 0\ndef f(): return Row()")

    assert error.message.startswith("$ is of type Row, which")


def test_generator_is_no_value() -> None:
    error = error_of("def f(): yield 1")

    assert error.message.endswith("return list(…) of it")


def test_longest_value_fits() -> None:
    source = "def f(n): return 'x' * n"

    assert value_of(source, 8, limit=10) == "x" * 8
    error = error_of(source, 9, limit=10)
    assert (error.code, error.message) == (
        "value_too_large",
        (
            "the value is 11 bytes of JSON, the limit is 10: return less, or keep it elsewhere and "
            "return where"
        ),
    )


def test_conversion_that_ends_the_program_is_the_scripts_doing() -> None:
    source = """
    import collections
    class Sly(collections.UserDict):
        def __iter__(self): raise SystemExit(3)
    def f(): return Sly()
    """

    error = error_of(source)

    assert (error.code, error.exception, error.line) == ("script_raised", "SystemExit", 4)


def test_error_of_ours_raised_by_a_script_is_the_scripts() -> None:
    """In process it can import them; it cannot pass for cancelled."""
    source = """
    from fleeting.domain.errors import RunCancelled
    def f(): raise RunCancelled("not really")
    """

    error = error_of(source)

    assert error.code == ScriptRaised.code
    assert error.exception == f"{RunCancelled.__module__}.RunCancelled"


def test_error_does_not_keep_the_data_of_its_run_alive() -> None:
    with pytest.raises(FleetingError) as caught:
        evaluate(call("def f(): raise ValueError"))

    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None


def test_lines_are_shown_to_the_script_itself() -> None:
    source = """
    import traceback
    def f():
        try: 1 / 0
        except Exception: return traceback.format_exc()
    """

    assert "try: 1 / 0\n" in value_of(source)


def test_source_of_its_functions_is_found_by_the_script() -> None:
    source = "import inspect\ndef f(): return inspect.getsource(f)"

    assert value_of(source) == "def f(): return inspect.getsource(f)\n"


def test_lines_are_not_shown_to_whom_nobody_has_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading what shows lines would cost a sandbox child more than its run."""
    monkeypatch.delitem(sys.modules, "linecache")

    assert value_of("import sys\ndef f(): return 'linecache' in sys.modules") is False


def test_wrapper_may_take_other_parameters_than_what_it_wraps() -> None:
    """`functools.wraps` shows the signature of the function inside."""
    source = """
    import functools
    def with_one(function):
        @functools.wraps(function)
        def call(*rest): return function(1, *rest)
        return call
    @with_one
    def f(one, two): return [one, two]
    """

    assert value_of(source, 2) == [1, 2]
