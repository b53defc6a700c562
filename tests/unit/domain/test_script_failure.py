"""What a script raised is told with its own frames, in bounds, whatever its class does."""

from __future__ import annotations

import pytest

from fleeting.domain.errors import MemoryExceeded, ScriptRaised

from .test_executor import error_of


def frames(traceback: str | None) -> list[str]:
    return [line.strip() for line in (traceback or "").splitlines() if "File" in line]


def test_exception_is_told_with_type_text_line_and_traceback() -> None:
    error = error_of("def g():\n    raise ValueError('no luck')\ndef f():\n    g()")

    assert error.code == ScriptRaised.code
    assert error.message == "ValueError: no luck"
    assert (error.exception, error.line, error.path) == ("ValueError", 2, None)
    assert error.traceback is not None
    assert error.traceback.startswith("Traceback (most recent call last):\n")
    assert frames(error.traceback) == [
        'File "<f 1ccee987>", line 4, in f',
        'File "<f 1ccee987>", line 2, in g',
    ]
    assert "    raise ValueError('no luck')\n" in error.traceback
    assert error.traceback.endswith("ValueError: no luck\n")


def test_exception_at_import_is_told_too() -> None:
    error = error_of("x = 1\n1 / 0\ndef f(): pass")

    assert (error.message, error.line) == ("ZeroDivisionError: division by zero", 2)
    assert "in <module>" in (error.traceback or "")


def test_frames_of_others_are_cut() -> None:
    """They tell of this machine and not of the script."""
    error = error_of("import json\ndef f():\n    json.loads('{')")

    assert [frame.split(",")[1] for frame in frames(error.traceback)] == [" line 3"]
    assert error.exception == "json.decoder.JSONDecodeError"


def test_marks_stand_under_their_code_in_the_last_line_too() -> None:
    """Where the source does not end with a line break."""
    lines = (error_of("def f(): return 1 / 0").traceback or "").splitlines()

    assert lines[2] == "    def f(): return 1 / 0"
    assert lines[3].index("~") == lines[2].index("1 / 0")


def test_lines_are_counted_as_python_counts_them() -> None:
    error = error_of("x = '\x0c\u2028'\r\ny = 2\rdef f(): return 1 / 0")

    assert error.line == 3
    assert "    def f(): return 1 / 0\n" in (error.traceback or "")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("def f():\n try: 1 / 0\n except Exception as e: raise KeyError('a') from e",
         "direct cause"),
        ("def f():\n try: 1 / 0\n except Exception: raise KeyError('a')",
         "During handling"),
    ],
)  # fmt: skip
def test_chained_exceptions_are_kept(source: str, words: str) -> None:
    error = error_of(source)

    assert error.message == "KeyError: 'a'"
    assert len(frames(error.traceback)) == 2
    assert words in (error.traceback or "")
    assert "ZeroDivisionError: division by zero" in (error.traceback or "")


def test_members_of_a_group_are_kept() -> None:
    source = """
    import json
    def f():
        try: json.loads("{")
        except ValueError as e: raise ExceptionGroup("two", [e, TypeError("b")])
    """

    error = error_of(source)

    assert error.message == "ExceptionGroup: two (2 sub-exceptions)"
    assert "TypeError: b" in (error.traceback or "")
    assert not [frame for frame in frames(error.traceback) if "json" in frame]


def test_notes_are_kept() -> None:
    source = "def f():\n e = ValueError(1)\n e.add_note('try it later')\n raise e"

    assert (error_of(source).traceback or "").endswith("ValueError: 1\ntry it later\n")


def test_exceptions_of_the_script_go_by_their_own_name() -> None:
    error = error_of("class NoLuck(Exception): 0\ndef f(): raise NoLuck(f)")

    assert error.exception == "NoLuck"
    assert error.message.startswith("NoLuck: <function f at")
    assert (error.traceback or "").splitlines()[-1].startswith("NoLuck: ")


def test_exception_without_text_is_told_by_its_name() -> None:
    assert error_of("def f(): raise KeyError").message == "KeyError"


@pytest.mark.parametrize(
    ("raised", "message"),
    [
        ("SystemExit(3)", "SystemExit: the script called exit(3); return a value instead"),
        ("SystemExit", "SystemExit: the script called exit(); return a value instead"),
        ("KeyboardInterrupt", "KeyboardInterrupt"),
        ("GeneratorExit('x')", "GeneratorExit: x"),
        ("type('Odd', (BaseException,), {})('x')", "Odd: x"),
        ("StopIteration(1)", "StopIteration: 1"),
    ],
)
def test_what_is_no_error_is_one_here(raised: str, message: str) -> None:
    error = error_of(f"def f(): raise {raised}")

    assert (error.code, error.message, error.line) == (ScriptRaised.code, message, 1)


@pytest.mark.parametrize("way", ["raise SystemExit", "raise RuntimeError", "return 1"])
def test_exception_that_cannot_be_shown_is_still_told(way: str) -> None:
    source = f"""
    class Sly(Exception):
        def __str__(self): {way}
    def f(): raise Sly
    """

    error = error_of(source)

    assert (error.code, error.exception) == (ScriptRaised.code, "Sly")
    assert error.message == "Sly, which cannot be shown"
    assert error.line == 4
    assert "Sly: <exception str() failed>" in (error.traceback or "")


def test_exception_that_fights_its_traceback_is_still_told() -> None:
    source = """
    class Sly(Exception):
        @property
        def __notes__(self): raise SystemExit
    def f(): raise Sly("x")
    """

    error = error_of(source)

    assert (error.message, error.exception, error.traceback) == ("Sly: x", "Sly", None)


def test_metaclass_cannot_hide_the_name() -> None:
    source = """
    class Meta(type):
        def __getattribute__(cls, name):
            if name in ("__name__", "__qualname__", "__module__"): raise SystemExit
            return super().__getattribute__(name)
    class Sly(Exception, metaclass=Meta): 0
    def f(): raise Sly("x")
    """

    assert error_of(source).exception == "Sly"


def test_message_is_cut() -> None:
    longest = error_of(f"def f(): raise ValueError('x' * {2000 - len('ValueError: ')})")
    longer = error_of("def f(): raise ValueError('x' * 10**6)")

    assert longest.message == "ValueError: " + "x" * 1988
    assert longer.message == "ValueError: " + "x" * 1987 + "…"


def test_traceback_is_cut_in_its_middle() -> None:
    error = error_of("def f(): raise ValueError('x' * 10**6 + 'end')")

    assert error.traceback is not None
    head, _, tail = error.traceback.partition("\n[…]\n")
    assert head.startswith("Traceback")
    assert tail.endswith("end\n")
    assert (len(head), len(tail)) == (2000, 6000)


def test_traceback_of_just_the_length_is_whole() -> None:
    source = "def f(n): raise ValueError('x' * n)"
    rest = len(error_of(source, 0).traceback or "")
    # The colon and the space before a text that is not empty.
    longest = 8000 - rest - 2

    assert "[…]" not in (error_of(source, longest).traceback or "")
    assert "[…]" in (error_of(source, longest + 1).traceback or "")


def test_deep_recursion_is_told_in_few_lines() -> None:
    error = error_of("def f():\n    f()")

    assert error.exception == "RecursionError"
    assert "Previous line repeated" in (error.traceback or "")
    assert len(frames(error.traceback)) < 10


def test_recursion_beyond_every_limit_shows_the_newest_frames() -> None:
    source = """
    import sys
    def g(n):
        if n: g(n - 1)
        else: raise ValueError
    def f():
        before = sys.getrecursionlimit()
        sys.setrecursionlimit(5000)
        try: g(2000)
        finally: sys.setrecursionlimit(before)
    """

    error = error_of(source)

    assert error.line == 5
    assert "repeated 996 more times" in (error.traceback or "")
    assert "in f\n" not in (error.traceback or "")


def test_lone_surrogates_become_their_escapes() -> None:
    error = error_of("def f(): raise ValueError('\\ud800')")

    assert error.message == "ValueError: \\ud800"
    assert (error.traceback or "").endswith("ValueError: \\ud800\n")


def test_generated_names_are_valid_and_cut() -> None:
    error = error_of(
        "def f(): raise type('E', (Exception,), {'__module__': '\\ud800' + 'x' * 300})"
    )

    assert error.exception == "\\ud800" + "x" * 199


def test_memory_that_runs_out_has_an_error_of_its_own() -> None:
    error = error_of("def f(): return [0] * 10**15")

    assert error.code == MemoryExceeded.code
    assert error.message == "the run asked for more memory than it may have (MemoryError)"
    assert (error.exception, error.line) == ("MemoryError", 1)
    assert "[0] * 10**15" in (error.traceback or "")
